package org.heddle.dist.plan;

import java.util.List;
import org.heddle.planner.instance.Instance;
import org.heddle.planner.instance.Schedule;
import org.heddle.planner.instance.TimedAction;
import org.heddle.planner.order.Ordering;
import org.heddle.planner.search.Outcome;

/** What came of solving. */
sealed interface Solution {

  /**
   * A plan that was checked.
   *
   * @param firstMs until the first plan
   * @param solveMs all of the search and the ordering
   */
  record Plan(Outcome.Found found, Ordering.Done ordering, long firstMs, long solveMs)
      implements Solution {

    Schedule schedule() {
      return ordering.schedule();
    }

    int migrations() {
      return (int) schedule().actions().stream().filter(a -> a.kind().relocates()).count();
    }

    /** MiB written or sent, by the costs of the context-switch papers. */
    long movedMemory(Instance instance) {
      return schedule().actions().stream().mapToLong(a -> movedMemory(instance, a)).sum();
    }

    private static long movedMemory(Instance instance, TimedAction action) {
      return switch (action.kind()) {
        case MIGRATE -> instance.memory(action.machine());
        case SUSPEND, RESUME ->
            instance.memory(action.machine()) * (action.from() == action.to() ? 1 : 2);
        case BOOT, SHUTDOWN, RELAUNCH, KILL, ALLOCATE, BOOT_HOST, SHUTDOWN_HOST -> 0;
      };
    }
  }

  /**
   * No plan.
   *
   * @param certain false when there may be one that the time did not suffice to find
   */
  record None(boolean certain, List<String> reasons, long solveMs) implements Solution {
    public None {
      reasons = List.copyOf(reasons);
    }
  }
}
