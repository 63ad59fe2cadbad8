package org.heddle.planner;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.SortedSet;
import java.util.TreeSet;

/**
 * Who gave back the room that an action takes. The free room of a host is kept as chunks, each with
 * the steps that freed it; an action waits for the steps whose chunks it takes. As no chunk is used
 * twice, the order of all other steps does not matter.
 */
final class RoomLedger {
  private final List<HostRoom> hosts = new ArrayList<>();

  /**
   * @param free of each host now; below zero where it is over its capacity
   */
  RoomLedger(long[][] free) {
    for (long[] host : free) {
      hosts.add(new HostRoom(host));
    }
  }

  long[] free(int host) {
    return hosts.get(host).free;
  }

  /** Takes room, which must be free, and gives the steps to wait for. */
  SortedSet<Integer> take(int host, long[] demand) {
    return hosts.get(host).take(demand);
  }

  /** Gives back room when all of the steps have ended. */
  void give(int host, long[] amount, List<Integer> steps) {
    hosts.get(host).give(amount, steps);
  }

  private record Chunk(long amount, List<Integer> steps) {}

  private static final class HostRoom {
    private final long[] free;
    private final List<Deque<Chunk>> chunks = new ArrayList<>();

    /** Steps that brought the host back below its capacity: all who come wait for them. */
    private final SortedSet<Integer> relief = new TreeSet<>();

    HostRoom(long[] free) {
      this.free = free.clone();
      for (int d = 0; d < Floor.DIMENSIONS; d++) {
        Deque<Chunk> initial = new ArrayDeque<>();
        if (free[d] > 0) {
          initial.add(new Chunk(free[d], List.of()));
        }
        chunks.add(initial);
      }
    }

    SortedSet<Integer> take(long[] demand) {
      Floor.subtract(free, demand);
      SortedSet<Integer> waitsFor = new TreeSet<>(relief);
      for (int d = 0; d < Floor.DIMENSIONS; d++) {
        long left = demand[d];
        Deque<Chunk> deque = chunks.get(d);
        while (left > 0) {
          Chunk chunk = deque.removeFirst();
          waitsFor.addAll(chunk.steps());
          if (chunk.amount() > left) {
            deque.addFirst(new Chunk(chunk.amount() - left, chunk.steps()));
          }
          left -= Math.min(left, chunk.amount());
        }
      }
      return waitsFor;
    }

    void give(long[] amount, List<Integer> steps) {
      for (int d = 0; d < Floor.DIMENSIONS; d++) {
        long debt = Math.min(amount[d], Math.max(0, -free[d]));
        if (debt > 0) {
          relief.addAll(steps);
        }
        if (amount[d] > debt) {
          chunks.get(d).addLast(new Chunk(amount[d] - debt, steps));
        }
      }
      Floor.add(free, amount);
    }
  }
}
