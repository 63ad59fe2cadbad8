package org.heddle.dist.plan;

import java.util.Arrays;
import java.util.OptionalLong;
import java.util.function.Predicate;
import org.heddle.planner.instance.Arrangement;
import org.heddle.planner.instance.HostWish;
import org.heddle.planner.instance.Instance;
import org.heddle.planner.instance.InstanceChecker;
import org.heddle.planner.instance.MachineState;

/** Tries every placement of a tiny instance: whether there is one, and the least moved memory. */
final class Exhaustive {
  private final Instance instance;
  private final Predicate<Arrangement> wanted;
  private final int[] hosts;
  private final boolean[] online;
  private long best = Long.MAX_VALUE;

  private Exhaustive(Instance instance, Predicate<Arrangement> wanted) {
    this.instance = instance;
    this.wanted = wanted;
    this.hosts = new int[instance.machines()];
    this.online = new boolean[instance.hosts()];
    Arrays.fill(hosts, -1);
  }

  /**
   * The least cost of a right placement; empty when none is right.
   *
   * @param wanted asked of every right placement that is better than those before
   */
  static OptionalLong leastMovedMemory(Instance instance, Predicate<Arrangement> wanted) {
    Exhaustive all = new Exhaustive(instance, wanted);
    all.place(0, 0);
    return all.best == Long.MAX_VALUE ? OptionalLong.empty() : OptionalLong.of(all.best);
  }

  private void place(int machine, long cost) {
    if (cost >= best) {
      return;
    }
    if (machine == instance.machines()) {
      hosts(0, cost);
      return;
    }
    MachineState wanted = instance.wanted(machine);
    if (wanted == MachineState.READY || wanted == MachineState.KILLED) {
      hosts[machine] = -1;
      place(machine + 1, cost);
      return;
    }
    for (int h = 0; h < instance.hosts(); h++) {
      if (instance.hostWish(h) != HostWish.OFFLINE && fits(machine, h)) {
        hosts[machine] = h;
        place(machine + 1, cost + cost(instance, machine, h));
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

  private void hosts(int host, long cost) {
    if (cost >= best) {
      return;
    }
    if (host == instance.hosts()) {
      Arrangement end = new Arrangement(hosts, online);
      if (InstanceChecker.check(instance, end).isEmpty() && wanted.test(end)) {
        best = cost;
      }
      return;
    }
    for (boolean on : new boolean[] {true, false}) {
      boolean allowed =
          instance.hostWish(host) == HostWish.EITHER
              || on == (instance.hostWish(host) == HostWish.ONLINE);
      if (allowed) {
        online[host] = on;
        hosts(host + 1, cost);
      }
    }
  }

  /** The costs of the context-switch papers. */
  static long cost(Instance instance, int machine, int host) {
    long memory = instance.memory(machine);
    boolean here = instance.host(machine) == host;
    return switch (instance.wanted(machine)) {
      case READY, KILLED -> 0;
      case SLEEPING ->
          instance.state(machine) != MachineState.RUNNING ? 0 : here ? memory : 2 * memory;
      case RUNNING ->
          switch (instance.state(machine)) {
            case RUNNING -> here ? 0 : memory;
            case SLEEPING -> here ? memory : 2 * memory;
            case READY, KILLED -> 0;
          };
    };
  }
}
