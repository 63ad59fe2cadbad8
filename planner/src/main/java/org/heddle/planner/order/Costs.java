package org.heddle.planner.order;

import java.util.List;
import org.heddle.planner.instance.Instance;
import org.heddle.planner.instance.Schedule;
import org.heddle.planner.instance.TimedAction;

/**
 * What actions and plans cost, in MiB that are sent or stored: as in Entropy (Hermenier et al., VEE
 * 2009) and in the papers on cluster-wide context switches that followed. Migration, suspend and
 * resume on the spot cost the machine's memory, resume elsewhere twice that, the rest a constant.
 *
 * @param boot of starting a machine; a relaunch costs boot and stop
 * @param stop of stopping or killing one
 */
public record Costs(long boot, long stop) {
  /** The papers' constants do not weigh against memory. */
  public static final Costs PAPERS = new Costs(0, 0);

  public Costs {
    if (boot < 0 || stop < 0) {
      throw new IllegalArgumentException("costs start at 0; given " + boot + " and " + stop);
    }
  }

  /** Of an action alone. */
  public long local(Instance instance, TimedAction action) {
    return switch (action.kind()) {
      case MIGRATE, SUSPEND -> instance.memory(action.machine());
      case RESUME -> (action.from() == action.to() ? 1 : 2) * instance.memory(action.machine());
      case BOOT -> boot;
      case SHUTDOWN, KILL -> stop;
      case RELAUNCH -> boot + stop;
      case ALLOCATE, BOOT_HOST, SHUTDOWN_HOST -> 0;
    };
  }

  /** The sum over the actions alone: what crosses the network and the disks. */
  public long moved(Instance instance, Schedule schedule) {
    return schedule.actions().stream().mapToLong(action -> local(instance, action)).sum();
  }

  /**
   * The cost of a plan: each action costs its own and that of the dearest chain of actions that it
   * has to wait for; the plan costs the sum over its actions. In a plan of steps, of which each
   * waits for all of the one before, a step costs what its dearest action costs alone, and an
   * action costs the steps before it and its own: Entropy's definition. A demand that changes in
   * place is no action there, and costs nothing here.
   */
  public long plan(Instance instance, Schedule schedule) {
    List<TimedAction> actions = schedule.actions();
    long[] until = new long[actions.size()];
    long sum = 0;
    for (int i = 0; i < until.length; i++) {
      TimedAction action = actions.get(i);
      for (int k = 0; k < action.waitsFor().size(); k++) {
        until[i] = Math.max(until[i], until[action.waitsFor().at(k)]);
      }
      until[i] += local(instance, action);
      sum += counts(action) ? until[i] : 0;
    }
    return sum;
  }

  private static boolean counts(TimedAction action) {
    return action.kind() != TimedAction.Kind.ALLOCATE;
  }

  /** The cost of the same actions in Entropy's steps: each as early as what it waits for allows. */
  public long inSteps(Instance instance, Schedule schedule) {
    List<TimedAction> actions = schedule.actions();
    int[] step = new int[actions.size()];
    long[] dearest = new long[actions.size() + 1];
    for (int i = 0; i < step.length; i++) {
      TimedAction action = actions.get(i);
      for (int k = 0; k < action.waitsFor().size(); k++) {
        int other = action.waitsFor().at(k);
        step[i] = Math.max(step[i], step[other] + (counts(actions.get(other)) ? 1 : 0));
      }
      dearest[step[i]] = Math.max(dearest[step[i]], local(instance, action));
    }
    long[] before = new long[actions.size() + 1];
    for (int s = 1; s < before.length; s++) {
      before[s] = before[s - 1] + dearest[s - 1];
    }
    long sum = 0;
    for (int i = 0; i < step.length; i++) {
      if (counts(actions.get(i))) {
        sum += before[step[i]] + local(instance, actions.get(i));
      }
    }
    return sum;
  }
}
