package org.heddle.engine;

import java.util.function.Predicate;
import org.heddle.engine.GridState.HostRecord;
import org.heddle.engine.GridState.MachineRecord;
import org.heddle.engine.GridState.OperationRecord;
import org.heddle.model.ConstraintForm;
import org.heddle.model.ConstraintTerm;
import org.heddle.model.HostId;
import org.heddle.model.MachineId;
import org.heddle.model.MachineState;
import org.heddle.model.Operation;
import org.heddle.model.Resources;
import org.heddle.model.VjobSpec;

/** What is used of hosts and what is free. */
final class Room {
  private Room() {}

  /** What the machines that are counted use of the host, at both ends of a migration. */
  static Resources used(Draft draft, HostId host, Predicate<MachineRecord> counted) {
    Resources used = Resources.NONE;
    for (MachineRecord machine : draft.machines.map().values()) {
      if (uses(draft, machine, host) && counted.test(machine)) {
        used = used.plus(draft.member(machine.id()).group().demand());
      }
    }
    return used;
  }

  /** Whether the vjob's file wants no other machines beside this one. */
  static boolean lonely(VjobSpec spec, MachineId machine) {
    return spec.constraints().terms().stream()
        .filter(term -> term.form() == ConstraintForm.LONELY)
        .flatMap(term -> term.machines().stream())
        .anyMatch(name -> name.equals(ConstraintTerm.ALL) || name.equals(machine.name()));
  }

  /** Whether the machine, or what is left of it, takes room on the host. */
  static boolean uses(Draft draft, MachineRecord machine, HostId host) {
    if (at(machine.state(), host)) {
      return true;
    }
    // Moved away, and what it left is being removed.
    return machine.state() instanceof MachineState.Running
        && draft.main(machine.id()).stream().anyMatch(operation -> operation.host().equals(host));
  }

  /** Whether the machine is, or may be, alive on the host. */
  static boolean at(MachineState state, HostId host) {
    if (state instanceof MachineState.Migrating migrating && migrating.to().equals(host)) {
      return true;
    }
    return state.host().filter(host::equals).isPresent();
  }

  /** A host of which not all is known, or that is being cleared, takes nothing new. */
  static boolean blocked(Draft draft, HostId host) {
    return !draft.hosts.get(host).clear()
        || draft.operations.map().values().stream()
            .anyMatch(operation -> operation.host().equals(host) && clears(operation));
  }

  private static boolean clears(OperationRecord operation) {
    return operation.cleanup() && operation.what() instanceof Operation.Stop;
  }

  /** What may be used of the host: what it has, by the ratios of administrators. */
  static Resources capacity(Draft draft, HostRecord host) {
    return Administration.usable(draft, host.host());
  }

  static Resources free(Draft draft, HostId host) {
    return capacity(draft, draft.hosts.get(host)).minus(used(draft, host, _ -> true));
  }

  /** Why the machine cannot come to the host now; empty if it can. */
  static String obstacle(Draft draft, MachineId machine, HostId host) {
    if (!draft.online(host)) {
      return "host " + host + " is not on line";
    }
    if (draft.hosts.get(host).drained()) {
      return "host " + host + " is drained";
    }
    if (blocked(draft, host)) {
      return "host " + host + " is still being cleared";
    }
    String against = Administration.obstacle(draft, machine, host);
    if (!against.isEmpty()) {
      return against;
    }
    Resources demand = draft.member(machine).group().demand();
    return demand.fitsIn(free(draft, host)) ? "" : "host " + host + " has no room";
  }
}
