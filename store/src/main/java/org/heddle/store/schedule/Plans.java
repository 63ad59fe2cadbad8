package org.heddle.store.schedule;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;

/**
 * Schedules for the same, the best first: of those that take hardly longer than the shortest, that
 * with the least mean release time.
 */
public record Plans(List<Forecast> ranked, Forecast naive) {
  /** How much longer than the shortest the whole may take. */
  private static final double LONGER = 1.1;

  public Plans {
    ranked = List.copyOf(ranked);
  }

  static Plans of(Forecast naive, List<Forecast> others) {
    List<Forecast> all = new ArrayList<>(others);
    all.add(naive);
    double shortest = all.stream().mapToDouble(Forecast::total).min().orElse(0);
    Comparator<Forecast> tooLong =
        Comparator.comparing(forecast -> forecast.total() > LONGER * shortest);
    all.sort(tooLong.thenComparingDouble(Forecast::mean));
    return new Plans(all, naive);
  }

  /** What to do. */
  public Forecast best() {
    return ranked.getFirst();
  }
}
