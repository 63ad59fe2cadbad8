package org.heddle.engine;

import java.util.List;
import java.util.Optional;
import org.heddle.engine.GridState.MachineRecord;
import org.heddle.engine.GridState.Phase;
import org.heddle.engine.GridState.Transition;
import org.heddle.engine.GridState.VjobRecord;
import org.heddle.engine.GridState.Wanted;
import org.heddle.model.MachineState;
import org.heddle.model.VjobId;
import org.heddle.model.VjobState;

/** How a vjob's state follows from its machines and from what they are taken through together. */
final class Lifecycle {
  private Lifecycle() {}

  /** Begins a phase, or goes on to the next. */
  static void enter(Draft draft, VjobId vjob, Phase phase) {
    draft.edit(
        vjob,
        edit -> {
          edit.transition =
              Optional.of(
                  edit.transition
                      .map(old -> old.entering(phase, draft.now))
                      .orElse(new Transition(phase, draft.now, "", 0, 0, "")));
          edit.state = during(phase);
          if (phase == Phase.BOOT || phase == Phase.RESTORE) {
            edit.reason = "";
          }
        });
  }

  /** All machines are at rest, in the same way. */
  static void rest(Draft draft, VjobId vjob) {
    VjobState state = atRest(draft.machinesOf(vjob));
    draft.edit(
        vjob,
        edit -> {
          edit.transition = Optional.empty();
          edit.state = state;
          edit.broken = false;
          if (state == VjobState.RUNNING && edit.wanted != Wanted.END) {
            edit.reason = "";
          }
        });
  }

  static boolean in(VjobRecord vjob, Phase phase) {
    return vjob.transition().map(transition -> transition.phase() == phase).orElse(false);
  }

  static VjobState during(Phase phase) {
    return switch (phase) {
      case BOOT, START_RUN -> VjobState.STARTING;
      case PAUSE, SAVE, UNDO_SAVE, UNDO_PAUSE -> VjobState.SUSPENDING;
      case RESTORE, CONTINUE -> VjobState.RESUMING;
      case SHUTDOWN, UNWIND -> VjobState.STOPPING;
    };
  }

  static VjobState atRest(List<MachineRecord> machines) {
    List<VjobState> states = machines.stream().map(m -> atRest(m.state())).distinct().toList();
    if (states.size() != 1) {
      throw new IllegalStateException(
          "machines are not at rest together: "
              + machines.stream().map(m -> m.id() + " " + m.state()).toList());
    }
    return states.getFirst();
  }

  private static VjobState atRest(MachineState state) {
    return switch (state) {
      case MachineState.Waiting _ -> VjobState.WAITING;
      case MachineState.Running _, MachineState.Migrating _ -> VjobState.RUNNING;
      case MachineState.Sleeping _ -> VjobState.SLEEPING;
      case MachineState.Terminated _ -> VjobState.TERMINATED;
      case MachineState.Booting _,
          MachineState.Pausing _,
          MachineState.Paused _,
          MachineState.Saving _,
          MachineState.Restoring _,
          MachineState.Restored _,
          MachineState.Continuing _,
          MachineState.Stopping _ ->
          throw new IllegalStateException("not at rest: " + state);
    };
  }

  /** Whether the vjob is not to be planned with now: something is being done to it. */
  static boolean frozen(Draft draft, VjobRecord vjob) {
    VjobId id = vjob.spec().name();
    return vjob.transition().isPresent()
        || draft.busy(id)
        || draft.machinesOf(id).stream()
            .anyMatch(machine -> machine.state() instanceof MachineState.Migrating);
  }

  static String sentence(VjobRecord vjob) {
    String state = vjob.state().name().toLowerCase(java.util.Locale.ROOT);
    return vjob.reason().isEmpty() ? state : state + ": " + vjob.reason();
  }
}
