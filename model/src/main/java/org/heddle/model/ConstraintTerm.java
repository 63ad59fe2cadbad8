package org.heddle.model;

import java.math.BigDecimal;
import java.util.List;
import java.util.stream.Collectors;

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

  /**
   * @throws IllegalArgumentException with place and remedy
   */
  public static ConstraintTerm parse(String text) {
    return new ConstraintReader(text).read();
  }

  /** The text that {@link #parse} reads. */
  @Override
  public String toString() {
    return (always ? ALWAYS + " " : "")
        + form.word()
        + arguments.stream().map(Object::toString).collect(Collectors.joining(", ", "(", ")"));
  }
}
