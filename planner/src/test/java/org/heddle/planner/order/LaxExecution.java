package org.heddle.planner.order;

import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import org.heddle.planner.instance.Instance;
import org.heddle.planner.instance.Schedule;
import org.heddle.planner.instance.TimedAction;

/**
 * Executes a schedule as an executor does that knows only what waits for what: each action starts
 * when all it waits for has ended, and lasts as long as chance will have it.
 */
final class LaxExecution {
  private LaxExecution() {}

  static Schedule of(Instance instance, Schedule planned, SplittableRandom random) {
    List<TimedAction> actions = planned.actions();
    long[] starts = new long[actions.size()];
    long[] ends = new long[actions.size()];
    for (int i = 0; i < starts.length; i++) {
      for (int k = 0; k < actions.get(i).waitsFor().size(); k++) {
        starts[i] = Math.max(starts[i], ends[actions.get(i).waitsFor().at(k)]);
      }
      ends[i] = starts[i] + random.nextInt(5000);
    }
    for (int i = 0; i < starts.length; i++) {
      resumeTogether(instance, actions, starts, ends, i);
    }
    List<TimedAction> executed = new ArrayList<>();
    for (int i = 0; i < starts.length; i++) {
      TimedAction a = actions.get(i);
      executed.add(
          new TimedAction(
              a.kind(), a.machine(), a.from(), a.to(), starts[i], ends[i], a.waitsFor()));
    }
    return new Schedule(executed);
  }

  /** The executor resumes a vjob as a whole: when the last of it may. */
  private static void resumeTogether(
      Instance instance, List<TimedAction> actions, long[] starts, long[] ends, int i) {
    TimedAction action = actions.get(i);
    if (action.kind() != TimedAction.Kind.RESUME || instance.vjob(action.machine()) < 0) {
      return;
    }
    for (int k = 0; k < actions.size(); k++) {
      TimedAction other = actions.get(k);
      if (other.kind() == TimedAction.Kind.RESUME
          && instance.vjob(other.machine()) == instance.vjob(action.machine())
          && starts[k] > starts[i]) {
        ends[i] += starts[k] - starts[i];
        starts[i] = starts[k];
      }
    }
  }
}
