package org.heddle.engine;

import java.util.Optional;
import java.util.TreeMap;
import org.heddle.engine.GridState.MachineRecord;
import org.heddle.engine.GridState.OperationRecord;
import org.heddle.engine.GridState.Phase;
import org.heddle.engine.GridState.VjobRecord;
import org.heddle.engine.GridState.Wanted;
import org.heddle.model.Action;
import org.heddle.model.HostId;
import org.heddle.model.MachineId;
import org.heddle.model.MachineState;
import org.heddle.model.Operation;
import org.heddle.model.Outcome;
import org.heddle.model.SavedState;
import org.heddle.model.VjobId;
import org.heddle.model.VjobState;

/**
 * The way back. A vjob that lost a machine, or of which one would not start, is never left half
 * running: all that lives of it is removed, and then it sleeps in its last complete saved state,
 * waits to begin anew, or has ended.
 */
final class Unwinding {
  private Unwinding() {}

  /** A machine is gone by itself. */
  static void lost(Draft draft, VjobId vjob, String reason) {
    forgiveIfStable(draft, vjob);
    backOff(draft, vjob);
    unwind(draft, vjob, reason);
  }

  static void hostLost(Draft draft, VjobId vjob, HostId host) {
    forgiveIfStable(draft, vjob);
    unwind(draft, vjob, "host " + host + " was lost");
  }

  /** Earlier failures do not count any more when it ran for long. */
  private static void forgiveIfStable(Draft draft, VjobId vjob) {
    boolean wasStable =
        draft.machinesOf(vjob).stream()
            .anyMatch(machine ->
                machine.state() instanceof MachineState.Running
                    && draft.now - machine.sinceMs() >= Timing.STABLE);
    if (wasStable) {
      draft.edit(vjob, edit -> edit.failures = 0);
    }
  }

  /** It ends without its command having run, because another try would fail like the last ones. */
  static void hopeless(Draft draft, VjobId vjob, String reason) {
    draft.edit(
        vjob,
        edit -> {
          edit.wanted = Wanted.END;
          edit.reason = reason;
        });
    draft.notice("vjob.failed", vjob, reason);
    unwind(draft, vjob, reason);
  }

  /** A machine could not be started or resumed. */
  static void startFailed(Draft draft, VjobId vjob, String reason, Outcome.Code code) {
    backOff(draft, vjob);
    VjobRecord record = draft.vjobs.get(vjob);
    boolean unreadable = code == Outcome.Code.BAD_STATE && record.failures() >= Timing.BAD_STATES;
    if (unreadable) {
      discardSaved(draft, vjob);
    }
    unwind(draft, vjob, unreadable ? reason + "; begins anew" : reason);
  }

  private static void backOff(Draft draft, VjobId vjob) {
    draft.edit(
        vjob,
        edit -> {
          edit.failures++;
          int beyond = edit.failures - Timing.QUICK_FAILURES;
          if (beyond > 0) {
            edit.notBeforeMs =
                draft.now + Timing.doubled(Timing.BACK_OFF, beyond - 1, Timing.MAX_BACK_OFF);
          }
        });
  }

  /**
   * A start is not gone on with, through no fault of the vjob's: its host was drained or it was
   * asked to sleep meanwhile, or what it waited for did not happen.
   */
  static void dropped(Draft draft, VjobId vjob, String why) {
    VjobRecord record = draft.vjobs.get(vjob);
    Switching.takeBack(draft, vjob, why);
    if (Lifecycle.in(record, Phase.BOOT) || Lifecycle.in(record, Phase.RESTORE)) {
      clear(draft, vjob, why, "vjob.undone");
    }
  }

  /** Removes all that lives of the vjob; may be called again when more of it is lost. */
  static void unwind(Draft draft, VjobId vjob, String reason) {
    if (draft.vjobs.get(vjob).wanted() == Wanted.END) {
      // What a person cancels has not failed.
      Switching.takeBack(draft, vjob, reason);
      clear(draft, vjob, reason, "vjob.undone");
    } else {
      Switching.giveUp(draft, vjob, reason);
      clear(draft, vjob, reason, "vjob.broken");
    }
  }

  private static void clear(Draft draft, VjobId vjob, String reason, String notice) {
    if (!draft.vjobs.get(vjob).broken()) {
      draft.notice(notice, vjob, reason);
      draft.edit(
          vjob,
          edit -> {
            edit.broken = true;
            // Why it shall end was said when that was decided.
            edit.reason = edit.wanted == Wanted.END ? edit.reason : reason;
          });
      Lifecycle.enter(draft, vjob, Phase.UNWIND);
    }
    boolean reachable =
        draft.vjobs.get(vjob).saved().values().stream()
            .allMatch(saved -> draft.online(saved.host()));
    if (!reachable) {
      discardSaved(draft, vjob);
    }
    for (MachineRecord machine : draft.machinesOf(vjob)) {
      remove(draft, machine);
    }
    settle(draft, vjob);
  }

  private static void remove(Draft draft, MachineRecord machine) {
    switch (machine.state()) {
      case MachineState.Waiting _, MachineState.Sleeping _, MachineState.Terminated _ -> {}
      case MachineState.Migrating way -> {
        abandon(draft, machine.id(), way.from());
        if (draft.online(way.from())) {
          // First the source, so that nothing is sent any more; then the target.
          stop(draft, machine.id(), way.from());
        } else {
          stopOrGone(draft, machine.id(), way.to());
        }
      }
      case MachineState.Stopping stopping -> {
        if (!draft.online(stopping.on())) {
          gone(draft, machine.id());
        }
      }
      case MachineState.Booting _,
          MachineState.Running _,
          MachineState.Pausing _,
          MachineState.Paused _,
          MachineState.Saving _,
          MachineState.Restoring _,
          MachineState.Restored _,
          MachineState.Continuing _ -> {
        HostId host = machine.state().host().orElseThrow();
        abandon(draft, machine.id(), host);
        stopOrGone(draft, machine.id(), host);
      }
    }
  }

  /** Forgets the machine's operations there; one elsewhere goes on to clear up for itself. */
  private static void abandon(Draft draft, MachineId machine, HostId host) {
    for (OperationRecord operation : draft.main(machine)) {
      if (operation.host().equals(host)) {
        draft.forget(operation);
      } else {
        draft.operations.put(operation.id(), operation.without(Optional.empty(), true));
      }
    }
  }

  private static void stopOrGone(Draft draft, MachineId machine, HostId host) {
    if (draft.online(host)) {
      draft.become(machine, new MachineState.Stopping(host));
      stop(draft, machine, host);
    } else {
      gone(draft, machine);
    }
  }

  private static void stop(Draft draft, MachineId machine, HostId host) {
    draft.execute(host, new Operation.Stop(machine, true), Optional.empty());
  }

  /** Starts a planned shut down; returns what is in its way, or nothing. */
  static String shutDown(Draft draft, int step, Action.Shutdown action) {
    MachineId machine = action.machine();
    VjobId vjob = machine.vjob();
    VjobRecord record = draft.vjobs.get(vjob);
    if (!(draft.stateOf(machine) instanceof MachineState.Running running)) {
      return "the machine does not run";
    }
    if (record.wanted() != Wanted.END && !action.restart()) {
      return "the vjob shall not end";
    }
    boolean free = record.transition().isEmpty() || Lifecycle.in(record, Phase.SHUTDOWN);
    if (!free || !draft.main(machine).isEmpty()) {
      return "the vjob is " + Lifecycle.sentence(record);
    }
    if (record.transition().isEmpty()) {
      Lifecycle.enter(draft, vjob, Phase.SHUTDOWN);
    }
    draft.become(machine, new MachineState.Stopping(running.on()));
    Switching.activate(draft, step);
    draft.execute(running.on(), new Operation.Stop(machine, false), Optional.of(step));
    return "";
  }

  /** A stop of a machine that is on its way out has ended well. */
  static void stopped(Draft draft, OperationRecord operation) {
    MachineId machine = operation.what().machine();
    if (draft.stateOf(machine) instanceof MachineState.Migrating way) {
      stopOrGone(draft, machine, way.to());
    } else {
      gone(draft, machine);
      Switching.done(draft, operation.step());
    }
    settle(draft, machine.vjob());
  }

  static void stopFailed(Draft draft, OperationRecord operation, Outcome.Failed failed) {
    MachineId machine = operation.what().machine();
    draft.notice("action.again", machine, "stop: " + failed.message());
    draft.execute(
        operation.host(),
        new Operation.Stop(machine, true),
        operation.step(),
        operation.attempt(),
        Timing.RETRY);
  }

  /** Nothing lives of the machine any more. */
  private static void gone(Draft draft, MachineId machine) {
    if (draft.stateOf(machine).host().isPresent()) {
      draft.become(machine, new MachineState.Stopping(draft.stateOf(machine).host().orElseThrow()));
    }
    VjobRecord vjob = draft.vjobs.get(machine.vjob());
    draft.become(machine, resting(vjob, machine));
  }

  private static MachineState resting(VjobRecord vjob, MachineId machine) {
    if (vjob.wanted() == Wanted.END) {
      return new MachineState.Terminated();
    }
    SavedState saved = vjob.saved().get(machine);
    return saved == null ? new MachineState.Waiting() : new MachineState.Sleeping(saved);
  }

  /** The vjob comes to rest when nothing lives of it any more. */
  static void settle(Draft draft, VjobId vjob) {
    VjobRecord record = draft.vjobs.get(vjob);
    boolean clearing = Lifecycle.in(record, Phase.UNWIND) || Lifecycle.in(record, Phase.SHUTDOWN);
    boolean alive =
        draft.machinesOf(vjob).stream().anyMatch(machine -> machine.state().host().isPresent());
    if (!clearing || alive) {
      return;
    }
    for (MachineRecord machine : draft.machinesOf(vjob)) {
      draft.become(machine.id(), resting(record, machine.id()));
    }
    if (record.wanted() == Wanted.END) {
      ended(draft, vjob);
      return;
    }
    draft.edit(
        vjob, edit -> edit.runStarted = !edit.saved.isEmpty() && record.spec().run().isPresent());
    Lifecycle.rest(draft, vjob);
  }

  /** Ends a vjob of which nothing lives. */
  static void terminate(Draft draft, VjobId vjob) {
    for (MachineRecord machine : draft.machinesOf(vjob)) {
      draft.become(machine.id(), new MachineState.Terminated());
    }
    ended(draft, vjob);
  }

  private static void ended(Draft draft, VjobId vjob) {
    discardSaved(draft, vjob);
    draft.edit(vjob, edit -> edit.endedMs = Optional.of(draft.now));
    Lifecycle.rest(draft, vjob);
  }

  /** Gives the saved states up; those on hosts that are away go when the host reports them. */
  static void discardSaved(Draft draft, VjobId vjob) {
    draft
        .vjobs
        .get(vjob)
        .saved()
        .forEach((machine, saved) ->
            draft.cleanUp(saved.host(), new Operation.Discard(machine, saved.id()), 0));
    draft.edit(vjob, edit -> edit.saved = new TreeMap<>());
  }

  /** A saved state is not where it should be: without it the vjob begins anew. */
  static void savedLost(Draft draft, MachineId machine, HostId host) {
    VjobId vjob = machine.vjob();
    boolean sleeps = draft.vjobs.get(vjob).state() == VjobState.SLEEPING;
    draft.notice("state.lost", machine, "its saved state is no longer on " + host);
    discardSaved(draft, vjob);
    if (sleeps) {
      Switching.giveUp(draft, vjob, "saved state lost");
      for (MachineRecord each : draft.machinesOf(vjob)) {
        draft.become(each.id(), new MachineState.Waiting());
      }
      draft.edit(
          vjob,
          edit -> {
            edit.runStarted = false;
            if (edit.wanted != Wanted.END) {
              edit.reason = "its saved state on " + host + " was lost: begins anew";
            }
          });
      Lifecycle.rest(draft, vjob);
    }
  }
}
