package org.heddle.simulator;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.heddle.engine.Event;
import org.heddle.engine.GridState.MachineRecord;
import org.heddle.engine.GridState.VjobRecord;
import org.heddle.model.HostId;
import org.heddle.model.MachineGroup;
import org.heddle.model.MachineId;
import org.heddle.model.MachineKind;
import org.heddle.model.MachineState;
import org.heddle.model.Resources;
import org.heddle.model.VjobId;
import org.heddle.model.VjobSpec;
import org.heddle.model.VjobState;

/** People who submit vjobs and change their minds. */
final class People {
  /** More than these live vjobs and they wait with the next. */
  private static final int CROWD = 14;

  private final World world;
  private int submitted;

  People(World world) {
    this.world = world;
  }

  void act() {
    List<VjobRecord> alive = alive();
    long dice = world.random(100);
    if (alive.isEmpty() || (dice < 45 && alive.size() < CROWD)) {
      submit();
      return;
    }
    VjobId vjob = alive.get((int) world.random(alive.size())).spec().name();
    if (dice < 52) {
      world.deliver(new Event.CancelAsked(vjob));
    } else if (dice < 62) {
      world.deliver(new Event.SuspendAsked(vjob));
    } else if (dice < 77) {
      world.deliver(new Event.ResumeAsked(vjob));
    } else if (dice < 82) {
      world.deliver(new Event.DrainAsked(host()));
    } else if (dice < 90) {
      world.deliver(new Event.UndrainAsked(host()));
    } else if (dice < 98) {
      migrate();
    } else {
      forget();
    }
  }

  List<VjobRecord> alive() {
    return world.state().vjobs().values().stream()
        .filter(vjob -> vjob.state() != VjobState.TERMINATED)
        .toList();
  }

  private HostId host() {
    List<SimulatedHost> hosts = List.copyOf(world.hosts());
    return hosts.get((int) world.random(hosts.size())).id();
  }

  /** Of hosts that are away, which then come back all the same. */
  private void forget() {
    world.state().hosts().values().stream()
        .filter(host -> !host.online())
        .findFirst()
        .ifPresent(host -> world.deliver(new Event.ForgetAsked(host.host().id())));
  }

  private void migrate() {
    List<MachineId> machines =
        world.state().machines().values().stream()
            .filter(machine -> machine.state() instanceof MachineState.Running)
            .map(MachineRecord::id)
            .toList();
    if (!machines.isEmpty()) {
      MachineId machine = machines.get((int) world.random(machines.size()));
      world.deliver(new Event.MigrateAsked(machine, host()));
    }
  }

  private void submit() {
    submitted++;
    List<MachineGroup> groups = new ArrayList<>();
    int count = 1 + (int) world.random(2);
    for (int i = 0; i < count; i++) {
      groups.add(
          new MachineGroup(
              "g" + (char) ('a' + i),
              1 + (int) world.random(3),
              "tiny",
              new Resources(
                  1 + (int) world.random(2), 128L << world.random(4), 100 + world.random(1000)),
              MachineKind.VM,
              Optional.empty()));
    }
    VjobSpec spec =
        new VjobSpec(
            new VjobId("v" + submitted % 40),
            (int) world.random(5),
            "someone",
            groups,
            world.chance(0.85) ? Optional.of("work") : Optional.empty(),
            new Whims(world, groups).constraints());
    world.deliver(new Event.Submitted(spec, "key", "public key"));
  }

  /** Nobody wants anything strange any more: all that can end shall end. */
  void comeToRest() {
    world.hosts().forEach(host -> world.deliver(new Event.UndrainAsked(host.id())));
    for (VjobRecord vjob : alive()) {
      VjobId id = vjob.spec().name();
      world.deliver(
          vjob.spec().run().isPresent() ? new Event.ResumeAsked(id) : new Event.CancelAsked(id));
    }
  }
}
