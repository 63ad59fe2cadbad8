package org.heddle.planner.instance;

import java.util.Arrays;
import java.util.Optional;
import java.util.function.IntToLongFunction;

/** Sums that change with time. */
final class Sweep {
  private Sweep() {}

  /** A sum that is too much, and since when. */
  record Peak(long time, long use) {}

  /** Sorts changes by time; stable for those of one moment. */
  static void byTime(int[] changes, IntToLongFunction time) {
    boolean sorted = true;
    for (int i = 1; i < changes.length && sorted; i++) {
      sorted = time.applyAsLong(changes[i - 1]) <= time.applyAsLong(changes[i]);
    }
    if (!sorted) {
      Integer[] boxed = Arrays.stream(changes).boxed().toArray(Integer[]::new);
      Arrays.sort(boxed, (a, b) -> Long.compare(time.applyAsLong(a), time.applyAsLong(b)));
      Arrays.setAll(changes, i -> boxed[i]);
    }
  }

  /**
   * The first time at which the sum rises and is above the limit. What the origin has above it
   * already is no rise.
   *
   * @param changes in order of time
   */
  static Optional<Peak> rise(
      int[] changes, IntToLongFunction time, IntToLongFunction amount, long limit) {
    long use = 0;
    int i = 0;
    while (i < changes.length) {
      long now = time.applyAsLong(changes[i]);
      long before = use;
      while (i < changes.length && time.applyAsLong(changes[i]) == now) {
        use += amount.applyAsLong(changes[i++]);
      }
      if (use > limit && use > before && now != Stays.ORIGIN) {
        return Optional.of(new Peak(now, use));
      }
    }
    return Optional.empty();
  }
}
