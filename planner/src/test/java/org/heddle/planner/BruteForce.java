package org.heddle.planner;

import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.SortedSet;
import java.util.TreeMap;
import java.util.TreeSet;
import org.heddle.model.HostId;
import org.heddle.model.MachineId;
import org.heddle.model.Placement;
import org.heddle.model.Resources;
import org.heddle.model.VjobId;
import org.heddle.planner.Problem.HostSlot;
import org.heddle.planner.Problem.MachineSlot;
import org.heddle.planner.Problem.Target;
import org.heddle.planner.Problem.Wish;

/** Admission by trying every placement; for problems with few machines and hosts only. */
final class BruteForce {
  private final Problem problem;
  private final TreeMap<HostId, Resources> free = new TreeMap<>();
  private final TreeMap<MachineId, HostId> places = new TreeMap<>();

  private BruteForce(Problem problem) {
    this.problem = problem;
    problem.hosts().forEach((id, host) -> free.put(id, host.capacity()));
  }

  /** Vjobs that have room, each tried after those before it. */
  static SortedSet<VjobId> admitted(Problem problem) {
    BruteForce packer = new BruteForce(problem);
    SortedSet<VjobId> admitted = new TreeSet<>();
    List<MachineId> machines = new ArrayList<>();
    for (Wish wish : problem.wishes()) {
      List<MachineId> together = new ArrayList<>(machines);
      together.addAll(wish.machines());
      boolean runnable = packer.runnable(packer.slots(wish));
      if (wish.target() == Target.RUN && runnable && packer.pack(together, 0)) {
        machines = together;
        admitted.add(wish.vjob());
      }
    }
    return admitted;
  }

  private List<MachineSlot> slots(Wish wish) {
    List<MachineSlot> slots = new ArrayList<>();
    for (MachineId id : wish.machines()) {
      MachineSlot slot = problem.machines().get(id);
      if (slot != null) {
        slots.add(slot);
      }
    }
    return slots;
  }

  private boolean runnable(List<MachineSlot> slots) {
    boolean sleeps = slots.stream().allMatch(slot -> slot.now() instanceof Placement.Sleeping);
    boolean live =
        slots.stream()
            .allMatch(slot ->
                slot.now() instanceof Placement.Running || slot.now() instanceof Placement.Waiting);
    boolean lost =
        slots.stream()
            .anyMatch(slot ->
                slot.now() instanceof Placement.Sleeping(HostId host)
                    && !problem.hosts().containsKey(host));
    return (sleeps || live) && !lost;
  }

  private boolean pack(List<MachineId> machines, int next) {
    if (next == machines.size()) {
      return problem.rules().stream().allMatch(rule -> RulesByHand.kept(rule, places, problem));
    }
    MachineId id = machines.get(next);
    MachineSlot machine = Objects.requireNonNull(problem.machines().get(id));
    for (HostId host : problem.hosts().keySet()) {
      Resources left = free.getOrDefault(host, Resources.NONE);
      if (may(machine, host) && machine.demand().fitsIn(left)) {
        free.put(host, left.minus(machine.demand()));
        places.put(id, host);
        boolean packed = pack(machines, next + 1);
        places.remove(id);
        free.put(host, left);
        if (packed) {
          return true;
        }
      }
    }
    return false;
  }

  private boolean may(MachineSlot machine, HostId host) {
    HostSlot slot = problem.hosts().get(host);
    if (slot == null
        || slot.drained()
        || machine.pinned().filter(p -> !p.equals(host)).isPresent()) {
      return false;
    }
    return machine.now().equals(new Placement.Running(host)) || !machine.banned().contains(host);
  }
}
