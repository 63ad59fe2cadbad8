package org.heddle.planner.search;

import java.util.List;
import org.heddle.planner.instance.Attribute;
import org.heddle.planner.instance.Instance;
import org.heddle.planner.instance.MachineState;

/**
 * What it costs to run a machine on its old host or on another: one number for several goals, the
 * first one times a factor larger than all the rest can be together.
 */
final class Pricing {
  private static final long LARGEST = 1L << 60;
  private static final long DEFAULT_MS = 1_000;

  private final Instance instance;
  private final List<Goal> goals;
  private final long[] weight;

  /** A cost divided by this is the value of the first goal. */
  final long scale;

  /**
   * @param goals those that are sums over machines
   */
  Pricing(Instance instance, List<Goal> goals) {
    this.instance = instance;
    this.goals = goals;
    weight = new long[goals.size()];
    long next = 1;
    for (int g = goals.size() - 1; g >= 0; g--) {
      weight[g] = next;
      double most = 1;
      for (int m = 0; m < instance.machines(); m++) {
        most += value(goals.get(g), m, false);
      }
      double grown = next * most;
      if (grown > LARGEST && g > 0) {
        // no room for the lesser goals: they are dropped
        java.util.Arrays.fill(weight, g, weight.length, 0);
        next = 1;
      } else {
        next = (long) grown;
      }
    }
    scale = goals.isEmpty() ? 1 : weight[0];
  }

  private Pricing(Instance part, Pricing whole) {
    instance = part;
    goals = whole.goals;
    weight = whole.weight;
    scale = whole.scale;
  }

  /** The same prices for the machines of a part of the instance. */
  Pricing of(Instance part) {
    return new Pricing(part, this);
  }

  /** The goals of one machine as one number. */
  private long cost(int machine, boolean atHome) {
    long sum = 0;
    for (int g = 0; g < weight.length; g++) {
      sum += weight[g] * value(goals.get(g), machine, atHome);
    }
    return sum;
  }

  private long value(Goal goal, int m, boolean atHome) {
    MachineState state = instance.state(m);
    boolean runs = state == MachineState.RUNNING;
    boolean sleeps = state == MachineState.SLEEPING;
    if ((!runs && !sleeps) || (runs && atHome)) {
      return 0;
    }
    return switch (goal) {
      case MOVED_MEMORY -> sleeps && !atHome ? 2 * instance.memory(m) : instance.memory(m);
      case MOVES -> atHome ? 0 : 1;
      case SOONEST_END -> duration(m, runs ? Attribute.MIGRATE : Attribute.RESUME);
      case HOSTS_USED, BALANCE -> 0;
    };
  }

  private long duration(int machine, Attribute attribute) {
    double seconds = instance.attribute(machine, attribute);
    return Double.isNaN(seconds) ? DEFAULT_MS : Math.round(seconds * 1000);
  }

  /** The cost of suspending a machine where it is; elsewhere it is twice that. */
  long suspend(int machine) {
    for (int g = 0; g < weight.length; g++) {
      if (goals.get(g) == Goal.MOVED_MEMORY) {
        return weight[g] * instance.memory(machine);
      }
    }
    return 0;
  }

  /** Fills in homes and costs of a unit. */
  void fill(Dense dense, int unit) {
    int[] machines = dense.members[unit];
    int[] hosts = new int[machines.length];
    long[] saved = new long[machines.length];
    int known = 0;
    for (int m : machines) {
      dense.away[unit] += cost(m, false);
      int h = instance.host(m);
      if (h >= 0) {
        int at = 0;
        while (at < known && hosts[at] != h) {
          at++;
        }
        hosts[at] = h;
        saved[at] += cost(m, false) - cost(m, true);
        known = Math.max(known, at + 1);
      }
    }
    int best = -1;
    for (int i = 0; i < known; i++) {
      best = best < 0 || saved[i] > saved[best] ? i : best;
    }
    dense.atHome[unit] = dense.away[unit];
    if (best >= 0) {
      dense.home[unit] = hosts[best];
      dense.atHome[unit] = dense.away[unit] - saved[best];
    }
    if (known > 1) {
      long[] there = new long[known];
      for (int i = 0; i < known; i++) {
        there[i] = dense.away[unit] - saved[i];
      }
      dense.costs[unit] = new Dense.Costs(java.util.Arrays.copyOf(hosts, known), there);
    }
  }
}
