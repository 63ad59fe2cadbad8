package org.heddle.planner.search;

import java.util.List;
import org.heddle.planner.instance.Instance;
import org.heddle.planner.order.AttributeDurations;
import org.heddle.planner.order.OrderLimits;

/**
 * Finds the host of every machine, so that all constraints of placement are kept and the goals are
 * as small as can be found within the limits. Pure and deterministic for a seed and a number of
 * iterations; safe for use by many threads, each with a call of its own.
 */
public final class Search {
  private Search() {}

  /** The least moved memory, then fewest moves. */
  public static Outcome solve(Instance instance, SearchLimits limits) {
    return solve(instance, List.of(Goal.MOVED_MEMORY, Goal.MOVES), limits);
  }

  /** The best placement found, with the durations that BtrPlace's files give. */
  public static Outcome solve(Instance instance, List<Goal> goals, SearchLimits limits) {
    return solve(instance, goals, limits, byAttributes(instance));
  }

  static OrderLimits byAttributes(Instance instance) {
    return OrderLimits.of(new AttributeDurations(instance));
  }

  /**
   * The best placement found.
   *
   * @param goals the first counts most; at least one
   * @param order how long actions last, and whether stateless machines may be started anew; the
   *     rest of it is for {@link org.heddle.planner.order.Order}
   * @throws IllegalArgumentException when there is no goal
   */
  public static Outcome solve(
      Instance instance, List<Goal> goals, SearchLimits limits, OrderLimits order) {
    if (goals.isEmpty()) {
      throw new IllegalArgumentException("the search needs at least one goal");
    }
    return new Stages(instance, goals, limits, order).run();
  }
}
