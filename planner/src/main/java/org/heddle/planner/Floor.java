package org.heddle.planner;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.heddle.model.HostId;
import org.heddle.model.MachineId;
import org.heddle.model.Placement;
import org.heddle.model.Resources;
import org.heddle.planner.Problem.Bystander;
import org.heddle.planner.Problem.Company;
import org.heddle.planner.Problem.HostSlot;
import org.heddle.planner.Problem.MachineSlot;

/**
 * The hosts by number, in order of name. Their room is the capacity without what machines use that
 * the planner has no say about.
 */
final class Floor {
  static final int MEMORY = 0;
  static final int CORES = 1;
  static final int DISK = 2;
  static final int DIMENSIONS = 3;

  private final List<HostId> ids;
  private final List<HostSlot> slots;
  private final Map<HostId, Integer> index = new HashMap<>();
  private final long[][] room;
  private final boolean[] company;
  private final List<Other> others = new ArrayList<>();

  /** A machine that stays where it is, on a host. */
  record Other(MachineId machine, Resources demand, int host) {}

  /**
   * @param movable machines that the planner decides about; all others stay as they are
   */
  Floor(Problem problem, Set<MachineId> movable) {
    ids = List.copyOf(problem.hosts().keySet());
    slots = List.copyOf(problem.hosts().values());
    room = new long[ids.size()][];
    company = new boolean[ids.size()];
    for (int h = 0; h < ids.size(); h++) {
      index.put(ids.get(h), h);
      room[h] = amounts(slots.get(h).capacity());
      company[h] = slots.get(h).company() != Company.NONE;
    }
    problem
        .machines()
        .forEach((id, slot) -> {
          if (!movable.contains(id)) {
            settle(id, slot);
          }
        });
    for (Bystander bystander : problem.bystanders()) {
      int host = indexOf(bystander.on());
      if (host >= 0) {
        others.add(new Other(bystander.machine(), bystander.demand(), host));
      }
    }
  }

  private void settle(MachineId id, MachineSlot slot) {
    if (slot.now() instanceof Placement.Running(HostId on)) {
      int host = indexOf(on);
      if (host >= 0) {
        company[host] = true;
        others.add(new Other(id, slot.demand(), host));
        long[] demand = amounts(slot.demand());
        for (int d = 0; d < DIMENSIONS; d++) {
          room[host][d] -= demand[d];
        }
      }
    }
  }

  static long[] amounts(Resources resources) {
    return new long[] {resources.memoryMiB(), resources.cores(), resources.diskMiB()};
  }

  int size() {
    return ids.size();
  }

  HostId id(int host) {
    return ids.get(host);
  }

  HostSlot slot(int host) {
    return slots.get(host);
  }

  /** -1 when the host is not there. */
  int indexOf(HostId host) {
    return index.getOrDefault(host, -1);
  }

  /** What the planner may give away, 0 where others use more than there is. */
  long room(int host, int dimension) {
    return Math.max(0, room[host][dimension]);
  }

  /** Nothing may come: others use more than there is, or are lonely there. */
  boolean closed(int host) {
    for (long each : room[host]) {
      if (each < 0) {
        return true;
      }
    }
    return slots.get(host).company() == Company.LONELY;
  }

  /** Whether others are there. */
  boolean company(int host) {
    return company[host];
  }

  /** Machines that nobody decides about now. */
  List<Other> others() {
    return others;
  }

  List<Integer> drained() {
    List<Integer> drained = new ArrayList<>();
    for (int h = 0; h < size(); h++) {
      if (slots.get(h).drained()) {
        drained.add(h);
      }
    }
    return drained;
  }
}
