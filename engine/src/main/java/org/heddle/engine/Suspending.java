package org.heddle.engine;

import java.util.List;
import java.util.SortedMap;
import java.util.TreeMap;
import org.heddle.engine.GridState.MachineRecord;
import org.heddle.engine.GridState.OperationRecord;
import org.heddle.engine.GridState.Phase;
import org.heddle.engine.GridState.Transition;
import org.heddle.engine.GridState.VjobRecord;
import org.heddle.engine.GridState.Wanted;
import org.heddle.model.Action;
import org.heddle.model.HostId;
import org.heddle.model.MachineId;
import org.heddle.model.MachineState;
import org.heddle.model.Operation;
import org.heddle.model.Outcome;
import org.heddle.model.Plan;
import org.heddle.model.SavedState;
import org.heddle.model.VjobId;

/**
 * Suspend of a vjob as one: all machines are paused at one instant, then saved in parallel. It is
 * done when all are saved; if one cannot be, those that are saved are loaded again and all go on.
 */
final class Suspending {
  private Suspending() {}

  /** Starts the suspend of all machines of the vjob; returns what is in its way, or nothing. */
  static String suspend(Draft draft, VjobId vjob) {
    VjobRecord record = draft.vjobs.get(vjob);
    List<Plan.Step> steps = Switching.suspends(draft, vjob);
    if (record.wanted() == Wanted.END) {
      return "the vjob shall end";
    }
    if (Lifecycle.frozen(draft, record)) {
      return "the vjob is " + Lifecycle.sentence(record);
    }
    boolean whole =
        steps.size() == draft.machinesOf(vjob).size()
            && steps.stream().allMatch(step -> runs(draft, step.action()));
    if (!whole) {
      return "not all machines of the vjob run where the plan has them";
    }
    Lifecycle.enter(draft, vjob, Phase.PAUSE);
    long at = draft.now + Timing.lead(draft.machinesOf(vjob).size());
    for (MachineRecord machine : draft.machinesOf(vjob)) {
      HostId host = machine.state().host().orElseThrow();
      draft.become(machine.id(), new MachineState.Pausing(host));
      steps.stream()
          .filter(step -> step.action().machine().equals(machine.id()))
          .forEach(step -> Switching.activate(draft, step.id()));
      draft.execute(
          host, new Operation.Pause(machine.id(), at), Switching.active(draft, machine.id()));
    }
    return "";
  }

  private static boolean runs(Draft draft, Action action) {
    return action instanceof Action.Suspend suspend
        && draft.stateOf(suspend.machine()).equals(new MachineState.Running(suspend.on()));
  }

  static void paused(Draft draft, OperationRecord operation, Outcome.Done done) {
    MachineId machine = operation.what().machine();
    draft.become(machine, new MachineState.Paused(operation.host()));
    change(draft, machine.vjob(), old -> old.paused(done.effectMs()));
    advance(draft, machine.vjob());
  }

  static void pauseFailed(Draft draft, OperationRecord operation, Outcome.Failed failed) {
    trouble(draft, operation.what().machine(), "pause", failed);
    advance(draft, operation.what().machine().vjob());
  }

  static void saved(Draft draft, OperationRecord operation, String stateId) {
    MachineId machine = operation.what().machine();
    draft.become(machine, new MachineState.Sleeping(new SavedState(stateId, operation.host())));
    advance(draft, machine.vjob());
  }

  static void saveFailed(Draft draft, OperationRecord operation, Outcome.Failed failed) {
    MachineId machine = operation.what().machine();
    if (operation.attempt() < Timing.MAX_ATTEMPTS && !failed.code().permanent()) {
      draft.notice("action.again", machine, "save: " + failed.message());
      draft.execute(
          operation.host(),
          operation.what(),
          operation.step(),
          operation.attempt() + 1,
          Timing.RETRY * operation.attempt());
      return;
    }
    trouble(draft, machine, "save", failed);
    draft.become(machine, new MachineState.Paused(operation.host()));
    advance(draft, machine.vjob());
  }

  private static void trouble(Draft draft, MachineId machine, String verb, Outcome.Failed failed) {
    String message = verb + " of " + machine.name() + " failed: " + failed.message();
    change(draft, machine.vjob(), old -> old.troubled(message));
  }

  private static void change(
      Draft draft, VjobId vjob, java.util.function.UnaryOperator<Transition> change) {
    draft.edit(vjob, edit -> edit.transition = edit.transition.map(change));
  }

  /** Goes on to the next phase when every machine is through the present one. */
  static void advance(Draft draft, VjobId vjob) {
    if (draft.busy(vjob)) {
      return;
    }
    Transition now = draft.vjobs.get(vjob).transition().orElseThrow();
    boolean well = now.trouble().isEmpty();
    switch (now.phase()) {
      case PAUSE -> {
        if (well) {
          save(draft, vjob, now);
        } else {
          goOn(draft, vjob);
        }
      }
      case SAVE -> {
        if (well) {
          complete(draft, vjob, now);
        } else {
          reload(draft, vjob);
        }
      }
      case UNDO_SAVE -> goOn(draft, vjob);
      case BOOT, START_RUN, UNDO_PAUSE, RESTORE, CONTINUE, SHUTDOWN, UNWIND ->
          throw new IllegalStateException(vjob + " is not being suspended: " + now);
    }
  }

  private static void save(Draft draft, VjobId vjob, Transition now) {
    String stateId = draft.nextName("s");
    Switching.skew(draft, vjob, now.lastPauseMs() - now.firstPauseMs());
    Lifecycle.enter(draft, vjob, Phase.SAVE);
    change(draft, vjob, old -> old.saving(stateId));
    for (MachineRecord machine : draft.machinesOf(vjob)) {
      HostId host = machine.state().host().orElseThrow();
      draft.become(machine.id(), new MachineState.Saving(host));
      draft.execute(
          host, new Operation.Save(machine.id(), stateId), Switching.active(draft, machine.id()));
    }
  }

  private static void complete(Draft draft, VjobId vjob, Transition now) {
    SortedMap<MachineId, SavedState> saved = new TreeMap<>();
    for (MachineRecord machine : draft.machinesOf(vjob)) {
      if (!(machine.state() instanceof MachineState.Sleeping sleeping)
          || !sleeping.saved().id().equals(now.stateId())) {
        throw new IllegalStateException(machine.id() + ": " + machine.state());
      }
      saved.put(machine.id(), sleeping.saved());
      Switching.done(draft, Switching.active(draft, machine.id()));
    }
    Unwinding.discardSaved(draft, vjob);
    draft.edit(
        vjob,
        edit -> {
          edit.saved = saved;
          edit.failures = 0;
        });
    Lifecycle.rest(draft, vjob);
  }

  /** Loads what is saved already where it was: its room is still there. */
  private static void reload(Draft draft, VjobId vjob) {
    Lifecycle.enter(draft, vjob, Phase.UNDO_SAVE);
    for (MachineRecord machine : draft.machinesOf(vjob)) {
      if (machine.state() instanceof MachineState.Sleeping sleeping) {
        HostId host = sleeping.saved().host();
        if (!draft.online(host)) {
          Unwinding.lost(draft, vjob, "host " + host + " was lost during a suspend");
          return;
        }
        Starting.restore(draft, machine.id(), host, Switching.active(draft, machine.id()), 1);
      }
    }
    advance(draft, vjob);
  }

  private static void goOn(Draft draft, VjobId vjob) {
    Lifecycle.enter(draft, vjob, Phase.UNDO_PAUSE);
    Starting.proceed(draft, vjob);
  }

  /** All machines run again. */
  static void undone(Draft draft, VjobId vjob) {
    Transition now = draft.vjobs.get(vjob).transition().orElseThrow();
    for (MachineRecord machine : draft.machinesOf(vjob)) {
      Switching.failed(draft, Switching.active(draft, machine.id()), now.trouble());
      if (!now.stateId().isEmpty()) {
        draft.cleanUp(
            machine.state().host().orElseThrow(),
            new Operation.Discard(machine.id(), now.stateId()),
            0);
      }
    }
    draft.notice("suspend.undone", vjob, now.trouble());
  }

  /** A restore back into memory failed for good: the vjob has lost a machine. */
  static void reloadFailed(Draft draft, OperationRecord operation, Outcome.Failed failed) {
    MachineId machine = operation.what().machine();
    Unwinding.lost(
        draft, machine.vjob(), machine.name() + " was not loaded again: " + failed.message());
  }
}
