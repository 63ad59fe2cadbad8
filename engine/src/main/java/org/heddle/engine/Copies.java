package org.heddle.engine;

import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;
import org.heddle.engine.GridState.HostRecord;
import org.heddle.engine.GridState.VjobRecord;
import org.heddle.model.HostId;
import org.heddle.model.MachineId;
import org.heddle.model.MachineState;
import org.heddle.model.SavedState;

/**
 * Copies of saved states on the repositories of sites. A copy takes the place of a state whose host
 * is lost; what lies on that host when it comes back is then one that nobody needs.
 */
final class Copies {
  private Copies() {}

  /**
   * Wherever a vjob's saved state is out of reach and a copy is not, the copy is it from now on.
   */
  static void takeOver(Draft draft) {
    for (VjobRecord vjob : draft.vjobs.values()) {
      for (Map.Entry<MachineId, SavedState> part : vjob.saved().entrySet()) {
        SavedState saved = part.getValue();
        if (!draft.online(saved.host())) {
          holder(draft, part.getKey(), saved.id())
              .ifPresent(host -> takeOver(draft, part.getKey(), new SavedState(saved.id(), host)));
        }
      }
    }
  }

  /** The first host on line that has a copy. */
  private static Optional<HostId> holder(Draft draft, MachineId machine, String id) {
    return draft.hosts.values().stream()
        .filter(HostRecord::online)
        .filter(host -> host.copies().getOrDefault(machine, List.of()).contains(id))
        .map(host -> host.host().id())
        .findFirst();
  }

  private static void takeOver(Draft draft, MachineId machine, SavedState copy) {
    SortedMap<MachineId, SavedState> saved = new TreeMap<>(draft.vjobs.get(machine.vjob()).saved());
    saved.put(machine, copy);
    draft.edit(machine.vjob(), edit -> edit.saved = saved);
    boolean sleepsInIt =
        draft.stateOf(machine) instanceof MachineState.Sleeping(SavedState state)
            && state.id().equals(copy.id());
    if (sleepsInIt) {
      draft.become(machine, new MachineState.Sleeping(copy));
    }
    draft.notice("state.copy", machine, "its saved state is now the copy on " + copy.host());
  }

  /** Whether a copy is of a state that counts, or that is being made. */
  static boolean wanted(Draft draft, MachineId machine, String id) {
    if (draft.machines.find(machine).isEmpty()) {
      return false;
    }
    VjobRecord vjob = draft.vjobs.get(machine.vjob());
    SavedState saved = vjob.saved().get(machine);
    return (saved != null && saved.id().equals(id))
        || vjob.transition().map(now -> now.stateId().equals(id)).orElse(false);
  }
}
