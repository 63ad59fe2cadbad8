package org.heddle.planner.search;

import java.util.Arrays;
import java.util.List;
import java.util.stream.IntStream;
import org.heddle.planner.instance.Instance;
import org.heddle.planner.instance.MachineState;
import org.heddle.planner.instance.TimedAction.Kind;
import org.heddle.planner.order.Durations;
import org.heddle.planner.order.OrderLimits;

/**
 * What it costs to run a machine on its old host or on another: one number for several goals, the
 * first one times a factor larger than all the rest can be together. The last goals are dropped
 * where that number would overflow.
 */
final class Pricing {
  private static final long LARGEST = 1L << 60;

  private final long[] weight;
  private final int memory;

  /** By machine: away from where it is, and there. */
  private final long[] away;

  private final long[] atHome;

  /** A cost divided by this is the value of the first goal. */
  final long scale;

  /**
   * @param goals those that are sums over machines
   * @param order how long actions last, and whether stateless machines are started anew
   */
  Pricing(Instance instance, List<Goal> goals, OrderLimits order) {
    Values values = new Values(instance, order);
    weight = new long[goals.size()];
    away = new long[instance.machines()];
    atHome = new long[instance.machines()];
    memory = goals.indexOf(Goal.MOVED_MEMORY);
    long[][] worst = new long[goals.size()][];
    long next = 1;
    for (int g = goals.size() - 1; g >= 0; g--) {
      Goal goal = goals.get(g);
      worst[g] = new long[instance.machines()];
      Arrays.setAll(worst[g], m -> values.of(goal, m, false));
      double most = 1 + Arrays.stream(worst[g]).asDoubleStream().sum();
      most += goal == Goal.MOVED_MEMORY ? suspends(instance) : 0;
      if (next * most > LARGEST) {
        Arrays.fill(weight, g, weight.length, 0);
        next = 1;
      }
      weight[g] = next;
      next *= (long) Math.min(most, (double) LARGEST);
    }
    for (int g = 0; g < weight.length; g++) {
      for (int m = 0; m < away.length; m++) {
        away[m] += weight[g] * worst[g][m];
        atHome[m] += weight[g] * values.of(goals.get(g), m, true);
      }
    }
    scale = goals.isEmpty() ? 1 : weight[0];
  }

  /** What machines that shall sleep cost at most: {@link #suspend} twice. */
  private static double suspends(Instance instance) {
    return IntStream.range(0, instance.machines())
        .filter(m -> instance.wanted(m) == MachineState.SLEEPING)
        .mapToDouble(m -> 2.0 * instance.memory(m))
        .sum();
  }

  private Pricing(Section section, Pricing whole) {
    int machines = section.part().machines();
    weight = whole.weight;
    memory = whole.memory;
    scale = whole.scale;
    away = new long[machines];
    atHome = new long[machines];
    Arrays.setAll(away, m -> whole.away[section.machine(m)]);
    Arrays.setAll(atHome, m -> whole.atHome[section.machine(m)]);
  }

  /** The same prices for the machines of a part of the instance. */
  Pricing of(Section section) {
    return new Pricing(section, this);
  }

  /**
   * The largest cost whose first goals are no worse than those of the given cost.
   *
   * @param first how many goals count
   */
  long ceiling(long cost, int first) {
    for (int g = first - 1; g >= 0; g--) {
      if (weight[g] > 0) {
        return cost - cost % weight[g] + weight[g] - 1;
      }
    }
    return Long.MAX_VALUE;
  }

  /** Values of goals, of one machine. */
  private static final class Values {
    private final Instance instance;
    private final OrderLimits order;
    private final Durations durations;
    private final long fastest;

    Values(Instance instance, OrderLimits order) {
      this.instance = instance;
      this.order = order;
      durations = order.durations();
      int links = durations.sharesLinks() ? instance.links() : 0;
      fastest = IntStream.range(0, links).mapToLong(instance::linkMbitPerS).max().orElse(0);
    }

    long of(Goal goal, int m, boolean home) {
      MachineState state = instance.state(m);
      boolean runs = state == MachineState.RUNNING;
      boolean sleeps = state == MachineState.SLEEPING;
      if ((!runs && !sleeps) || (runs && home)) {
        return 0;
      }
      int host = instance.host(m);
      int to = home ? host : host == 0 ? 1 : 0;
      boolean anew = runs && order.startsAnew(instance, m, host, to);
      return switch (goal) {
        case MOVED_MEMORY ->
            anew ? 0 : sleeps && !home ? 2 * instance.memory(m) : instance.memory(m);
        case MOVES -> home ? 0 : 1;
        case SOONEST_END ->
            anew
                ? ms(Kind.RELAUNCH, m, host, to, Durations.UNBOUNDED)
                : runs ? migration(m, host, to) : ms(Kind.RESUME, m, host, to, Durations.UNBOUNDED);
        case HOSTS_USED, BALANCE -> 0;
      };
    }

    private long ms(Kind kind, int m, int from, int to, double goodput) {
      return durations.ms(kind, m, from, to, goodput);
    }

    /** Alone on its way, over the fastest one that there may be. */
    private long migration(int m, int from, int to) {
      long unknown = ms(Kind.MIGRATE, m, from, to, Durations.UNBOUNDED);
      if (fastest == 0) {
        return unknown;
      }
      int link = instance.hostLink(from);
      long rate = link < 0 ? fastest : instance.linkMbitPerS(link);
      long known = ms(Kind.MIGRATE, m, from, to, durations.goodput((double) rate));
      return link < 0 ? Math.min(known, unknown) : known;
    }
  }

  /** The cost of suspending a machine where it is; elsewhere it is twice that. */
  long suspend(Instance instance, int machine) {
    return memory < 0 ? 0 : weight[memory] * instance.memory(machine);
  }

  /** Fills in homes and costs of a unit. */
  void fill(Dense dense, int unit) {
    int[] machines = dense.members[unit];
    int[] hosts = new int[machines.length];
    long[] saved = new long[machines.length];
    int known = 0;
    for (int m : machines) {
      dense.away[unit] += away[m];
      int h = dense.instance.host(m);
      if (h >= 0) {
        int at = 0;
        while (at < known && hosts[at] != h) {
          at++;
        }
        hosts[at] = h;
        saved[at] += away[m] - atHome[m];
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
      dense.costs[unit] = new Dense.Costs(Arrays.copyOf(hosts, known), there);
    }
  }
}
