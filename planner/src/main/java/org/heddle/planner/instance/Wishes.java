package org.heddle.planner.instance;

import java.util.Arrays;
import org.heddle.model.ConstraintTerm.Argument;
import org.heddle.planner.instance.Constraint.InState;
import org.heddle.planner.instance.Constraint.Offline;
import org.heddle.planner.instance.Constraint.Online;
import org.heddle.planner.instance.Constraint.Overbook;
import org.heddle.planner.instance.Constraint.Preserve;

/** Folds what constraints say of single machines and hosts into their columns. */
final class Wishes {
  private final Columns c;

  Wishes(Columns c) {
    this.c = c;
  }

  void fold() {
    new Sense(c).check();
    places();
    c.nexts = new long[c.presents.length][];
    Arrays.setAll(c.nexts, r -> c.presents[r].clone());
    c.usables = new long[c.capacities.length][];
    Arrays.setAll(c.usables, r -> c.capacities[r].clone());
    boolean[] said = new boolean[c.machineNames.length];
    boolean[][] preserved = new boolean[c.presents.length][c.machineNames.length];
    boolean[][] overbooked = new boolean[c.capacities.length][c.hostNames.length];
    for (Constraint constraint : c.constraints) {
      if (constraint instanceof InState state) {
        state.machines().stream().forEach(m -> state(m, state.state(), said));
      } else if (constraint instanceof Online online) {
        online.hosts().stream().forEach(h -> host(h, HostWish.ONLINE));
      } else if (constraint instanceof Offline offline) {
        offline.hosts().stream().forEach(h -> host(h, HostWish.OFFLINE));
      } else if (constraint instanceof Preserve preserve) {
        boolean[] seen = preserved[preserve.resource()];
        preserve.machines().stream().forEach(m -> preserve(m, preserve, seen));
      } else if (constraint instanceof Overbook overbook) {
        boolean[] seen = overbooked[overbook.resource()];
        overbook.hosts().stream().forEach(h -> overbook(h, overbook, seen));
      }
    }
    transitions();
    for (int v = 0; v < c.vjobNames.length; v++) {
      whole(v);
    }
  }

  /** Nothing can be on a host that is not there or not on line. */
  private void places() {
    for (int m = 0; m < c.machineNames.length; m++) {
      int host = c.hosts[m];
      if (c.states[m] != MachineState.READY && (host < 0 || host >= c.hostNames.length)) {
        throw InvalidInstance.invalid(
            "machine " + c.machineNames[m],
            "is on a host that is not in the instance",
            "list the host, or say that the machine is ready");
      }
      if (c.states[m] != MachineState.READY && !c.online[host]) {
        throw InvalidInstance.invalid(
            "machine " + c.machineNames[m],
            "is " + Names.word(c.states[m]) + " on " + c.hostNames[host] + ", which is off line",
            "list the host as online, or say that the machine is ready");
      }
    }
  }

  /** A vjob runs or sleeps as a whole. */
  private void whole(int v) {
    int runs = -1;
    int sleeps = -1;
    for (int i = 0; i < c.vjobMachines[v].size(); i++) {
      int m = c.vjobMachines[v].at(i);
      runs = c.wanted[m] == MachineState.RUNNING ? m : runs;
      sleeps = c.wanted[m] == MachineState.SLEEPING ? m : sleeps;
    }
    if (runs >= 0 && sleeps >= 0) {
      throw InvalidInstance.contradiction(
          "vjob " + c.vjobNames[v],
          c.machineNames[runs] + " shall run and " + c.machineNames[sleeps] + " shall sleep",
          "let all of it run, or all of it sleep");
    }
  }

  private void state(int m, MachineState state, boolean[] said) {
    if (said[m] && c.wanted[m] != state) {
      throw InvalidInstance.contradiction(
          "machine " + c.machineNames[m],
          "shall be both " + Names.word(c.wanted[m]) + " and " + Names.word(state),
          "drop one of the two constraints");
    }
    said[m] = true;
    c.wanted[m] = state;
  }

  private void host(int h, HostWish wish) {
    if (c.hostWishes[h] != HostWish.EITHER && c.hostWishes[h] != wish) {
      throw InvalidInstance.contradiction(
          "host " + c.hostNames[h],
          "shall be both online and offline",
          "drop one of the two constraints");
    }
    c.hostWishes[h] = wish;
  }

  private void preserve(int m, Preserve preserve, boolean[] seen) {
    long[] next = c.nexts[preserve.resource()];
    next[m] = seen[m] ? Math.max(next[m], preserve.amount()) : preserve.amount();
    seen[m] = true;
  }

  private void overbook(int h, Overbook overbook, boolean[] seen) {
    int r = overbook.resource();
    long usable = Argument.Ratio.times(c.capacities[r][h], overbook.ratio());
    c.usables[r][h] = seen[h] ? Math.min(c.usables[r][h], usable) : usable;
    seen[h] = true;
  }

  private void transitions() {
    for (int m = 0; m < c.machineNames.length; m++) {
      boolean possible =
          switch (c.states[m]) {
            case READY -> c.wanted[m] != MachineState.SLEEPING;
            case SLEEPING -> c.wanted[m] != MachineState.READY;
            case RUNNING -> true;
            case KILLED -> false;
          };
      if (!possible) {
        throw InvalidInstance.contradiction(
            "machine " + c.machineNames[m],
            "is " + Names.word(c.states[m]) + " and shall be " + Names.word(c.wanted[m]),
            "let it run first, or kill it");
      }
    }
  }
}
