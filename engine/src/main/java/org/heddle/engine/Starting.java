package org.heddle.engine;

import java.util.List;
import java.util.Optional;
import org.heddle.engine.GridState.MachineRecord;
import org.heddle.engine.GridState.OperationRecord;
import org.heddle.engine.GridState.Phase;
import org.heddle.engine.GridState.VjobRecord;
import org.heddle.engine.GridState.Wanted;
import org.heddle.model.Action;
import org.heddle.model.HostId;
import org.heddle.model.HostRef;
import org.heddle.model.Launch;
import org.heddle.model.MachineId;
import org.heddle.model.MachineState;
import org.heddle.model.Operation;
import org.heddle.model.Outcome;
import org.heddle.model.SavedState;
import org.heddle.model.VjobId;
import org.heddle.model.VjobSpec;

/** Boot and resume: a vjob starts as a whole, and goes back as a whole when a machine cannot. */
final class Starting {
  private Starting() {}

  /** Starts a boot; returns what is in its way, or nothing. */
  static String boot(Draft draft, int step, Action.Boot action) {
    MachineId machine = action.machine();
    String obstacle = obstacle(draft, machine, Phase.BOOT);
    if (obstacle.isEmpty() && !(draft.stateOf(machine) instanceof MachineState.Waiting)) {
      obstacle = "the machine is not waiting";
    }
    if (obstacle.isEmpty()) {
      obstacle = Room.obstacle(draft, machine, action.on());
    }
    if (!obstacle.isEmpty()) {
      return obstacle;
    }
    if (draft.vjobs.get(machine.vjob()).transition().isEmpty()) {
      Lifecycle.enter(draft, machine.vjob(), Phase.BOOT);
    }
    draft.renew(machine);
    draft.become(machine, new MachineState.Booting(action.on()));
    Switching.activate(draft, step);
    draft.execute(action.on(), new Operation.Boot(launch(draft, machine)), Optional.of(step));
    return "";
  }

  /** Starts a resume; returns what is in its way, or nothing. */
  static String resume(Draft draft, int step, Action.Resume action) {
    MachineId machine = action.machine();
    String obstacle = obstacle(draft, machine, Phase.RESTORE);
    if (obstacle.isEmpty()) {
      obstacle = stateObstacle(draft, machine, action.from());
    }
    if (obstacle.isEmpty()) {
      obstacle = Room.obstacle(draft, machine, action.to());
    }
    if (!obstacle.isEmpty()) {
      return obstacle;
    }
    if (draft.vjobs.get(machine.vjob()).transition().isEmpty()) {
      Lifecycle.enter(draft, machine.vjob(), Phase.RESTORE);
    }
    Switching.activate(draft, step);
    restore(draft, machine, action.to(), Optional.of(step), 1);
    return "";
  }

  private static String obstacle(Draft draft, MachineId machine, Phase phase) {
    VjobRecord vjob = draft.vjobs.get(machine.vjob());
    if (vjob.wanted() != Wanted.RUN) {
      return "the vjob shall not run any more";
    }
    boolean free = vjob.transition().isEmpty() || Lifecycle.in(vjob, phase);
    return free && draft.main(machine).isEmpty() ? "" : "the vjob is " + Lifecycle.sentence(vjob);
  }

  private static String stateObstacle(Draft draft, MachineId machine, HostId from) {
    if (!(draft.stateOf(machine) instanceof MachineState.Sleeping sleeping)
        || !sleeping.saved().host().equals(from)) {
      return "the machine does not sleep on " + from;
    }
    return draft.online(from) ? "" : "its saved state lies on " + from + ", which is not on line";
  }

  /** Loads the saved state that the machine sleeps in, or was being loaded from. */
  static void restore(
      Draft draft, MachineId machine, HostId to, Optional<Integer> step, int attempt) {
    SavedState saved =
        switch (draft.stateOf(machine)) {
          case MachineState.Sleeping sleeping -> sleeping.saved();
          case MachineState.Restoring restoring -> restoring.saved();
          case MachineState other -> throw new IllegalStateException(machine + ": " + other);
        };
    draft.renew(machine);
    draft.become(machine, new MachineState.Restoring(saved, to));
    Optional<HostRef> source =
        saved.host().equals(to) ? Optional.empty() : Optional.of(draft.ref(saved.host()));
    draft.execute(
        to, new Operation.Restore(launch(draft, machine), saved.id(), source), step, attempt, 0);
  }

  static Launch launch(Draft draft, MachineId machine) {
    VjobSpec.Member member = draft.member(machine);
    VjobRecord vjob = draft.vjobs.get(machine.vjob());
    MachineRecord record = draft.machines.get(machine);
    List<String> peers =
        draft.hosts.map().values().stream()
            .filter(GridState.HostRecord::online)
            .map(host -> host.host().address())
            .toList();
    return new Launch(
        machine,
        record.incarnation(),
        member.group().kind(),
        member.group().image(),
        member.group().demand(),
        record.network().withPeers(peers),
        member.group().start(),
        vjob.sshKey(),
        vjob.sshPublicKey());
  }

  static void booted(Draft draft, OperationRecord operation) {
    MachineId machine = operation.what().machine();
    draft.become(machine, new MachineState.Running(operation.host()));
    Switching.done(draft, operation.step());
    VjobId vjob = machine.vjob();
    if (!all(draft, vjob, MachineState.Running.class)) {
      return;
    }
    VjobRecord record = draft.vjobs.get(vjob);
    if (record.spec().run().isPresent() && !record.runStarted()) {
      Lifecycle.enter(draft, vjob, Phase.START_RUN);
      startRun(draft, record, 1, 0);
    } else {
      Lifecycle.rest(draft, vjob);
    }
  }

  private static void startRun(Draft draft, VjobRecord vjob, int attempt, long delayMs) {
    MachineId first = vjob.spec().first();
    HostId host = draft.stateOf(first).host().orElseThrow();
    draft.execute(
        host,
        new Operation.StartRun(first, vjob.spec().run().orElseThrow()),
        Optional.empty(),
        attempt,
        delayMs);
  }

  static void runStarted(Draft draft, OperationRecord operation) {
    VjobId vjob = operation.what().machine().vjob();
    draft.edit(vjob, edit -> edit.runStarted = true);
    if (Lifecycle.in(draft.vjobs.get(vjob), Phase.START_RUN)) {
      Lifecycle.rest(draft, vjob);
    }
  }

  static void runFailed(Draft draft, OperationRecord operation, Outcome.Failed failed) {
    VjobRecord vjob = draft.vjobs.get(operation.what().machine().vjob());
    if (operation.attempt() < Timing.MAX_ATTEMPTS && !failed.code().permanent()) {
      startRun(draft, vjob, operation.attempt() + 1, Timing.RETRY * operation.attempt());
      return;
    }
    VjobId id = vjob.spec().name();
    if (vjob.failures() + 1 >= Timing.RUN_FAILURES) {
      Unwinding.hopeless(
          draft,
          id,
          "its command could not be started, "
              + Timing.RUN_FAILURES
              + " starts in a row failed: "
              + failed.message());
    } else {
      Unwinding.startFailed(
          draft, id, "its command did not start: " + failed.message(), failed.code());
    }
  }

  /** A boot or restore failed: what is left of it is removed first, before another try. */
  static void startFailed(Draft draft, OperationRecord operation, Outcome.Failed failed) {
    MachineId machine = operation.what().machine();
    boolean again =
        operation.attempt() < Timing.MAX_ATTEMPTS
            && !failed.code().permanent()
            && failed.code() != Outcome.Code.NO_ROOM;
    if (again) {
      draft.notice("action.again", machine, operation.what().verb() + ": " + failed.message());
      draft.execute(
          operation.host(),
          new Operation.Stop(machine, true),
          operation.step(),
          operation.attempt(),
          0);
      return;
    }
    if (Lifecycle.in(draft.vjobs.get(machine.vjob()), Phase.UNDO_SAVE)) {
      Suspending.reloadFailed(draft, operation, failed);
      return;
    }
    Bans.ban(draft, machine, operation.host(), failed.code());
    Switching.failed(draft, operation.step(), failed.message());
    String reason =
        operation.what().verb()
            + " of "
            + machine.name()
            + " on "
            + operation.host()
            + " failed: "
            + failed.message();
    Unwinding.startFailed(draft, machine.vjob(), reason, failed.code());
  }

  /** What was left of a failed boot or restore is removed. */
  static void again(Draft draft, OperationRecord stop) {
    MachineId machine = stop.what().machine();
    int attempt = stop.attempt() + 1;
    if (draft.stateOf(machine) instanceof MachineState.Restoring restoring) {
      restore(draft, machine, restoring.to(), stop.step(), attempt);
      return;
    }
    draft.renew(machine);
    draft.execute(stop.host(), new Operation.Boot(launch(draft, machine)), stop.step(), attempt, 0);
  }

  static void restored(Draft draft, OperationRecord operation) {
    MachineId machine = operation.what().machine();
    if (!(draft.stateOf(machine) instanceof MachineState.Restoring restoring)) {
      throw new IllegalStateException(machine + ": " + draft.stateOf(machine));
    }
    draft.become(machine, new MachineState.Restored(restoring.saved(), restoring.to()));
    VjobId vjob = machine.vjob();
    if (Lifecycle.in(draft.vjobs.get(vjob), Phase.UNDO_SAVE)) {
      Suspending.advance(draft, vjob);
    } else if (all(draft, vjob, MachineState.Restored.class)) {
      Lifecycle.enter(draft, vjob, Phase.CONTINUE);
      proceed(draft, vjob);
    }
  }

  /** Continues all machines of the vjob at one instant. */
  static void proceed(Draft draft, VjobId vjob) {
    long at = draft.now + Timing.lead(draft.machinesOf(vjob).size());
    for (MachineRecord machine : draft.machinesOf(vjob)) {
      if (machine.state() instanceof MachineState.Running) {
        continue;
      }
      HostId host = machine.state().host().orElseThrow();
      if (machine.state() instanceof MachineState.Restored restored) {
        draft.become(machine.id(), new MachineState.Continuing(restored.saved(), host));
      }
      draft.execute(
          host, new Operation.Continue(machine.id(), at), Switching.active(draft, machine.id()));
    }
  }

  static void proceeded(Draft draft, OperationRecord operation) {
    MachineId machine = operation.what().machine();
    VjobId vjob = machine.vjob();
    draft.become(machine, new MachineState.Running(operation.host()));
    boolean undone = Lifecycle.in(draft.vjobs.get(vjob), Phase.UNDO_PAUSE);
    if (!undone) {
      Switching.done(draft, operation.step());
    }
    if (all(draft, vjob, MachineState.Running.class)) {
      if (undone) {
        Suspending.undone(draft, vjob);
      }
      if (draft.vjobs.get(vjob).transition().isPresent()) {
        Lifecycle.rest(draft, vjob);
      }
    }
  }

  static void proceedFailed(Draft draft, OperationRecord operation, Outcome.Failed failed) {
    MachineId machine = operation.what().machine();
    if (operation.attempt() < Timing.MAX_ATTEMPTS && !failed.code().permanent()) {
      draft.execute(
          operation.host(),
          new Operation.Continue(machine, 0),
          operation.step(),
          operation.attempt() + 1,
          Timing.RETRY * operation.attempt());
      return;
    }
    Unwinding.lost(draft, machine.vjob(), machine.name() + " did not go on: " + failed.message());
  }

  static boolean all(Draft draft, VjobId vjob, Class<? extends MachineState> state) {
    return draft.machinesOf(vjob).stream().allMatch(machine -> state.isInstance(machine.state()));
  }
}
