package org.heddle.dist.plan;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import org.heddle.planner.instance.Arrangement;
import org.heddle.planner.instance.Constraint;
import org.heddle.planner.instance.Constraint.Ban;
import org.heddle.planner.instance.Constraint.Root;
import org.heddle.planner.instance.Indices;
import org.heddle.planner.instance.Instance;
import org.heddle.planner.instance.MachineState;

/**
 * What is asked of the search after placements without an order: the same, but that who did not
 * come to its place stays where it is, or else that it comes to another place. The narrowest
 * question is asked first; when none is left, the first one is asked again.
 */
final class Lessons {
  private final Instance all;
  private final Deque<Instance> next = new ArrayDeque<>();
  private Instance latest;

  Lessons(Instance all) {
    this.all = all;
    this.latest = all;
  }

  /**
   * A placement without an order.
   *
   * @param hindered who does not come to its place, or too late
   */
  record Refused(Arrangement placement, Indices hindered) {}

  /** Takes in what came of the question that was asked last. */
  void of(Refused refused) {
    if (refused.hindered.isEmpty()) {
      return;
    }
    next.push(latest.toBuilder().constraints(elsewhere(refused, refused.hindered)).build());
    Indices movers = only(refused, true);
    if (!movers.isEmpty()) {
      List<Constraint> constraints = elsewhere(refused, only(refused, false));
      constraints.add(new Root(movers));
      next.push(latest.toBuilder().constraints(constraints).build());
    }
  }

  private Indices only(Refused refused, boolean movers) {
    return Indices.of(
        refused.hindered.stream().filter(m -> moves(refused.placement, m) == movers).toArray());
  }

  private boolean moves(Arrangement placement, int m) {
    return all.state(m) == MachineState.RUNNING
        && placement.host(m) >= 0
        && placement.host(m) != all.host(m);
  }

  private static List<Constraint> elsewhere(Refused refused, Indices machines) {
    List<Constraint> bans = new ArrayList<>();
    machines.stream()
        .filter(m -> refused.placement.host(m) >= 0)
        .forEach(
            m -> bans.add(new Ban(Indices.of(m), Indices.of(refused.placement.host(m)), false)));
    return bans;
  }

  /** The question to ask next. */
  Instance next() {
    latest = next.isEmpty() ? all : next.pop();
    return latest;
  }
}
