package org.heddle.planner;

import java.util.ArrayList;
import java.util.List;
import java.util.SortedMap;
import java.util.SortedSet;
import java.util.TreeMap;
import org.heddle.model.HostId;
import org.heddle.model.MachineId;
import org.heddle.model.Placement;
import org.heddle.model.Resources;
import org.heddle.planner.Problem.HostSlot;
import org.heddle.planner.Problem.MachineSlot;

/**
 * The hosts as arrays, in order of name. Their room is the capacity without what machines use that
 * the planner has no say about.
 */
final class Floor {
  static final int MEMORY = 0;
  static final int CORES = 1;
  static final int DISK = 2;
  static final int DIMENSIONS = 3;

  private final List<HostId> ids;
  private final List<HostSlot> slots;
  private final SortedMap<HostId, Integer> index = new TreeMap<>();
  private final long[][] room;
  private final double[] total = new double[DIMENSIONS];

  /**
   * @param movable machines that the planner decides about; all others stay as they are
   */
  Floor(Problem problem, SortedSet<MachineId> movable) {
    ids = List.copyOf(problem.hosts().keySet());
    slots = List.copyOf(problem.hosts().values());
    room = new long[ids.size()][];
    for (int h = 0; h < ids.size(); h++) {
      index.put(ids.get(h), h);
      room[h] = amounts(slots.get(h).capacity());
      for (int d = 0; d < DIMENSIONS; d++) {
        total[d] += room[h][d];
      }
    }
    problem
        .machines()
        .forEach((id, slot) -> {
          if (!movable.contains(id)) {
            settle(slot);
          }
        });
  }

  private void settle(MachineSlot slot) {
    if (slot.now() instanceof Placement.Running(HostId on)) {
      int host = indexOf(on);
      if (host >= 0) {
        subtract(room[host], amounts(slot.demand()));
      }
    }
  }

  static long[] amounts(Resources resources) {
    return new long[] {resources.memoryMiB(), resources.cores(), resources.diskMiB()};
  }

  static void add(long[] to, long[] what) {
    for (int d = 0; d < DIMENSIONS; d++) {
      to[d] += what[d];
    }
  }

  static void subtract(long[] from, long[] what) {
    for (int d = 0; d < DIMENSIONS; d++) {
      from[d] -= what[d];
    }
  }

  static boolean fits(long[] demand, long[] free) {
    for (int d = 0; d < DIMENSIONS; d++) {
      if (demand[d] > free[d]) {
        return false;
      }
    }
    return true;
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

  /** A fresh copy of the room of each host. */
  long[][] room() {
    long[][] copy = new long[room.length][];
    for (int h = 0; h < room.length; h++) {
      copy[h] = room[h].clone();
    }
    return copy;
  }

  /** The largest share of the whole floor that the demand takes in any dimension. */
  double share(long[] demand) {
    double share = 0;
    for (int d = 0; d < DIMENSIONS; d++) {
      if (total[d] > 0) {
        share = Math.max(share, demand[d] / total[d]);
      }
    }
    return share;
  }

  /** Hosts on which the machine may run, not counting room. */
  List<Integer> allowed(MachineSlot slot) {
    List<Integer> allowed = new ArrayList<>();
    for (int h = 0; h < ids.size(); h++) {
      if (mayRunOn(slot, h)) {
        allowed.add(h);
      }
    }
    return allowed;
  }

  private boolean mayRunOn(MachineSlot slot, int host) {
    HostId id = ids.get(host);
    if (slots.get(host).drained()
        || (slot.pinned().isPresent() && !slot.pinned().get().equals(id))) {
      return false;
    }
    boolean there = slot.now() instanceof Placement.Running(HostId on) && on.equals(id);
    return there || !slot.banned().contains(id);
  }
}
