package org.heddle.engine;

import java.util.TreeMap;
import org.heddle.engine.GridState.MachineRecord;
import org.heddle.model.HostId;
import org.heddle.model.MachineId;
import org.heddle.model.Outcome;

/** Hosts from which a machine stays away for a while because it failed there. */
final class Bans {
  private Bans() {}

  static void ban(Draft draft, MachineId machine, HostId host, Outcome.Code code) {
    MachineRecord record = draft.machines.get(machine);
    TreeMap<HostId, Long> banned = new TreeMap<>(record.banned());
    banned.put(host, draft.now + (code.permanent() ? Timing.LONG_BAN : Timing.BAN));
    draft.machines.put(machine, record.withBanned(banned));
  }

  /** A host that comes back begins with a clean sheet. */
  static void lift(Draft draft, HostId host) {
    for (MachineRecord record : draft.machines.values()) {
      if (record.banned().containsKey(host)) {
        TreeMap<HostId, Long> banned = new TreeMap<>(record.banned());
        banned.remove(host);
        draft.machines.put(record.id(), record.withBanned(banned));
      }
    }
  }

  /** A person has it tried again: wherever it failed, something may have been mended. */
  static void lift(Draft draft, MachineId machine) {
    MachineRecord record = draft.machines.get(machine);
    if (!record.banned().isEmpty()) {
      draft.machines.put(machine, record.withBanned(new TreeMap<>()));
    }
  }

  static void expire(Draft draft) {
    for (MachineRecord record : draft.machines.values()) {
      if (record.banned().values().stream().anyMatch(until -> until <= draft.now)) {
        TreeMap<HostId, Long> banned = new TreeMap<>(record.banned());
        banned.values().removeIf(until -> until <= draft.now);
        draft.machines.put(record.id(), record.withBanned(banned));
      }
    }
  }
}
