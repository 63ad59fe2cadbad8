package org.heddle.planner.search;

import org.heddle.planner.instance.HostWish;
import org.heddle.planner.instance.Instance;
import org.heddle.planner.instance.MachineState;

/** Where the saved state of machines lies that do not run in the end. */
final class StillMachines {
  private final Dense dense;
  private final Instance instance;
  private final Pricing pricing;
  private int next;

  StillMachines(Dense dense, Pricing pricing) {
    this.dense = dense;
    this.instance = dense.instance;
    this.pricing = pricing;
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
    dense.constant += pricing.suspend(m);
    if (instance.hostWish(host) != HostWish.OFFLINE) {
      return host;
    }
    dense.constant += pricing.suspend(m);
    for (int tried = 0; tried < dense.hosts; tried++) {
      int candidate = next++ % dense.hosts;
      if (instance.hostWish(candidate) != HostWish.OFFLINE && instance.online(candidate)) {
        return candidate;
      }
    }
    dense.contradictions.add(
        "machine " + instance.machineName(m) + " shall sleep, but no host stays on line");
    return host;
  }
}
