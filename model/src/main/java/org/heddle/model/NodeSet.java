package org.heddle.model;

import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.SequencedSet;

/**
 * Many names written as few: {@code host[1-4]}, {@code node[1-3,7].mrbayes}, {@code a,b}. Numbers
 * written with leading zeros keep their width ({@code n[08-11]}). The notation is that of
 * ClusterShell's and Slurm's node lists. Pure.
 */
public final class NodeSet {
  /** More names than this in one set are taken for a slip of the hand. */
  static final int MAX_NAMES = 500_000;

  private NodeSet() {}

  /**
   * The names in the order written, each once.
   *
   * @throws IllegalArgumentException with a message for the person who wrote the set
   */
  public static SequencedSet<String> parse(String text) {
    SequencedSet<String> names = new LinkedHashSet<>();
    for (String element : elements(text)) {
      names.addAll(expand(text, element));
      limit(text, names.size());
    }
    return names;
  }

  /** The names of several sets, in order, each once. */
  public static SequencedSet<String> parse(Collection<String> sets) {
    SequencedSet<String> names = new LinkedHashSet<>();
    sets.forEach(set -> names.addAll(parse(set)));
    return names;
  }

  /** Whether the text names several by its form ({@code a,b}, {@code a[1-2]}). */
  public static boolean isSet(String text) {
    return text.indexOf(',') >= 0 || text.indexOf('[') >= 0;
  }

  /** Whether it has commas outside brackets. */
  static boolean isList(String text) {
    return elements(text).size() > 1;
  }

  /** The shortest text that we find for these names: sorted, numbers as ranges. */
  public static String fold(Collection<String> names) {
    return NodeFolding.fold(names);
  }

  /** Splits at commas outside brackets. */
  private static List<String> elements(String text) {
    List<String> elements = new ArrayList<>();
    int start = 0;
    boolean inside = false;
    for (int i = 0; i < text.length(); i++) {
      char c = text.charAt(i);
      if ((c == '[' && inside) || (c == ']' && !inside)) {
        throw wrong(text, "brackets do not match");
      }
      inside = c == '[' || (inside && c != ']');
      if (c == ',' && !inside) {
        elements.add(text.substring(start, i).strip());
        start = i + 1;
      }
    }
    if (inside) {
      throw wrong(text, "brackets do not match");
    }
    elements.add(text.substring(start).strip());
    if (elements.contains("")) {
      throw wrong(text, "a name is empty");
    }
    return elements;
  }

  private static List<String> expand(String text, String element) {
    List<String> names = List.of("");
    int at = 0;
    while (at < element.length()) {
      int open = element.indexOf('[', at);
      if (open < 0) {
        return joined(text, names, List.of(element.substring(at)));
      }
      int close = element.indexOf(']', open);
      names = joined(text, names, List.of(element.substring(at, open)));
      names = joined(text, names, numbers(text, element.substring(open + 1, close)));
      at = close + 1;
    }
    return names;
  }

  private static List<String> joined(String text, List<String> heads, List<String> tails) {
    limit(text, (long) heads.size() * tails.size());
    List<String> names = new ArrayList<>(heads.size() * tails.size());
    for (String head : heads) {
      for (String tail : tails) {
        names.add(head + tail);
      }
    }
    return names;
  }

  private static List<String> numbers(String text, String ranges) {
    List<String> numbers = new ArrayList<>();
    for (String range : ranges.split(",", -1)) {
      int dash = range.indexOf('-');
      String first = dash < 0 ? range : range.substring(0, dash);
      String last = dash < 0 ? range : range.substring(dash + 1);
      long from = number(text, first);
      long to = number(text, last);
      if (from > to) {
        throw wrong(text, "range " + range + " runs backwards");
      }
      limit(text, numbers.size() + to - from + 1);
      int width = first.startsWith("0") ? first.length() : 1;
      if (last.startsWith("0") && last.length() != width) {
        throw wrong(text, "write both ends of " + range + " with as many digits");
      }
      for (long number = from; number <= to; number++) {
        numbers.add(padded(number, width));
      }
    }
    return numbers;
  }

  static String padded(long number, int width) {
    String digits = Long.toString(number);
    return "0".repeat(Math.max(0, width - digits.length())) + digits;
  }

  private static long number(String text, String digits) {
    if (digits.isEmpty() || digits.length() > 9 || !digits.chars().allMatch(NodeSet::digit)) {
      throw wrong(text, "'" + digits + "' is not a number; write ranges as [1-4,7]");
    }
    return Long.parseLong(digits);
  }

  public static boolean digit(int c) {
    return c >= '0' && c <= '9';
  }

  private static void limit(String text, long size) {
    if (size > MAX_NAMES) {
      throw wrong(text, "more than " + MAX_NAMES + " names");
    }
  }

  private static IllegalArgumentException wrong(String text, String why) {
    return new IllegalArgumentException("names '" + text + "': " + why);
  }
}
