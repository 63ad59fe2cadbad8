package org.heddle.planner.order;

import org.heddle.planner.instance.TimedAction.Kind;

/** How long actions last. Pure: the same question has the same answer. */
public interface Durations {
  /** The rate of a migration that no link bounds. */
  double UNBOUNDED = Double.POSITIVE_INFINITY;

  /**
   * @param machine -1 for the actions of hosts
   * @param from and to as in a {@link org.heddle.planner.instance.TimedAction}
   * @param goodput MiB/s that a migration gets, {@link #UNBOUNDED} if unknown; passed over by other
   *     actions
   * @return milliseconds, 0 or more
   */
  long ms(Kind kind, int machine, int from, int to, double goodput);

  /** Whether migrations share links: how much memory a link carries; null when they do not. */
  default boolean sharesLinks() {
    return false;
  }

  /** MiB/s of memory that a link of this nominal rate carries in one direction. */
  default double goodput(double linkMbitPerS) {
    return UNBOUNDED;
  }

  /** Factor of what a host receives over a link of this rate while it sends. */
  default double receivingWhileSending(double linkMbitPerS) {
    return 1;
  }
}
