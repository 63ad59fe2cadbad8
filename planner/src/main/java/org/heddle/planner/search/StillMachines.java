package org.heddle.planner.search;

import org.heddle.planner.instance.Constraint;
import org.heddle.planner.instance.HostWish;
import org.heddle.planner.instance.Instance;
import org.heddle.planner.instance.MachineState;

/** Where the saved state of machines lies that do not run in the end. */
final class StillMachines {
  private final Dense dense;
  private final Instance instance;
  private final Pricing pricing;
  private static final int FREE_RANK = 2;
  private static final int RANKS = 5;

  private final boolean[] limited;
  private final boolean[] keepsState;
  private int next;

  StillMachines(Dense dense, Pricing pricing) {
    this.dense = dense;
    this.instance = dense.instance;
    this.pricing = pricing;
    limited = limited();
    keepsState = keepsState();
  }

  void place() {
    for (int m = 0; m < instance.machines(); m++) {
      if (instance.wanted(m) == MachineState.SLEEPING) {
        dense.still[m] = instance.state(m) == MachineState.SLEEPING ? asleep(m) : suspended(m);
      }
    }
  }

  private int asleep(int m) {
    int host = instance.host(m);
    if (instance.hostWish(host) == HostWish.OFFLINE) {
      dense.contradictions.add(
          "host "
              + instance.hostName(host)
              + " shall be off line, but keeps the saved state of machine "
              + instance.machineName(m));
    }
    return host;
  }

  private int suspended(int m) {
    int host = instance.host(m);
    dense.constant += pricing.suspend(instance, m);
    if (instance.hostWish(host) != HostWish.OFFLINE) {
      return host;
    }
    dense.constant += pricing.suspend(instance, m);
    for (int rank = 0; rank < RANKS; rank++) {
      for (int tried = 0; tried < dense.hosts; tried++) {
        int candidate = (next + tried) % dense.hosts;
        if (rank(candidate) == rank) {
          next = candidate + 1;
          dense.chosen |= rank > FREE_RANK;
          return candidate;
        }
      }
    }
    dense.contradictions.add(
        "machine " + instance.machineName(m) + " shall sleep, but no host stays on line");
    return host;
  }

  /** Hosts that are on line anyway first, then those that no rule wants off, then the others. */
  private int rank(int host) {
    return switch (instance.hostWish(host)) {
      case OFFLINE -> RANKS;
      case ONLINE -> 0;
      case EITHER -> {
        if (keepsState[host]) {
          yield 0;
        }
        yield (limited[host] ? FREE_RANK + 1 : FREE_RANK - 1) + (instance.online(host) ? 0 : 1);
      }
    };
  }

  /** Hosts that maxOnline or noIdle speak of. */
  private boolean[] limited() {
    boolean[] all = new boolean[instance.hosts()];
    for (Constraint constraint : instance.constraints()) {
      if (constraint instanceof Constraint.MaxOnline most) {
        most.hosts().stream().forEach(h -> all[h] = true);
      } else if (constraint instanceof Constraint.NoIdle idle) {
        idle.hosts().stream().forEach(h -> all[h] = true);
      }
    }
    return all;
  }

  private boolean[] keepsState() {
    boolean[] all = new boolean[instance.hosts()];
    for (int m = 0; m < instance.machines(); m++) {
      boolean lies = instance.wanted(m) == MachineState.SLEEPING;
      if (lies && instance.hostWish(instance.host(m)) != HostWish.OFFLINE) {
        all[instance.host(m)] = true;
      }
    }
    return all;
  }
}
