package org.heddle.planner;

import org.heddle.planner.search.SearchLimits;

/**
 * How much the planner may try, so that a run can be repeated.
 *
 * @param iterations search steps
 * @param seed of its random choices
 * @param durations how long actions take, for the order and the estimates
 */
public record Limits(int iterations, long seed, Durations durations) {
  /**
   * Estimates in milliseconds; rates in MiB per second.
   *
   * @param bootMs of any machine
   * @param shutdownMs of any machine
   * @param writeMiBPerS to save or restore locally
   * @param linkMiBPerS to move memory between hosts
   */
  public record Durations(long bootMs, long shutdownMs, long writeMiBPerS, long linkMiBPerS) {}

  /** Steps of the search for a placement in one iteration. */
  private static final long STEPS = 5;

  /** The same for the search. */
  SearchLimits search() {
    return SearchLimits.of(STEPS * Math.max(0, iterations), seed);
  }

  public static final Limits DEFAULT = new Limits(1_000, 1, new Durations(15_000, 3_000, 200, 50));
}
