package org.heddle.planner.order;

import java.util.Arrays;
import java.util.List;
import java.util.SplittableRandom;
import org.heddle.planner.instance.Constraint;
import org.heddle.planner.instance.Constraint.Deadline;
import org.heddle.planner.instance.Constraint.NoDelay;
import org.heddle.planner.instance.Instance;

/**
 * Who goes first where not all can: what lets many others go soon, for its duration. A host that
 * has not enough room for all that come presses those that leave it, and so on along the chains.
 * Machines that came late in a try are put forward in the next one.
 */
final class Priorities {
  private static final int CHAIN_ROUNDS = 4;
  private static final double CHAIN_FADE = 0.7;
  private static final double SHORTEST_SECONDS = 0.05;
  private static final double FORWARD = 0.5;
  private static final double NOISE = 0.2;
  private static final double MOST_NOISE = 1.6;

  /** Of what must not wait; above that of what has a deadline, which is above all others. */
  private static final double AT_ONCE = Double.MAX_VALUE / 2;

  private static final double IN_TIME = Double.MAX_VALUE / 8;

  private final Instance instance;
  private final OrderLimits limits;
  private final double[] boost;

  /** By machine: the priority that constraints of time give it, 0 for none. */
  private final double[] bound;

  private final SplittableRandom random;
  private double noise;

  Priorities(Instance instance, OrderLimits limits) {
    this.instance = instance;
    this.limits = limits;
    this.boost = new double[instance.machines()];
    this.bound = new double[instance.machines()];
    this.random = new SplittableRandom(limits.seed());
    for (Constraint constraint : instance.constraints()) {
      switch (constraint) {
        case NoDelay(var machines) -> machines.stream().forEach(m -> bound[m] = AT_ONCE);
        case Deadline(var machines, long atMs) -> {
          double urgent = IN_TIME / (1 + atMs);
          machines.stream().forEach(m -> bound[m] = Math.max(bound[m], urgent));
        }
        case Constraint _ -> {}
      }
    }
  }

  /** Puts forward machines whose last action ended later than it could have. */
  void learn(List<Task> tasks, long[] leastEnds) {
    for (Task task : tasks) {
      if (task.machine >= 0 && task.last) {
        long late = task.endMs - leastEnds[task.machine];
        boost[task.machine] *= 1 - FORWARD / 2;
        boost[task.machine] += late <= 0 ? 0 : FORWARD * late / Math.max(1.0, (double) task.endMs);
      }
    }
    noise = Math.min(MOST_NOISE, noise + NOISE);
  }

  /** The next order is another one. */
  void shake() {
    noise = MOST_NOISE;
  }

  void rank(List<Unit> units, Layout layout) {
    double[] behind = behind(units, layout);
    int[] leaving = new int[instance.hosts()];
    for (Unit unit : units) {
      for (Task task : unit.tasks) {
        if (task.leaves()) {
          leaving[task.from]++;
        }
      }
    }
    for (Unit unit : units) {
      double weight = 0;
      double seconds = SHORTEST_SECONDS;
      double urgent = 0;
      for (Task task : unit.tasks) {
        double share = task.leaves() ? behind[task.from] / leaving[task.from] : 0;
        double forward = task.machine < 0 ? 0 : boost[task.machine];
        weight += (1 + share) * (1 + forward);
        seconds = Math.max(seconds, ms(task) / 1000.0);
        urgent = Math.max(urgent, task.machine < 0 ? 0 : bound[task.machine]);
      }
      double jitter = noise == 0 ? 1 : 1 + noise * (random.nextDouble() - 0.5);
      unit.priority = (urgent > 0 ? urgent : weight / seconds) * jitter;
    }
  }

  private long ms(Task task) {
    return limits.durations().ms(task.kind, task.machine, task.from, task.to, Durations.UNBOUNDED);
  }

  /** By host: how much waits, there and further back, until machines have left it. */
  private double[] behind(List<Unit> units, Layout layout) {
    boolean[] pressed = pressed(units, layout);
    double[] behind = new double[instance.hosts()];
    for (int round = 0; round < CHAIN_ROUNDS; round++) {
      double[] next = new double[instance.hosts()];
      for (Unit unit : units) {
        for (Task task : unit.tasks) {
          if (task.to >= 0 && pressed[task.to]) {
            next[task.to] += 1 + (task.leaves() ? CHAIN_FADE * behind[task.from] : 0);
          }
        }
      }
      if (Arrays.equals(next, behind)) {
        break;
      }
      behind = next;
    }
    return behind;
  }

  private boolean[] pressed(List<Unit> units, Layout layout) {
    long[] free = layout.origin();
    Claims claims = new Claims(layout);
    boolean[] pressed = new boolean[instance.hosts()];
    for (Unit unit : units) {
      for (Task task : unit.tasks) {
        if (!task.enters() && task.kind != org.heddle.planner.instance.TimedAction.Kind.ALLOCATE) {
          continue;
        }
        for (int r = 0; r < instance.resources(); r++) {
          long need = claims.comes(task, r);
          free[layout.room(task.to, r)] -= need;
          pressed[task.to] |= need > 0 && free[layout.room(task.to, r)] < 0;
        }
      }
    }
    return pressed;
  }
}
