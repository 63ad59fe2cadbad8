package org.heddle.images.recipe;

import java.util.Collection;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.Optional;

/** Finds what somebody probably meant. */
public final class Nearest {
  /** Letters: longer names are not compared, which takes time and memory with their square. */
  private static final int LONGEST = 200;

  private Nearest() {}

  /** The known word with the fewest changed letters, if that is less than half of the word. */
  public static Optional<String> of(String word, Collection<String> known) {
    return several(word, known, 1).stream().findFirst();
  }

  /** The nearest few of them, the nearest first; none of what is too long to be a name. */
  public static List<String> several(String word, Collection<String> known, int most) {
    if (word.length() > LONGEST) {
      return List.of();
    }
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

  /**
   * Letters to change, leave out, add or swap with their neighbour (optimal string alignment),
   * compared without case.
   */
  static int distance(String first, String second) {
    String one = first.toLowerCase(Locale.ROOT);
    String other = second.toLowerCase(Locale.ROOT);
    int[][] cost = new int[one.length() + 1][other.length() + 1];
    for (int i = 0; i <= one.length(); i++) {
      for (int j = 0; j <= other.length(); j++) {
        cost[i][j] = Math.min(i, j) == 0 ? Math.max(i, j) : cheapest(one, other, i, j, cost);
      }
    }
    return cost[one.length()][other.length()];
  }

  private static int cheapest(String one, String other, int i, int j, int[][] cost) {
    int changed = cost[i - 1][j - 1] + (one.charAt(i - 1) == other.charAt(j - 1) ? 0 : 1);
    int least = Math.min(changed, 1 + Math.min(cost[i - 1][j], cost[i][j - 1]));
    boolean swapped =
        i > 1
            && j > 1
            && one.charAt(i - 1) == other.charAt(j - 2)
            && one.charAt(i - 2) == other.charAt(j - 1);
    return swapped ? Math.min(least, cost[i - 2][j - 2] + 1) : least;
  }
}
