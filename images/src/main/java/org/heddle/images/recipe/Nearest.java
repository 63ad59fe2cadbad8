package org.heddle.images.recipe;

import java.util.Collection;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.Optional;

/** Finds what somebody probably meant. */
public final class Nearest {
  private Nearest() {}

  /** The known word with the fewest changed letters, if that is less than half of the word. */
  public static Optional<String> of(String word, Collection<String> known) {
    return several(word, known, 1).stream().findFirst();
  }

  /** The nearest few of them, the nearest first. */
  public static List<String> several(String word, Collection<String> known, int most) {
    return known.stream()
        .filter(candidate -> Math.abs(candidate.length() - word.length()) <= word.length())
        .map(candidate -> new Candidate(candidate, distance(word, candidate)))
        .filter(candidate -> 2 * candidate.distance <= Math.max(2, candidate.word.length()))
        .sorted(Comparator.comparingInt(Candidate::distance).thenComparing(Candidate::word))
        .limit(most)
        .map(Candidate::word)
        .toList();
  }

  private record Candidate(String word, int distance) {}

  /** Levenshtein's distance, letters compared without case. */
  static int distance(String first, String second) {
    String one = first.toLowerCase(Locale.ROOT);
    String other = second.toLowerCase(Locale.ROOT);
    int[] row = new int[other.length() + 1];
    for (int j = 0; j <= other.length(); j++) {
      row[j] = j;
    }
    for (int i = 1; i <= one.length(); i++) {
      int diagonal = row[0];
      row[0] = i;
      for (int j = 1; j <= other.length(); j++) {
        int changed = diagonal + (one.charAt(i - 1) == other.charAt(j - 1) ? 0 : 1);
        diagonal = row[j];
        row[j] = Math.min(changed, 1 + Math.min(row[j], row[j - 1]));
      }
    }
    return row[other.length()];
  }
}
