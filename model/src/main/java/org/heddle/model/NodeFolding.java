package org.heddle.model;

import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.SequencedMap;
import java.util.SortedSet;
import java.util.TreeMap;
import java.util.TreeSet;

/**
 * The way back from names to a {@link NodeSet}'s text. Names of one skeleton (the text around their
 * numbers) are boxes of numbers; boxes that differ in one dimension only are merged, the last
 * dimension first. Exact, and short in practice; the shortest cover is not looked for.
 */
final class NodeFolding {
  private NodeFolding() {}

  /** A number as written: 7 and 07 are two different names. */
  private record Digits(int width, long number) implements Comparable<Digits> {
    @Override
    public int compareTo(Digits other) {
      int byWidth = Integer.compare(width, other.width);
      return byWidth != 0 ? byWidth : Long.compare(number, other.number);
    }

    @Override
    public String toString() {
      return NodeSet.padded(number, width);
    }
  }

  /** One name: texts around numbers, one text more than numbers. */
  private record Name(List<String> texts, List<Digits> numbers) {}

  static String fold(Collection<String> names) {
    SequencedMap<List<String>, List<List<SortedSet<Digits>>>> boxes = new LinkedHashMap<>();
    for (String name : ordered(names)) {
      Name parsed = split(name);
      List<SortedSet<Digits>> box = new ArrayList<>();
      parsed.numbers.forEach(number -> box.add(new TreeSet<>(List.of(number))));
      boxes.computeIfAbsent(parsed.texts, _ -> new ArrayList<>()).add(box);
    }
    List<String> texts = new ArrayList<>();
    boxes.forEach((skeleton, all) -> {
      for (List<SortedSet<Digits>> box : merged(all, skeleton.size() - 1)) {
        texts.add(text(skeleton, box));
      }
    });
    return String.join(",", texts);
  }

  /** By text, numbers as numbers. */
  private static Collection<String> ordered(Collection<String> names) {
    TreeMap<String, String> byKey = new TreeMap<>();
    for (String name : names) {
      Name parsed = split(name);
      StringBuilder key = new StringBuilder(parsed.texts.getFirst());
      for (int i = 0; i < parsed.numbers.size(); i++) {
        Digits digits = parsed.numbers.get(i);
        key.append('\1').append(NodeSet.padded(digits.number, 10)).append('\2');
        key.append(digits.width).append('\3').append(parsed.texts.get(i + 1));
      }
      byKey.put(key.toString(), name);
    }
    return byKey.values();
  }

  private static List<List<SortedSet<Digits>>> merged(
      List<List<SortedSet<Digits>>> boxes, int dimensions) {
    List<List<SortedSet<Digits>>> now = boxes;
    for (int dimension = dimensions - 1; dimension >= 0; dimension--) {
      Map<List<SortedSet<Digits>>, List<SortedSet<Digits>>> byRest = new LinkedHashMap<>();
      for (List<SortedSet<Digits>> box : now) {
        List<SortedSet<Digits>> rest = new ArrayList<>(box);
        SortedSet<Digits> numbers = rest.remove(dimension);
        byRest.computeIfAbsent(rest, _ -> new ArrayList<>(box)).get(dimension).addAll(numbers);
      }
      now = new ArrayList<>(byRest.values());
    }
    return now;
  }

  private static String text(List<String> skeleton, List<SortedSet<Digits>> box) {
    StringBuilder text = new StringBuilder(skeleton.getFirst());
    for (int i = 0; i < box.size(); i++) {
      SortedSet<Digits> numbers = box.get(i);
      text.append(numbers.size() == 1 ? numbers.getFirst() : "[" + ranges(numbers) + "]");
      text.append(skeleton.get(i + 1));
    }
    return text.toString();
  }

  private static String ranges(SortedSet<Digits> numbers) {
    List<String> ranges = new ArrayList<>();
    Digits first = numbers.getFirst();
    Digits last = first;
    for (Digits digits : numbers) {
      if (!digits.equals(first) && !follows(last, digits)) {
        ranges.add(range(first, last));
        first = digits;
      }
      last = digits;
    }
    ranges.add(range(first, last));
    return String.join(",", ranges);
  }

  private static boolean follows(Digits last, Digits next) {
    return next.width == last.width && next.number == last.number + 1;
  }

  private static String range(Digits first, Digits last) {
    return first.equals(last) ? first.toString() : first + "-" + last;
  }

  private static Name split(String name) {
    List<String> texts = new ArrayList<>();
    List<Digits> numbers = new ArrayList<>();
    StringBuilder text = new StringBuilder();
    int at = 0;
    while (at < name.length()) {
      int end = at;
      while (end < name.length() && end - at < 9 && NodeSet.digit(name.charAt(end))) {
        end++;
      }
      if (end == at) {
        text.append(name.charAt(at++));
        continue;
      }
      String digits = name.substring(at, end);
      texts.add(text.toString());
      text.setLength(0);
      int width = digits.startsWith("0") ? digits.length() : 1;
      numbers.add(new Digits(width, Long.parseLong(digits)));
      at = end;
    }
    texts.add(text.toString());
    return new Name(texts, numbers);
  }
}
