package org.heddle.engine;

import java.util.Optional;
import org.heddle.engine.GridState.MachineRecord;
import org.heddle.engine.GridState.OperationRecord;
import org.heddle.model.Action;
import org.heddle.model.HostId;
import org.heddle.model.MachineId;
import org.heddle.model.MachineReport;
import org.heddle.model.MachineState;
import org.heddle.model.Operation;
import org.heddle.model.Outcome;

/**
 * Live migration. When its outcome is not known to be good, the source is asked first: exactly one
 * of the two processes ever runs, so a machine that is alive on its source has stayed, and one that
 * is not has arrived or is lost.
 */
final class Moving {
  private Moving() {}

  /** Starts a migration; returns what is in its way, or nothing. */
  static String migrate(Draft draft, int step, Action.Migrate action) {
    MachineId machine = action.machine();
    if (!draft.stateOf(machine).equals(new MachineState.Running(action.from()))) {
      return "the machine does not run on " + action.from();
    }
    if (Lifecycle.frozen(draft, draft.vjobs.get(machine.vjob()))
        && (draft.vjobs.get(machine.vjob()).transition().isPresent()
            || !draft.main(machine).isEmpty())) {
      return "the vjob is being changed";
    }
    String obstacle = Room.obstacle(draft, machine, action.to());
    if (!obstacle.isEmpty()) {
      return obstacle;
    }
    draft.become(machine, new MachineState.Migrating(action.from(), action.to()));
    Switching.activate(draft, step);
    draft.execute(
        action.from(),
        new Operation.Migrate(Starting.launch(draft, machine), draft.ref(action.to())),
        Optional.of(step));
    return "";
  }

  static void moved(Draft draft, OperationRecord operation, Outcome.Done done) {
    MachineId machine = operation.what().machine();
    MachineState.Migrating way = way(draft, machine);
    Switching.downtime(draft, operation.step(), done.downtimeMs());
    draft.become(machine, new MachineState.Running(way.to()));
    unpin(draft, machine);
    if (!draft.online(way.to())) {
      draft.cleanUp(way.from(), new Operation.Stop(machine, true), 0);
      Unwinding.hostLost(draft, machine.vjob(), way.to());
      return;
    }
    // The room on the source is free only when what is left there is gone.
    draft.execute(way.from(), new Operation.Stop(machine, true), operation.step());
  }

  /** What was left on the source is gone. */
  static void cleared(Draft draft, OperationRecord stop) {
    Switching.done(draft, stop.step());
  }

  static void failed(Draft draft, OperationRecord operation, Outcome.Failed failed) {
    MachineId machine = operation.what().machine();
    MachineState.Migrating way = way(draft, machine);
    Bans.ban(draft, machine, way.to(), failed.code());
    unpin(draft, machine);
    Switching.failed(draft, operation.step(), failed.message());
    draft.inspect(way.from());
  }

  /** What the source says of a machine whose migration has ended, nobody knows how. */
  static void judge(Draft draft, MachineRecord machine, MachineReport report) {
    MachineState.Migrating way = way(draft, machine.id());
    boolean stayed =
        report.incarnation() == machine.incarnation()
            && switch (report.live()) {
              case RUNNING, PAUSED -> true;
              case NONE, INCOMING, GONE, DEAD -> false;
            };
    if (!stayed) {
      left(draft, machine.id());
      return;
    }
    draft.become(machine.id(), new MachineState.Running(way.from()));
    draft.cleanUp(way.to(), new Operation.Stop(machine.id(), true), 0);
    if (report.live() == MachineReport.Live.PAUSED) {
      draft.execute(way.from(), new Operation.Continue(machine.id(), 0), Optional.empty());
    }
  }

  /** The source has it no longer, or is lost: it has arrived, which the target shall confirm. */
  static void left(Draft draft, MachineId machine) {
    MachineState.Migrating way = way(draft, machine);
    Switching.failed(
        draft, Switching.active(draft, machine), "its outcome was lost; asking " + way.to());
    draft.become(machine, new MachineState.Running(way.to()));
    unpin(draft, machine);
    draft.cleanUp(way.from(), new Operation.Stop(machine, true), 0);
    if (draft.online(way.to())) {
      draft.inspect(way.to());
    } else {
      Unwinding.hostLost(draft, machine.vjob(), way.to());
    }
  }

  private static MachineState.Migrating way(Draft draft, MachineId machine) {
    if (draft.stateOf(machine) instanceof MachineState.Migrating migrating) {
      return migrating;
    }
    throw new IllegalStateException(machine + ": " + draft.stateOf(machine));
  }

  static void unpin(Draft draft, MachineId machine) {
    draft
        .machines
        .find(machine)
        .filter(record -> record.pinned().isPresent())
        .ifPresent(
            record -> draft.machines.put(machine, record.withPinned(Optional.<HostId>empty())));
  }
}
