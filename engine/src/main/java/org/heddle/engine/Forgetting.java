package org.heddle.engine;

import static org.heddle.engine.Submission.refuse;

import java.util.List;
import java.util.Optional;
import java.util.stream.Collectors;
import org.heddle.engine.GridState.HostRecord;
import org.heddle.engine.GridState.OperationRecord;
import org.heddle.engine.GridState.VjobRecord;
import org.heddle.engine.Step.Refusal;
import org.heddle.engine.Step.Why;
import org.heddle.model.HostId;
import org.heddle.model.VjobState;

/**
 * A lost host is given up for good. What was to be removed there when it returns is forgotten with
 * it; should it come back all the same, it joins like a new one, and what it still has is found to
 * be strange and stopped.
 */
final class Forgetting {
  private Forgetting() {}

  static Optional<Refusal> forget(Draft draft, HostId id) {
    Optional<HostRecord> host = draft.hosts.find(id);
    if (host.isEmpty()) {
      return refuse(Why.NOT_FOUND, "", "there is no host '" + id + "'");
    }
    if (host.get().online()) {
      return refuse(
          Why.CONFLICT,
          "",
          "host '" + id + "' is on line: drain it and end its agent, then it can be forgotten");
    }
    List<VjobRecord> keeping =
        draft.vjobs.values().stream().filter(vjob -> hasStateOn(vjob, id)).toList();
    String sleepers =
        keeping.stream()
            .filter(vjob -> vjob.state() == VjobState.SLEEPING)
            .map(vjob -> vjob.spec().name().toString())
            .collect(Collectors.joining(", "));
    if (!sleepers.isEmpty()) {
      return refuse(
          Why.CONFLICT,
          "",
          "on host '" + id + "' lies the saved state of " + sleepers + ": cancel them first");
    }
    if (draft.machines.values().stream().anyMatch(machine -> Room.at(machine.state(), id))) {
      return refuse(
          Why.CONFLICT, "", "a machine on its way to host '" + id + "' is being looked for: wait");
    }
    keeping.forEach(vjob -> Unwinding.discardSaved(draft, vjob.spec().name()));
    for (OperationRecord operation : draft.operations.values()) {
      if (operation.host().equals(id)) {
        draft.forget(operation);
      }
    }
    Bans.lift(draft, id);
    draft.hosts.remove(id);
    draft.notice("host.forgotten", id, "nothing is kept for it any more");
    return Optional.empty();
  }

  private static boolean hasStateOn(VjobRecord vjob, HostId host) {
    return vjob.saved().values().stream().anyMatch(saved -> saved.host().equals(host));
  }
}
