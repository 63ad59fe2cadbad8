package org.heddle.planner.instance;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import org.heddle.planner.instance.TimedAction.Kind;
import org.heddle.planner.instance.UseChanges.Demand;

/**
 * Follows every machine through its actions: says which of them are not possible, and where it
 * stays when, and what it uses there.
 */
final class Walk {
  static final String TRANSITION = "transition";

  private final Instance instance;
  private final List<TimedAction> actions;
  private final Names names;
  private final List<Violation> violations = new ArrayList<>();

  final Stays running = new Stays();
  final Stays saved = new Stays();
  final UseChanges use;

  private final int[] lastHosts;
  private boolean stuck;

  // The machine that is being followed.
  private int machine;
  private MachineState state = MachineState.READY;
  private int host;
  private int stay;
  private Demand demand = Demand.PRESENT;

  Walk(Instance instance, List<TimedAction> actions) {
    this.instance = instance;
    this.actions = actions;
    this.names = new Names(instance);
    this.use = new UseChanges(instance);
    this.lastHosts = new int[instance.machines()];
  }

  /** Follows all of them; empty when every action is possible. */
  List<Violation> walk() {
    List<Violation> wrong = malformed();
    if (!wrong.isEmpty()) {
      stuck = true;
      return wrong;
    }
    ByKey byMachine = new ByKey(instance.machines(), actions.size(), i -> actions.get(i).machine());
    for (int m = 0; m < instance.machines(); m++) {
      follow(m, byMachine);
    }
    return violations;
  }

  /** Whether an action is not possible, so that nothing can be said of what comes after it. */
  boolean stuck() {
    return stuck;
  }

  /** By machine, where it runs or its saved state lies in the end. */
  int[] lastHosts() {
    return lastHosts.clone();
  }

  private List<Violation> malformed() {
    List<Violation> wrong = new ArrayList<>();
    for (int i = 0; i < actions.size(); i++) {
      TimedAction action = actions.get(i);
      boolean machineRight =
          action.kind().ofHost()
              ? action.machine() == -1
              : action.machine() >= 0 && action.machine() < instance.machines();
      boolean hostsRight = inRange(action.from()) && inRange(action.to()) && named(action);
      boolean timesRight = action.startMs() >= 0 && action.endMs() >= action.startMs();
      if (!machineRight || !hostsRight || !timesRight) {
        wrong.add(
            new Violation(
                "action",
                "number "
                    + (i + 1)
                    + " ("
                    + Names.word(action.kind())
                    + ") "
                    + (timesRight
                        ? "names no machine or host of the instance"
                        : "ends before it starts")));
      }
    }
    return wrong;
  }

  private boolean inRange(int host) {
    return host >= -1 && host < instance.hosts();
  }

  /** Whether the hosts are given that the action needs. */
  private static boolean named(TimedAction action) {
    return switch (action.kind()) {
      case BOOT, BOOT_HOST -> action.to() >= 0;
      case SHUTDOWN, SHUTDOWN_HOST -> action.from() >= 0;
      case SUSPEND, RESUME, MIGRATE, RELAUNCH, ALLOCATE -> action.from() >= 0 && action.to() >= 0;
      case KILL -> true;
    };
  }

  private void follow(int m, ByKey byMachine) {
    machine = m;
    state = instance.state(m);
    host = instance.host(m);
    demand = Demand.PRESENT;
    if (state == MachineState.RUNNING) {
      stay = running.add(m, host, Stays.ORIGIN);
      use.add(host, m, demand, Stays.ORIGIN);
    } else if (state == MachineState.SLEEPING) {
      stay = saved.add(m, host, Stays.ORIGIN);
    }
    long busyUntil = 0;
    for (TimedAction action : inTime(m, byMachine)) {
      if (action.startMs() < busyUntil) {
        found(action, "starts while another action on it goes on");
      }
      busyUntil = action.endMs();
      if (!step(action)) {
        lastHosts[m] = -1;
        return;
      }
    }
    end();
  }

  private List<TimedAction> inTime(int m, ByKey byMachine) {
    int size = byMachine.size(m);
    if (size == 0) {
      return List.of();
    }
    TimedAction[] its = new TimedAction[size];
    Arrays.setAll(its, i -> actions.get(byMachine.at(m, i)));
    Arrays.sort(
        its, Comparator.comparingLong(TimedAction::startMs).thenComparingLong(TimedAction::endMs));
    return Arrays.asList(its);
  }

  private void end() {
    lastHosts[machine] = host;
    if (state != instance.wanted(machine)) {
      violations.add(
          new Violation(
              "state",
              names.machine(machine)
                  + " is "
                  + Names.word(state)
                  + " in the end and shall be "
                  + Names.word(instance.wanted(machine))));
    } else if (state == MachineState.RUNNING
        && demand == Demand.PRESENT
        && instance.demandChanges(machine)) {
      violations.add(
          new Violation(
              "demand", names.machine(machine) + " never gets its next demand: no allocate"));
    }
  }

  /** False when the action is not possible, and nothing can be said of later ones. */
  private boolean step(TimedAction action) {
    boolean here = action.from() == host;
    return switch (action.kind()) {
      case BOOT -> {
        if (!expect(action, MachineState.READY, true)) {
          yield false;
        }
        arrive(action);
        yield true;
      }
      case SHUTDOWN -> {
        if (!expect(action, MachineState.RUNNING, here) || !mayStop(action)) {
          yield false;
        }
        leave(action);
        state = MachineState.READY;
        host = -1;
        yield true;
      }
      case SUSPEND -> {
        if (!expect(action, MachineState.RUNNING, here)) {
          yield false;
        }
        leave(action);
        state = MachineState.SLEEPING;
        host = action.to();
        stay = saved.add(machine, host, action.startMs());
        yield true;
      }
      case RESUME -> {
        if (!expect(action, MachineState.SLEEPING, here)) {
          yield false;
        }
        saved.end(stay, action.endMs());
        arrive(action);
        yield true;
      }
      case MIGRATE, RELAUNCH -> relocate(action, here);
      case KILL -> kill(action, here);
      case ALLOCATE -> allocate(action, here);
      case BOOT_HOST, SHUTDOWN_HOST -> false;
    };
  }

  private boolean relocate(TimedAction action, boolean here) {
    if (!expect(action, MachineState.RUNNING, here)) {
      return false;
    }
    if (action.to() == host) {
      found(action, "goes to the host where it is");
      return false;
    }
    if (action.kind() == Kind.RELAUNCH && !instance.stateless(machine)) {
      found(action, "would lose its state: it is not stateless");
      return false;
    }
    leave(action);
    arrive(action);
    return true;
  }

  private boolean kill(TimedAction action, boolean here) {
    if (state == MachineState.KILLED || !here) {
      found(action, "it is " + place());
      return false;
    }
    if (state == MachineState.RUNNING) {
      leave(action);
    } else if (state == MachineState.SLEEPING) {
      saved.end(stay, action.endMs());
    }
    state = MachineState.KILLED;
    host = -1;
    return true;
  }

  private boolean allocate(TimedAction action, boolean here) {
    if (!expect(action, MachineState.RUNNING, here && action.to() == host)) {
      return false;
    }
    if (demand == Demand.PRESENT) {
      use.take(host, machine, Demand.PRESENT, action.startMs());
      use.add(host, machine, Demand.LARGER, action.startMs());
      use.take(host, machine, Demand.LARGER, action.endMs());
      use.add(host, machine, Demand.NEXT, action.endMs());
      demand = Demand.NEXT;
    }
    return true;
  }

  /** What runs and shall run on is not stopped in between, unless it has no state to lose. */
  private boolean mayStop(TimedAction action) {
    boolean shallRun =
        instance.state(machine) != MachineState.READY
            && instance.wanted(machine) == MachineState.RUNNING;
    if (shallRun && !instance.stateless(machine)) {
      found(action, "would lose its state: it is not stateless and shall run");
      return false;
    }
    return true;
  }

  private boolean expect(TimedAction action, MachineState expected, boolean here) {
    if (state == expected && here) {
      return true;
    }
    found(action, "it is " + place());
    return false;
  }

  private String place() {
    return Names.word(state) + (host < 0 ? "" : " on " + names.host(host));
  }

  private void leave(TimedAction action) {
    running.end(stay, action.endMs());
    use.take(host, machine, demand, action.endMs());
  }

  private void arrive(TimedAction action) {
    state = MachineState.RUNNING;
    host = action.to();
    demand = Demand.NEXT;
    stay = running.add(machine, host, action.startMs());
    use.add(host, machine, demand, action.startMs());
  }

  private void found(TimedAction action, String words) {
    stuck = true;
    violations.add(
        new Violation(
            TRANSITION,
            Names.word(action.kind())
                + " of "
                + names.machine(machine)
                + " at "
                + action.startMs()
                + " ms: "
                + words));
  }
}
