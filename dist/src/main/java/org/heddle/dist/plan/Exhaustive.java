package org.heddle.dist.plan;

import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.function.Predicate;
import org.heddle.planner.instance.Arrangement;
import org.heddle.planner.instance.HostWish;
import org.heddle.planner.instance.Instance;
import org.heddle.planner.instance.InstanceChecker;
import org.heddle.planner.instance.MachineState;
import org.heddle.planner.search.Goal;
import org.jspecify.annotations.Nullable;

/** Tries every placement of a tiny instance: whether there is one, and the best by some goals. */
final class Exhaustive {
  private final Instance instance;
  private final Predicate<Arrangement> wanted;
  private final int[] hosts;
  private final boolean[] online;
  private final List<Goal> goals;
  private long @Nullable [] best;

  private Exhaustive(Instance instance, List<Goal> goals, Predicate<Arrangement> wanted) {
    this.instance = instance;
    this.goals = goals;
    this.wanted = wanted;
    this.hosts = new int[instance.machines()];
    this.online = new boolean[instance.hosts()];
    Arrays.fill(hosts, -1);
  }

  /**
   * The values of the best right placement by goal, the first counts most; empty when none is
   * right.
   *
   * @param wanted asked of every right placement that is better than those before
   */
  static Optional<long[]> best(Instance instance, List<Goal> goals, Predicate<Arrangement> wanted) {
    Exhaustive all = new Exhaustive(instance, goals, wanted);
    all.place(0);
    return Optional.ofNullable(all.best);
  }

  /** Whether the first is better: less in the first goal in which they differ. */
  static boolean better(long[] one, long @Nullable [] other) {
    return other == null || Arrays.compare(one, other) < 0;
  }

  private void place(int machine) {
    if (machine == instance.machines()) {
      long[] values = Values.of(instance, goals, hosts);
      if (better(values, best)) {
        hosts(0, values);
      }
      return;
    }
    MachineState wanted = instance.wanted(machine);
    if (wanted == MachineState.READY || wanted == MachineState.KILLED) {
      hosts[machine] = -1;
      place(machine + 1);
      return;
    }
    for (int h = 0; h < instance.hosts(); h++) {
      if (instance.hostWish(h) != HostWish.OFFLINE && fits(machine, h)) {
        hosts[machine] = h;
        place(machine + 1);
      }
    }
    hosts[machine] = -1;
  }

  private boolean fits(int machine, int host) {
    if (instance.wanted(machine) == MachineState.SLEEPING) {
      return saved(machine, host);
    }
    for (int r = 0; r < instance.resources(); r++) {
      long use = instance.next(machine, r);
      for (int m = 0; m < machine; m++) {
        boolean there = hosts[m] == host && instance.wanted(m) == MachineState.RUNNING;
        use += there ? instance.next(m, r) : 0;
      }
      if (use > instance.usable(host, r)) {
        return false;
      }
    }
    return true;
  }

  /** A state is saved where the machine runs, unless that host goes off line. */
  private boolean saved(int machine, int host) {
    int here = instance.host(machine);
    return host == here || instance.hostWish(here) == HostWish.OFFLINE;
  }

  private void hosts(int host, long[] values) {
    if (!better(values, best)) {
      return;
    }
    if (host == instance.hosts()) {
      Arrangement end = new Arrangement(hosts, online);
      if (InstanceChecker.check(instance, end).isEmpty() && wanted.test(end)) {
        best = values;
      }
      return;
    }
    for (boolean on : new boolean[] {true, false}) {
      boolean allowed =
          instance.hostWish(host) == HostWish.EITHER
              || on == (instance.hostWish(host) == HostWish.ONLINE);
      if (allowed) {
        online[host] = on;
        hosts(host + 1, values);
      }
    }
  }
}
