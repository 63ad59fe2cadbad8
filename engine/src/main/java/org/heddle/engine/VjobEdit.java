package org.heddle.engine;

import java.util.Optional;
import java.util.SortedMap;
import org.heddle.engine.GridState.Transition;
import org.heddle.engine.GridState.VjobRecord;
import org.heddle.engine.GridState.Wanted;
import org.heddle.model.MachineId;
import org.heddle.model.SavedState;
import org.heddle.model.VjobState;

/** What may change of a vjob's record, while it is being changed. */
final class VjobEdit {
  private final VjobRecord before;
  VjobState state;
  Wanted wanted;
  String reason;
  boolean broken;
  long notBeforeMs;
  int failures;
  SortedMap<MachineId, SavedState> saved;
  boolean runStarted;
  Optional<Integer> exitCode;
  String output;
  Optional<Long> endedMs;
  Optional<Transition> transition;

  VjobEdit(VjobRecord before) {
    this.before = before;
    state = before.state();
    wanted = before.wanted();
    reason = before.reason();
    broken = before.broken();
    notBeforeMs = before.notBeforeMs();
    failures = before.failures();
    saved = before.saved();
    runStarted = before.runStarted();
    exitCode = before.exitCode();
    output = before.output();
    endedMs = before.endedMs();
    transition = before.transition();
  }

  VjobRecord record() {
    return new VjobRecord(
        before.spec(),
        before.sequence(),
        before.submittedMs(),
        state,
        wanted,
        reason,
        broken,
        notBeforeMs,
        failures,
        before.vni(),
        saved,
        runStarted,
        exitCode,
        output,
        endedMs,
        before.sshKey(),
        before.sshPublicKey(),
        transition,
        before.submission());
  }
}
