package org.heddle.dist.plan;

import java.util.List;
import java.util.stream.IntStream;
import org.heddle.planner.instance.Instance;
import org.heddle.planner.instance.MachineState;
import org.heddle.planner.instance.TimedAction.Kind;
import org.heddle.planner.order.AttributeDurations;
import org.heddle.planner.search.Goal;

/**
 * What a placement is worth by each goal, read straight from the instance: shares nothing with the
 * search.
 */
final class Values {
  private static final double MILLION = 1_000_000;

  private final Instance instance;
  private final int[] hosts;

  private Values(Instance instance, int[] hosts) {
    this.instance = instance;
    this.hosts = hosts;
  }

  /**
   * @param hosts of each machine, -1 for none
   */
  static long[] of(Instance instance, List<Goal> goals, int[] hosts) {
    Values values = new Values(instance, hosts);
    return goals.stream().mapToLong(values::of).toArray();
  }

  private long of(Goal goal) {
    IntStream machines = IntStream.range(0, hosts.length);
    return switch (goal) {
      case MOVED_MEMORY -> machines.mapToLong(this::memory).sum();
      case MOVES -> machines.filter(m -> relocated(m) || (resumed(m) && !here(m))).count();
      case SOONEST_END -> machines.mapToLong(this::duration).sum();
      case HOSTS_USED -> machines.filter(this::runs).map(m -> hosts[m]).distinct().count();
      case BALANCE -> largestShare();
    };
  }

  private boolean here(int m) {
    return instance.host(m) == hosts[m];
  }

  private boolean runs(int m) {
    return instance.wanted(m) == MachineState.RUNNING;
  }

  private boolean relocated(int m) {
    return runs(m) && instance.state(m) == MachineState.RUNNING && !here(m);
  }

  private boolean resumed(int m) {
    return runs(m) && instance.state(m) == MachineState.SLEEPING;
  }

  private boolean suspended(int m) {
    return instance.wanted(m) == MachineState.SLEEPING && instance.state(m) == MachineState.RUNNING;
  }

  /** The costs of the context-switch papers; what is started anew moves nothing. */
  private long memory(int m) {
    if (relocated(m)) {
      boolean anew = instance.stateless(m) && ms(Kind.RELAUNCH, m) < ms(Kind.MIGRATE, m);
      return anew ? 0 : instance.memory(m);
    }
    return resumed(m) || suspended(m) ? instance.memory(m) * (here(m) ? 1 : 2) : 0;
  }

  private long duration(int m) {
    if (relocated(m)) {
      long live = ms(Kind.MIGRATE, m);
      return instance.stateless(m) ? Math.min(live, ms(Kind.RELAUNCH, m)) : live;
    }
    return resumed(m) ? ms(Kind.RESUME, m) : 0;
  }

  private long ms(Kind kind, int m) {
    return new AttributeDurations(instance).ms(kind, m, instance.host(m), hosts[m], 0);
  }

  private long largestShare() {
    double most = 0;
    for (int h = 0; h < instance.hosts(); h++) {
      for (int r = 0; r < instance.resources(); r++) {
        long use = 0;
        for (int m = 0; m < hosts.length; m++) {
          use += runs(m) && hosts[m] == h ? instance.next(m, r) : 0;
        }
        most = Math.max(most, use == 0 ? 0 : use / (double) Math.max(1, instance.usable(h, r)));
      }
    }
    return (long) Math.ceil(most * MILLION - 1e-6);
  }
}
