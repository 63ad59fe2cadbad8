package org.heddle.engine;

import java.util.Optional;
import org.heddle.engine.GridState.OperationRecord;
import org.heddle.model.MachineState;
import org.heddle.model.Operation;
import org.heddle.model.Outcome;

/** What follows from the end of an operation. An outcome that comes twice or late is not heard. */
final class Outcomes {
  private Outcomes() {}

  static void ended(Draft draft, String id, Outcome outcome) {
    Optional<OperationRecord> operation =
        draft.operations.find(id).filter(known -> known.sends() > 0);
    operation.ifPresent(known -> ended(draft, known, outcome));
  }

  static void ended(Draft draft, OperationRecord operation, Outcome outcome) {
    draft.forget(operation);
    switch (outcome) {
      case Outcome.Done done -> {
        if (!operation.cleanup()) {
          done(draft, operation, done);
        }
      }
      case Outcome.Failed failed -> {
        if (operation.cleanup()) {
          cleanUpAgain(draft, operation);
        } else {
          failed(draft, operation, failed);
        }
      }
    }
  }

  private static void done(Draft draft, OperationRecord operation, Outcome.Done done) {
    switch (operation.what()) {
      case Operation.Boot _ -> Starting.booted(draft, operation);
      case Operation.Stop _ -> stopped(draft, operation);
      case Operation.Pause _ -> Suspending.paused(draft, operation, done);
      case Operation.Continue _ -> Starting.proceeded(draft, operation);
      case Operation.Save save -> Suspending.saved(draft, operation, save.stateId());
      case Operation.Restore _ -> Starting.restored(draft, operation);
      case Operation.Migrate _ -> Moving.moved(draft, operation, done);
      case Operation.Discard _ -> {}
      case Operation.StartRun _ -> Starting.runStarted(draft, operation);
    }
  }

  private static void stopped(Draft draft, OperationRecord operation) {
    switch (draft.stateOf(operation.what().machine())) {
      case MachineState.Booting _, MachineState.Restoring _ -> Starting.again(draft, operation);
      case MachineState.Running _ -> Moving.cleared(draft, operation);
      case MachineState.Migrating _, MachineState.Stopping _ -> Unwinding.stopped(draft, operation);
      case MachineState.Waiting _,
          MachineState.Pausing _,
          MachineState.Paused _,
          MachineState.Saving _,
          MachineState.Sleeping _,
          MachineState.Restored _,
          MachineState.Continuing _,
          MachineState.Terminated _ ->
          throw new IllegalStateException("nobody asked for " + operation);
    }
  }

  private static void failed(Draft draft, OperationRecord operation, Outcome.Failed failed) {
    switch (operation.what()) {
      case Operation.Boot _, Operation.Restore _ -> Starting.startFailed(draft, operation, failed);
      case Operation.Stop _ -> Unwinding.stopFailed(draft, operation, failed);
      case Operation.Pause _ -> Suspending.pauseFailed(draft, operation, failed);
      case Operation.Continue _ -> Starting.proceedFailed(draft, operation, failed);
      case Operation.Save _ -> Suspending.saveFailed(draft, operation, failed);
      case Operation.Migrate _ -> Moving.failed(draft, operation, failed);
      case Operation.Discard _ -> {}
      case Operation.StartRun _ -> Starting.runFailed(draft, operation, failed);
    }
  }

  /** Room that something left over uses is waited for; a saved state is reported again. */
  private static void cleanUpAgain(Draft draft, OperationRecord operation) {
    if (operation.what() instanceof Operation.Stop) {
      draft.cleanUp(operation.host(), operation.what(), Timing.RETRY);
    }
  }
}
