package org.heddle.model;

import java.math.BigDecimal;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.SequencedSet;
import java.util.function.UnaryOperator;
import java.util.stream.Collectors;
import org.heddle.model.ConstraintForm.Kind;

/**
 * A constraint as text, with names: {@code spread(vm[1-3])}, {@code fence(vm1, host[1-4])}, {@code
 * always among(vm[1-6], {host[1-4], host[5-8]})}. The word {@code always} asks for the constraint
 * at every instant of a plan, without it only the final placement counts. What the names mean is up
 * to whoever resolves them; {@code *} is all there are.
 *
 * @param always held during the whole plan
 * @param arguments one for each of {@link ConstraintForm#kinds}
 */
public record ConstraintTerm(ConstraintForm form, boolean always, List<Argument> arguments) {
  public static final String ALWAYS = "always";

  /** Stands for all machines or all hosts. */
  public static final String ALL = "*";

  public ConstraintTerm {
    arguments = List.copyOf(arguments);
  }

  /** What stands between the parentheses. */
  public sealed interface Argument {
    /** Machines or hosts, in the order written. */
    record Names(List<String> names) implements Argument {
      public Names {
        names = List.copyOf(names);
      }

      @Override
      public String toString() {
        return set(names);
      }
    }

    record Groups(List<List<String>> groups) implements Argument {
      public Groups {
        groups = groups.stream().map(List::copyOf).toList();
      }

      @Override
      public String toString() {
        return groups.stream().map(Argument::set).collect(Collectors.joining(", ", "{", "}"));
      }
    }

    record Resource(String name) implements Argument {
      @Override
      public String toString() {
        return name;
      }
    }

    record Amount(long amount) implements Argument {
      @Override
      public String toString() {
        return Long.toString(amount);
      }
    }

    record Ratio(double ratio) implements Argument {
      /** So many times the amount, rounded down: exactly, by the digits that people write. */
      public static long times(long amount, double ratio) {
        BigDecimal product = BigDecimal.valueOf(amount).multiply(BigDecimal.valueOf(ratio));
        return product.min(BigDecimal.valueOf(Long.MAX_VALUE)).longValue();
      }

      @Override
      public String toString() {
        return BigDecimal.valueOf(ratio).toPlainString();
      }
    }

    record Time(long milliseconds) implements Argument {
      @Override
      public String toString() {
        return milliseconds % 1000 == 0 ? milliseconds / 1000 + "s" : milliseconds + "ms";
      }
    }

    /** Folded where that keeps the order. */
    private static String set(List<String> names) {
      if (names.isEmpty()) {
        return "{}";
      }
      if (names.size() == 1) {
        return names.getFirst();
      }
      String folded = NodeSet.fold(names);
      boolean same = List.copyOf(NodeSet.parse(folded)).equals(names);
      String text = same ? folded : String.join(",", names);
      return NodeSet.isList(text) ? "{" + text + "}" : text;
    }
  }

  /** All machines named, {@link #ALL} among them where it stands for all. */
  public SequencedSet<String> machines() {
    return named(Kind.MACHINES, Kind.MACHINE_GROUPS);
  }

  /** All hosts named, {@link #ALL} among them where it stands for all. */
  public SequencedSet<String> hosts() {
    return named(Kind.HOSTS, Kind.HOST_GROUPS);
  }

  private SequencedSet<String> named(Kind one, Kind several) {
    SequencedSet<String> names = new LinkedHashSet<>();
    for (int i = 0; i < arguments.size(); i++) {
      Kind kind = form.kinds().get(i);
      if (kind == one || kind == several) {
        sets(i).forEach(names::addAll);
      }
    }
    return names;
  }

  /** The names of an argument: one set, or one for each group; none where it holds no names. */
  public List<List<String>> sets(int argument) {
    return switch (arguments.get(argument)) {
      case Argument.Names(var names) -> List.of(names);
      case Argument.Groups(var groups) -> groups;
      case Argument.Resource _, Argument.Amount _, Argument.Ratio _, Argument.Time _ -> List.of();
    };
  }

  /** The same constraint with other names in place of each set of its own. */
  public ConstraintTerm renamed(
      UnaryOperator<List<String>> machines, UnaryOperator<List<String>> hosts) {
    List<Argument> renamed = new ArrayList<>();
    for (int i = 0; i < arguments.size(); i++) {
      Kind kind = form.kinds().get(i);
      boolean ofMachines = kind == Kind.MACHINES || kind == Kind.MACHINE_GROUPS;
      UnaryOperator<List<String>> change = ofMachines ? machines : hosts;
      renamed.add(
          switch (arguments.get(i)) {
            case Argument.Names(var names) -> new Argument.Names(change.apply(names));
            case Argument.Groups(var groups) ->
                new Argument.Groups(groups.stream().map(change).toList());
            case Argument.Resource same -> same;
            case Argument.Amount same -> same;
            case Argument.Ratio same -> same;
            case Argument.Time same -> same;
          });
    }
    return new ConstraintTerm(form, always, renamed);
  }

  /**
   * @throws IllegalArgumentException with place and remedy
   */
  public static ConstraintTerm parse(String text) {
    return parse(text, new HashMap<>());
  }

  /**
   * The same for one of many, in which the same sets of names come again and again.
   *
   * @param known sets that were read before; those of this text are added
   * @throws IllegalArgumentException with place and remedy
   */
  public static ConstraintTerm parse(String text, Map<String, List<String>> known) {
    return new ConstraintReader(text, known).read();
  }

  /** The text that {@link #parse} reads. */
  @Override
  public String toString() {
    return (always ? ALWAYS + " " : "")
        + form.word()
        + arguments.stream().map(Object::toString).collect(Collectors.joining(", ", "(", ")"));
  }
}
