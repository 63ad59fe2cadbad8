package org.heddle.planner;

import java.util.Map;
import java.util.TreeMap;
import org.heddle.model.Action;
import org.heddle.model.HostId;
import org.heddle.model.MachineId;
import org.heddle.model.Placement;
import org.heddle.model.Plan;
import org.heddle.model.Resources;
import org.heddle.planner.Problem.MachineSlot;

/** What a plan makes of a problem, by the book, without looking at room. */
final class Replay {
  private Replay() {}

  static Problem after(Problem problem, Plan plan) {
    TreeMap<MachineId, MachineSlot> machines = new TreeMap<>(problem.machines());
    for (Plan.Step step : plan.steps()) {
      machines.computeIfPresent(
          step.action().machine(),
          (_, slot) ->
              new MachineSlot(
                  slot.demand(), placement(step.action()), slot.banned(), slot.pinned()));
    }
    return new Problem(problem.hosts(), machines, problem.wishes(), problem.rules());
  }

  private static Placement placement(Action action) {
    return switch (action) {
      case Action.Boot a -> new Placement.Running(a.on());
      case Action.Shutdown a -> a.restart() ? new Placement.Waiting() : new Placement.Terminated();
      case Action.Suspend a -> new Placement.Sleeping(a.on());
      case Action.Resume a -> new Placement.Running(a.to());
      case Action.Migrate a -> new Placement.Running(a.to());
    };
  }

  /** Where machines run. */
  static Map<MachineId, HostId> running(Problem problem) {
    Map<MachineId, HostId> running = new TreeMap<>();
    problem
        .machines()
        .forEach((id, slot) -> {
          if (slot.now() instanceof Placement.Running(HostId host)) {
            running.put(id, host);
          }
        });
    return running;
  }

  static Map<HostId, Resources> used(Problem problem) {
    Map<HostId, Resources> used = new TreeMap<>();
    for (MachineSlot slot : problem.machines().values()) {
      if (slot.now() instanceof Placement.Running(HostId host)) {
        used.merge(host, slot.demand(), Resources::plus);
      }
    }
    return used;
  }

  static long cost(Problem problem, Plan plan) {
    long cost = 0;
    for (Plan.Step step : plan.steps()) {
      MachineSlot slot = problem.machines().get(step.action().machine());
      long memory = slot == null ? 0 : slot.demand().memoryMiB();
      cost +=
          switch (step.action()) {
            case Action.Boot _, Action.Shutdown _ -> 0;
            case Action.Suspend _, Action.Migrate _ -> memory;
            case Action.Resume a -> a.from().equals(a.to()) ? memory : 2 * memory;
          };
    }
    return cost;
  }
}
