package org.heddle.planner.search;

import java.util.List;
import org.heddle.planner.instance.Instance;

/**
 * Finds the host of every machine, so that all constraints of placement are kept and the goals are
 * as small as can be found within the limits. Pure and deterministic for a seed and a number of
 * iterations; safe for use by many threads, each with a call of its own.
 */
public final class Search {
  private Search() {}

  /** {@link #solve(Instance, List, SearchLimits)} for the least moved memory, then fewest moves. */
  public static Outcome solve(Instance instance, SearchLimits limits) {
    return solve(instance, List.of(Goal.MOVED_MEMORY, Goal.MOVES), limits);
  }

  /**
   * The best placement found.
   *
   * @param goals the first counts most; at least one
   */
  public static Outcome solve(Instance instance, List<Goal> goals, SearchLimits limits) {
    Pricing pricing = new Pricing(instance, goals);
    Dense dense =
        new Preparation(instance, pricing, new boolean[instance.constraints().size()]).prepare();
    if (!dense.contradictions.isEmpty()) {
      return new Outcome.Refused(true, dense.contradictions);
    }
    Solver solver = new Solver(dense, pricing.scale, limits);
    solver.run();
    int[] placement = solver.placement;
    if (placement == null) {
      return new Outcome.Refused(
          solver.exhausted(), List.of("no placement was found within the limits"));
    }
    return new Outcome.Found(Arrangements.of(dense, placement), solver.objective(), solver.bound());
  }
}
