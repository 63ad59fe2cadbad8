package org.heddle.engine;

import static org.heddle.engine.Submission.refuse;

import java.util.Optional;
import org.heddle.engine.GridState.HostRecord;
import org.heddle.engine.GridState.MachineRecord;
import org.heddle.engine.GridState.Phase;
import org.heddle.engine.GridState.VjobRecord;
import org.heddle.engine.GridState.Wanted;
import org.heddle.engine.Step.Refusal;
import org.heddle.engine.Step.Why;
import org.heddle.model.HostId;
import org.heddle.model.MachineId;
import org.heddle.model.MachineState;
import org.heddle.model.Resources;
import org.heddle.model.VjobId;
import org.heddle.model.VjobState;
import org.heddle.planner.Rule;

/** What people ask of vjobs, machines and hosts. To ask again for what is wanted is no error. */
final class Requests {
  private Requests() {}

  static Optional<Refusal> cancel(Draft draft, VjobId id) {
    Optional<VjobRecord> vjob = draft.vjobs.find(id);
    if (vjob.isEmpty()) {
      return noVjob(id);
    }
    if (vjob.get().state() == VjobState.TERMINATED || vjob.get().wanted() == Wanted.END) {
      return Optional.empty();
    }
    draft.edit(
        id,
        edit -> {
          edit.wanted = Wanted.END;
          edit.reason = "cancelled";
        });
    draft.notice("vjob.wanted", id, "cancel");
    boolean starting =
        vjob.get()
            .transition()
            .map(transition ->
                switch (transition.phase()) {
                  case BOOT, START_RUN, RESTORE, CONTINUE -> true;
                  case PAUSE, SAVE, UNDO_SAVE, UNDO_PAUSE, SHUTDOWN, UNWIND -> false;
                })
            .orElse(false);
    if (starting) {
      Unwinding.unwind(draft, id, "cancelled");
    }
    return Optional.empty();
  }

  static Optional<Refusal> suspend(Draft draft, VjobId id) {
    return want(draft, id, Wanted.SLEEP, "suspend");
  }

  /**
   * Also has a vjob that is wanted to run already, and does not, tried again at once: its back-off
   * and the bans of its machines are over.
   */
  static Optional<Refusal> resume(Draft draft, VjobId id) {
    Optional<Refusal> refusal = want(draft, id, Wanted.RUN, "resume");
    if (refusal.isEmpty() && draft.vjobs.get(id).state() != VjobState.RUNNING) {
      draft.edit(
          id,
          edit -> {
            edit.notBeforeMs = 0;
            edit.failures = 0;
          });
      draft.machinesOf(id).forEach(machine -> Bans.lift(draft, machine.id()));
    }
    return refusal;
  }

  private static Optional<Refusal> want(Draft draft, VjobId id, Wanted wanted, String verb) {
    Optional<VjobRecord> vjob = draft.vjobs.find(id);
    if (vjob.isEmpty()) {
      return noVjob(id);
    }
    if (vjob.get().state() == VjobState.TERMINATED || vjob.get().wanted() == Wanted.END) {
      return refuse(
          Why.CONFLICT,
          "",
          "vjob '"
              + id
              + (vjob.get().state() == VjobState.TERMINATED ? "' has ended" : "' is ending")
              + ": there is nothing to "
              + verb);
    }
    if (vjob.get().wanted() == wanted) {
      return Optional.empty();
    }
    draft.edit(
        id,
        edit -> {
          edit.wanted = wanted;
          if (edit.transition.isEmpty()) {
            edit.reason = wanted == Wanted.SLEEP ? "suspend asked" : "";
          }
        });
    draft.notice("vjob.wanted", id, verb);
    return Optional.empty();
  }

  private static Optional<Refusal> noVjob(VjobId id) {
    return refuse(Why.NOT_FOUND, "", "there is no vjob '" + id + "'");
  }

  static Optional<Refusal> migrate(Draft draft, MachineId id, HostId to) {
    Optional<MachineRecord> machine = draft.machines.find(id);
    Optional<HostRecord> host = draft.hosts.find(to);
    if (machine.isEmpty()) {
      return refuse(Why.NOT_FOUND, "", "there is no machine '" + id + "'");
    }
    if (host.isEmpty()) {
      return refuse(Why.NOT_FOUND, "to", "there is no host '" + to + "'");
    }
    MachineState state = machine.get().state();
    if (state.equals(new MachineState.Running(to))
        || (state instanceof MachineState.Migrating way && way.to().equals(to))) {
      return Optional.empty();
    }
    if (!(state instanceof MachineState.Running(HostId from))) {
      return refuse(
          Why.CONFLICT, "", "machine '" + id + "' does not run now: only a running one can move");
    }
    if (!host.get().online() || host.get().drained()) {
      return refuse(
          Why.CONFLICT,
          "to",
          "host '" + to + "' is " + (host.get().online() ? "drained" : "not on line"));
    }
    Optional<Rule> against = Binding.against(ProblemMaker.rulesOf(draft, id.vjob()), id, from, to);
    if (against.isPresent()) {
      return refuse(
          Why.INFEASIBLE,
          "to",
          against.get().words() + " keeps '" + id + "' from host '" + to + "'");
    }
    Resources demand = draft.member(id).group().demand();
    Resources free = Room.free(draft, to);
    if (!demand.fitsIn(free)) {
      return refuse(
          Why.INFEASIBLE,
          "to",
          "host '%s' has %d cores, %d MiB memory and %d MiB disk free; '%s' needs %d, %d and %d"
              .formatted(
                  to,
                  free.cores(),
                  free.memoryMiB(),
                  free.diskMiB(),
                  id,
                  demand.cores(),
                  demand.memoryMiB(),
                  demand.diskMiB()));
    }
    draft.machines.put(id, machine.get().withPinned(Optional.of(to)));
    draft.notice("machine.wanted", id, "migrate to " + to);
    return Optional.empty();
  }

  static Optional<Refusal> drain(Draft draft, HostId id, boolean drained) {
    Optional<HostRecord> host = draft.hosts.find(id);
    if (host.isEmpty()) {
      return refuse(Why.NOT_FOUND, "", "there is no host '" + id + "'");
    }
    HostRecord known = host.get();
    if (known.drained() != drained) {
      draft.hosts.put(id, known.withDrained(drained));
      draft.notice("host.wanted", id, drained ? "drain" : "undrain");
    }
    return Optional.empty();
  }

  /** The first machine's command has ended, and with it the vjob. */
  static void finish(Draft draft, VjobId id, int exitCode, String output) {
    VjobRecord vjob = draft.vjobs.get(id);
    if (vjob.exitCode().isPresent() || !(vjob.runStarted() || starting(vjob))) {
      return;
    }
    draft.edit(
        id,
        edit -> {
          edit.wanted = Wanted.END;
          edit.exitCode = Optional.of(exitCode);
          edit.reason = exitCode == 0 ? "finished" : "exit code " + exitCode;
          edit.output = output;
        });
    draft.notice("vjob.finished", id, "exit code " + exitCode);
  }

  private static boolean starting(VjobRecord vjob) {
    return Lifecycle.in(vjob, Phase.START_RUN);
  }
}
