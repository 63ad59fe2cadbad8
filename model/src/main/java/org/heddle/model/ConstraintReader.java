package org.heddle.model;

import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.SequencedSet;
import org.heddle.model.ConstraintForm.Kind;
import org.heddle.model.ConstraintTerm.Argument;

/** Reads one {@link ConstraintTerm}. */
final class ConstraintReader {
  /** Above what any constraint has, so that each says itself what it does not take. */
  private static final int DEEPEST = 10;

  private final String text;
  private int at;
  private int depth;

  private final Map<String, List<String>> known;

  ConstraintReader(String text, Map<String, List<String>> known) {
    this.text = text;
    this.known = known;
  }

  /** A name, a set in braces, or sets within braces. */
  private sealed interface Node {
    int place();

    record Leaf(String word, int place) implements Node {}

    record Braces(List<Node> inner, int place) implements Node {}
  }

  ConstraintTerm read() {
    int start = skip();
    String word = word();
    boolean always = word.equals(ConstraintTerm.ALWAYS);
    if (always) {
      start = skip();
      word = word();
    }
    int place = start;
    String name = word;
    ConstraintForm form =
        ConstraintForm.named(name)
            .orElseThrow(() ->
                wrong(
                    place,
                    "there is no constraint '" + name + "'",
                    "write one of " + ConstraintForm.words()));
    if (always && !form.lasting()) {
      throw wrong(0, name + " cannot hold always", "leave out '" + ConstraintTerm.ALWAYS + "'");
    }
    expect('(');
    List<Node> nodes = list(')');
    skip();
    if (at < text.length()) {
      throw wrong(at, "there is more after the end", "write one constraint a line");
    }
    return new ConstraintTerm(form, always, arguments(form, joined(form, nodes)));
  }

  /** Where a constraint takes one set, or one list of groups, it may be written without braces. */
  private static List<Node> joined(ConstraintForm form, List<Node> nodes) {
    boolean one = form.kinds().size() == 1;
    return one && nodes.size() > 1
        ? List.of(new Node.Braces(nodes, nodes.getFirst().place()))
        : nodes;
  }

  private List<Argument> arguments(ConstraintForm form, List<Node> nodes) {
    List<Kind> kinds = form.kinds();
    if (nodes.size() != kinds.size()) {
      String wanted = String.join("; ", kinds.stream().map(Kind::example).toList());
      throw wrong(
          0,
          form.word() + " has " + nodes.size() + " arguments, not " + kinds.size(),
          "give " + wanted);
    }
    List<Argument> arguments = new ArrayList<>();
    for (int i = 0; i < nodes.size(); i++) {
      arguments.add(argument(kinds.get(i), nodes.get(i)));
    }
    return arguments;
  }

  private Argument argument(Kind kind, Node node) {
    return switch (kind) {
      case MACHINES, HOSTS -> new Argument.Names(names(node, kind));
      case MACHINE_GROUPS, HOST_GROUPS -> new Argument.Groups(groups(node, kind));
      case RESOURCE -> new Argument.Resource(leaf(node, kind));
      case AMOUNT -> new Argument.Amount(amount(node, leaf(node, kind), kind));
      case RATIO -> new Argument.Ratio(ratio(node, leaf(node, kind)));
      case TIME -> new Argument.Time(time(node, leaf(node, kind)));
    };
  }

  private List<List<String>> groups(Node node, Kind kind) {
    return switch (node) {
      case Node.Leaf leaf -> List.of(names(leaf, kind));
      case Node.Braces(var inner, _) -> inner.stream().map(each -> names(each, kind)).toList();
    };
  }

  private List<String> names(Node node, Kind kind) {
    return switch (node) {
      case Node.Leaf(String word, int place) -> {
        try {
          yield expanded(word);
        } catch (IllegalArgumentException wrong) {
          throw wrong(place, String.valueOf(wrong.getMessage()), "give " + kind.example());
        }
      }
      case Node.Braces(var inner, int place) -> {
        SequencedSet<String> names = new LinkedHashSet<>();
        for (Node each : inner) {
          names.add(leaf(each, kind));
        }
        SequencedSet<String> all = new LinkedHashSet<>();
        names.forEach(word -> all.addAll(names(new Node.Leaf(word, place), kind)));
        yield List.copyOf(all);
      }
    };
  }

  private List<String> expanded(String word) {
    return word.indexOf('[') < 0
        ? List.copyOf(NodeSet.parse(word))
        : known.computeIfAbsent(word, each -> List.copyOf(NodeSet.parse(each)));
  }

  private String leaf(Node node, Kind kind) {
    return switch (node) {
      case Node.Leaf(String word, _) -> word;
      case Node.Braces(_, int place) ->
          throw wrong(place, "braces do not belong here", "give " + kind.example());
    };
  }

  private long amount(Node node, String word, Kind kind) {
    try {
      long amount = Long.parseLong(word);
      if (amount >= 0) {
        return amount;
      }
    } catch (NumberFormatException _) {
      // said below
    }
    throw wrong(node.place(), "'" + word + "' is not " + kind.example(), "give one from 0 up");
  }

  private double ratio(Node node, String word) {
    try {
      double ratio = Double.parseDouble(word);
      if (ratio > 0 && ratio <= 1_000) {
        return ratio;
      }
    } catch (NumberFormatException _) {
      // said below
    }
    throw wrong(node.place(), "'" + word + "' is not a ratio", "give one above 0, at most 1000");
  }

  private long time(Node node, String word) {
    int digits = 0;
    while (digits < word.length() && NodeSet.digit(word.charAt(digits))) {
      digits++;
    }
    long unit =
        switch (word.substring(digits)) {
          case "ms" -> 1;
          case "s" -> 1_000;
          case "min" -> 60_000;
          case "h" -> 3_600_000;
          default -> 0;
        };
    if (digits == 0 || digits > 9 || unit == 0) {
      throw wrong(node.place(), "'" + word + "' is not a time", "give " + Kind.TIME.example());
    }
    return Long.parseLong(word.substring(0, digits)) * unit;
  }

  // Characters.

  private List<Node> list(char end) {
    List<Node> nodes = new ArrayList<>();
    skip();
    if (at < text.length() && text.charAt(at) == end) {
      at++;
      return nodes;
    }
    while (true) {
      nodes.add(node());
      skip();
      char next = at < text.length() ? text.charAt(at) : '\0';
      if (next == end) {
        at++;
        return nodes;
      }
      if (next != ',') {
        throw wrong(at, "'" + end + "' is missing", "close what was opened, and put ',' between");
      }
      at++;
    }
  }

  private Node node() {
    int place = skip();
    if (at < text.length() && text.charAt(at) == '{') {
      at++;
      if (++depth > DEEPEST) {
        throw wrong(place, "braces do not belong here", "nest them twice at most");
      }
      List<Node> inner = list('}');
      depth--;
      return new Node.Braces(inner, place);
    }
    return new Node.Leaf(word(), place);
  }

  /** Up to a comma, a brace, a parenthesis or a blank that is not within brackets. */
  private String word() {
    int start = at;
    boolean inside = false;
    while (at < text.length()) {
      char c = text.charAt(at);
      if (!inside && (",(){}".indexOf(c) >= 0 || Character.isWhitespace(c))) {
        break;
      }
      inside = c == '[' || (inside && c != ']');
      at++;
    }
    if (start == at) {
      throw wrong(at, "a name is missing", "write for example spread(vm[1-3])");
    }
    return text.substring(start, at);
  }

  private void expect(char wanted) {
    skip();
    if (at >= text.length() || text.charAt(at) != wanted) {
      throw wrong(at, "'" + wanted + "' is missing", "write for example spread(vm[1-3])");
    }
    at++;
  }

  private int skip() {
    while (at < text.length() && Character.isWhitespace(text.charAt(at))) {
      at++;
    }
    return at;
  }

  private IllegalArgumentException wrong(int place, String why, String remedy) {
    String shown = text.length() > 80 ? text.substring(0, 77) + "..." : text;
    return new IllegalArgumentException(
        "constraint '" + shown + "', column " + (place + 1) + ": " + why + "; " + remedy);
  }
}
