package org.heddle.planner;

import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.SortedSet;
import java.util.TreeSet;
import org.heddle.model.HostId;
import org.heddle.model.MachineId;
import org.heddle.model.Placement;
import org.heddle.model.VjobId;
import org.heddle.planner.Problem.MachineSlot;
import org.heddle.planner.Problem.Target;
import org.heddle.planner.Problem.Wish;

/**
 * A wish beside the present state of its machines.
 *
 * @param rank place in the order of precedence, 0 first
 * @param slots of its machines, in their order
 */
record VjobView(int rank, Wish wish, List<MachineSlot> slots, Shape shape) {
  VjobView {
    slots = List.copyOf(slots);
  }

  /** What the machines of a vjob have in common. */
  enum Shape {
    WAITING,
    RUNNING,
    SLEEPING,
    TERMINATED,
    /** Some run, the others wait to be booted. */
    PARTLY_BOOTED,
    /** Machines of different moments, which can never run together as they are. */
    MIXED,
    /** A machine is said to run on a host that is not there: nothing can be done with it. */
    OUT_OF_REACH
  }

  static VjobView of(int rank, Wish wish, Problem problem) {
    List<MachineSlot> slots = new ArrayList<>();
    for (MachineId id : wish.machines()) {
      slots.add(
          Objects.requireNonNull(
              problem.machines().get(id), () -> "machine " + id + " is wished but not described"));
    }
    return new VjobView(rank, wish, slots, shape(slots, problem));
  }

  private static Shape shape(List<MachineSlot> slots, Problem problem) {
    int waiting = 0;
    int running = 0;
    int sleeping = 0;
    int terminated = 0;
    for (MachineSlot slot : slots) {
      switch (slot.now()) {
        case Placement.Waiting _ -> waiting++;
        case Placement.Running(HostId host) -> {
          if (!problem.hosts().containsKey(host)) {
            return Shape.OUT_OF_REACH;
          }
          running++;
        }
        case Placement.Sleeping _ -> sleeping++;
        case Placement.Terminated _ -> terminated++;
      }
    }
    int all = slots.size();
    if (running == all) {
      return Shape.RUNNING;
    }
    if (waiting == all) {
      return Shape.WAITING;
    }
    if (sleeping == all) {
      return Shape.SLEEPING;
    }
    if (terminated == all) {
      return Shape.TERMINATED;
    }
    return running + waiting == all ? Shape.PARTLY_BOOTED : Shape.MIXED;
  }

  VjobId id() {
    return wish.vjob();
  }

  int size() {
    return slots.size();
  }

  MachineId machine(int i) {
    return wish.machines().get(i);
  }

  boolean wantsToRun() {
    return wish.target() == Target.RUN;
  }

  /** Hosts that hold its saved states and are not there. */
  SortedSet<HostId> missingStates(Problem problem) {
    SortedSet<HostId> missing = new TreeSet<>();
    for (MachineSlot slot : slots) {
      if (slot.now() instanceof Placement.Sleeping(HostId host)
          && !problem.hosts().containsKey(host)) {
        missing.add(host);
      }
    }
    return missing;
  }
}
