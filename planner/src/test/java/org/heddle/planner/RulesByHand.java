package org.heddle.planner;

import java.util.Collection;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import org.heddle.model.Action;
import org.heddle.model.HostId;
import org.heddle.model.MachineId;
import org.heddle.model.Placement;
import org.heddle.model.Plan;

/** The meaning of each rule once more, as plainly as it can be said. */
final class RulesByHand {
  private RulesByHand() {}

  /**
   * @param places of the machines that run
   */
  static boolean kept(Rule rule, Map<MachineId, HostId> places, Problem problem) {
    List<MachineId> first = rule.machines().stream().findFirst().orElse(List.of());
    List<HostId> on = on(first, places);
    return switch (rule.form()) {
      case SPREAD -> new HashSet<>(on).size() == on.size();
      case GATHER -> new HashSet<>(on).size() <= 1;
      case FENCE -> rule.hosts().get(0).containsAll(on);
      case BAN -> on.stream().noneMatch(host -> rule.hosts().get(0).contains(host));
      case AMONG -> on.isEmpty() || rule.hosts().stream().anyMatch(part -> part.containsAll(on));
      case SPLIT_AMONG -> splitAmong(rule, places);
      case SPLIT -> split(rule, places);
      case LONELY ->
          places.keySet().stream()
              .filter(machine -> !first.contains(machine))
              .noneMatch(machine -> on.contains(places.get(machine)));
      case CAPACITY ->
          places.keySet().stream()
                  .filter(machine -> rule.hosts().get(0).contains(places.get(machine)))
                  .map(machine -> problem.machines().get(machine))
                  .filter(Objects::nonNull)
                  .mapToLong(slot -> rule.bound().measure().of(slot.demand()))
                  .sum()
              <= rule.bound().most();
      case HOSTS_USED ->
          new HashSet<>(places.values())
                  .stream().filter(host -> rule.hosts().get(0).contains(host)).count()
              <= rule.bound().most();
      case QUARANTINE -> quarantined(rule, places, problem);
      case SEQUENCE, PRECEDENCE, SERIALIZE -> true;
      case ROOT -> first.stream().allMatch(machine -> stays(machine, places, problem));
    };
  }

  /** Whether two migrations may be under way at once. */
  static boolean overlappingMigrations(Plan plan) {
    List<Plan.Step> steps =
        plan.steps().stream().filter(step -> step.action() instanceof Action.Migrate).toList();
    for (Plan.Step one : steps) {
      for (Plan.Step other : steps) {
        if (one.id() < other.id() && !waits(plan, other, one.id())) {
          return true;
        }
      }
    }
    return false;
  }

  private static boolean waits(Plan plan, Plan.Step step, int target) {
    return step.after().stream()
        .anyMatch(each -> each == target || waits(plan, plan.steps().get(each), target));
  }

  private static List<HostId> on(Collection<MachineId> machines, Map<MachineId, HostId> places) {
    return machines.stream().map(places::get).filter(Objects::nonNull).toList();
  }

  private static boolean split(Rule rule, Map<MachineId, HostId> places) {
    Set<HostId> taken = new HashSet<>();
    for (List<MachineId> group : rule.machines()) {
      Set<HostId> own = new HashSet<>(on(group, places));
      if (own.stream().anyMatch(taken::contains)) {
        return false;
      }
      taken.addAll(own);
    }
    return true;
  }

  private static boolean splitAmong(Rule rule, Map<MachineId, HostId> places) {
    Set<Integer> taken = new HashSet<>();
    for (List<MachineId> group : rule.machines()) {
      List<HostId> on = on(group, places);
      int part = -1;
      for (int p = 0; p < rule.hosts().size(); p++) {
        part = rule.hosts().get(p).containsAll(on) ? p : part;
      }
      if (!on.isEmpty() && (part < 0 || !taken.add(part))) {
        return false;
      }
    }
    return true;
  }

  /** What runs on one of the hosts was there, and what was there runs nowhere else. */
  private static boolean quarantined(Rule rule, Map<MachineId, HostId> places, Problem problem) {
    return places.entrySet().stream()
        .allMatch(place -> {
          Problem.MachineSlot slot = problem.machines().get(place.getKey());
          boolean was =
              slot != null
                  && slot.now() instanceof Placement.Running(HostId now)
                  && rule.hosts().get(0).contains(now);
          boolean is = rule.hosts().get(0).contains(place.getValue());
          return !(was || is) || (was && stays(place.getKey(), places, problem));
        });
  }

  private static boolean stays(MachineId machine, Map<MachineId, HostId> places, Problem problem) {
    HostId place = places.get(machine);
    Problem.MachineSlot slot = problem.machines().get(machine);
    return place == null
        || slot == null
        || !(slot.now() instanceof Placement.Running(HostId now))
        || now.equals(place);
  }
}
