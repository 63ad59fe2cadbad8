package org.heddle.store.schedule;

import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.SequencedMap;

/**
 * The times of a schedule, in seconds from its begin.
 *
 * @param moves in the order of the schedule
 * @param release when each host has done its part: in a gather, has sent all that it had, for good;
 *     in a scatter, has all
 */
public record Forecast(Schedule schedule, List<Span> moves, SequencedMap<String, Double> release) {
  /** Of one move. */
  public record Span(double begin, double end, double bytes) {}

  public Forecast {
    moves = List.copyOf(moves);
    release = Collections.unmodifiableSequencedMap(new LinkedHashMap<>(release));
  }

  /** Mean of the hosts' release times. */
  public double mean() {
    return release.values().stream().mapToDouble(Double::doubleValue).average().orElse(0);
  }

  /** When all is done. */
  public double total() {
    return moves.stream().mapToDouble(Span::end).max().orElse(0);
  }
}
