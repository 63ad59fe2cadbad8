package org.heddle.engine;

import java.util.Optional;
import org.heddle.engine.GridState.HostRecord;
import org.heddle.engine.GridState.MachineRecord;
import org.heddle.engine.GridState.OperationRecord;
import org.heddle.model.HostId;
import org.heddle.model.MachineState;
import org.heddle.model.Operation;
import org.heddle.model.Outcome;

/** What is due because time has passed. */
final class Deadlines {
  private Deadlines() {}

  static void ticked(Draft draft) {
    Bans.expire(draft);
    for (OperationRecord operation : draft.operations.values()) {
      // An earlier one in this loop may have taken this one with it.
      draft.operations.find(operation.id()).ifPresent(known -> due(draft, known));
    }
    for (HostRecord host : draft.hosts.values()) {
      long pause = doubt(draft, host.host().id()) ? Timing.INSPECT_SOON : Timing.INSPECT;
      if (draft.now - host.inspectedMs() >= pause) {
        draft.inspect(host.host().id());
      }
    }
  }

  private static void due(Draft draft, OperationRecord operation) {
    if (operation.sends() == 0) {
      if (operation.startedMs() <= draft.now && draft.online(operation.host())) {
        draft.send(operation);
      }
      return;
    }
    if (operation.deadlineMs() > draft.now) {
      return;
    }
    draft.notice(
        "operation.late",
        operation.what().machine(),
        operation.what().verb() + " on " + operation.host() + " is not answered");
    if (operation.sends() < Timing.MAX_SENDS) {
      draft.send(operation);
    } else {
      giveUp(draft, operation);
    }
    draft.inspect(operation.host());
  }

  /** Its host does not say how it ended, although it is on line. */
  private static void giveUp(Draft draft, OperationRecord operation) {
    String message = "host " + operation.host() + " did not answer";
    MachineState state =
        draft
            .machines
            .find(operation.what().machine())
            .map(MachineRecord::state)
            .orElse(new MachineState.Terminated());
    boolean starting =
        state instanceof MachineState.Booting || state instanceof MachineState.Restoring;
    switch (operation.what()) {
      case Operation.Migrate _ -> insist(draft, operation, message);
      case Operation.Stop _ -> {
        insist(draft, operation, message);
        if (starting && !operation.cleanup()) {
          Unwinding.startFailed(
              draft, operation.what().machine().vjob(), message, Outcome.Code.TIMED_OUT);
        }
      }
      case Operation.Boot _,
          Operation.Pause _,
          Operation.Continue _,
          Operation.Save _,
          Operation.Restore _,
          Operation.Discard _,
          Operation.StartRun _ ->
          Outcomes.ended(draft, operation, new Outcome.Failed(Outcome.Code.TIMED_OUT, message));
    }
  }

  /** Nothing is known of the machine before this is answered; the switch does not wait for it. */
  private static void insist(Draft draft, OperationRecord operation, String message) {
    Switching.failed(draft, operation.step(), message);
    OperationRecord alone = operation.without(Optional.empty(), operation.cleanup());
    draft.send(alone);
  }

  /** Whether something hangs on what the host says. */
  private static boolean doubt(Draft draft, HostId host) {
    return !draft.hosts.get(host).clear()
        || draft.machines.map().values().stream()
            .anyMatch(machine ->
                machine.state() instanceof MachineState.Migrating way
                    && way.from().equals(host)
                    && draft.main(machine.id()).isEmpty());
  }
}
