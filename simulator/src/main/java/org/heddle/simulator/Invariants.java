package org.heddle.simulator;

import java.util.SortedMap;
import java.util.TreeMap;
import org.heddle.engine.GridState;
import org.heddle.engine.GridState.MachineRecord;
import org.heddle.engine.GridState.VjobRecord;
import org.heddle.model.HostId;
import org.heddle.model.MachineId;
import org.heddle.model.MachineReport;
import org.heddle.model.MachineState;
import org.heddle.model.VjobState;

/** What must hold after every step, by the truth of the simulated hosts. */
final class Invariants {
  private final World world;
  private final AdministratorInvariants administrators = new AdministratorInvariants();

  /** For a host that was given up: processes started until then may live on, unheard of. */
  private final SortedMap<HostId, Long> givenUp = new TreeMap<>();

  Invariants(World world) {
    this.world = world;
  }

  void gaveUp(HostId host) {
    givenUp.put(host, world.state().counters().incarnations());
  }

  void knows(HostId host) {
    givenUp.putIfAbsent(host, -1L);
  }

  void check() {
    SortedMap<MachineId, HostId> runs = new TreeMap<>();
    for (SimulatedHost host : world.hosts()) {
      if (!host.used().fitsIn(host.host().capacity())) {
        throw broken(host.id() + " is over its capacity: " + host.used());
      }
      for (MachineReport report : host.driver().machines()) {
        boolean counts =
            report.live() == MachineReport.Live.RUNNING
                && report.incarnation() > givenUp.getOrDefault(host.id(), -1L);
        HostId other = counts ? runs.put(report.machine(), host.id()) : null;
        if (other != null) {
          throw broken(report.machine() + " runs on " + other + " and on " + host.id());
        }
      }
    }
    checkWhole();
    new RuleInvariants(world.state(), world.now(), runs)
        .check()
        .or(() -> administrators.check(world.state(), world.now(), runs))
        .ifPresent(words -> {
          throw broken(words);
        });
  }

  /** When nothing is under way, no vjob is half in one state and half in another. */
  private void checkWhole() {
    GridState state = world.state();
    for (VjobRecord vjob : state.vjobs().values()) {
      if (vjob.transition().isPresent() || vjob.state() == VjobState.TERMINATED) {
        continue;
      }
      long kinds =
          vjob.spec().members().stream()
              .map(member -> kind(machine(state, member.id()).state()))
              .distinct()
              .count();
      if (kinds != 1) {
        throw broken(vjob.spec().name() + " is half running");
      }
    }
  }

  private static MachineRecord machine(GridState state, MachineId id) {
    MachineRecord machine = state.machines().get(id);
    if (machine == null) {
      throw new IllegalStateException("no record of " + id);
    }
    return machine;
  }

  private static Class<?> kind(MachineState state) {
    return state instanceof MachineState.Migrating ? MachineState.Running.class : state.getClass();
  }

  IllegalStateException broken(String message) {
    return new IllegalStateException(message);
  }
}
