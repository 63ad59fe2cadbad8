package org.heddle.planner;

import java.util.ArrayList;
import java.util.BitSet;
import java.util.Collections;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.TreeSet;
import org.heddle.model.HostId;
import org.heddle.model.MachineId;
import org.heddle.model.Placement;
import org.heddle.model.Plan;
import org.heddle.model.Resources;
import org.heddle.planner.Problem.MachineSlot;
import org.heddle.planner.Problem.Wish;

/**
 * Says which rules a placement breaks, by machines that somebody can move. Shares no code with the
 * search.
 */
final class RuleCheck {
  private final Problem problem;
  private final Set<MachineId> movable = new HashSet<>();

  /** A rule and those of its machines that break it. */
  record Broken(Rule rule, Set<MachineId> machines, String words) {}

  RuleCheck(Problem problem) {
    this.problem = problem;
    for (Wish wish : problem.wishes()) {
      if (wish.machines().stream().allMatch(this::withinReach)) {
        movable.addAll(wish.machines());
      }
    }
  }

  private boolean withinReach(MachineId machine) {
    MachineSlot slot = problem.machines().get(machine);
    return slot != null
        && !(slot.now() instanceof Placement.Running(HostId on)
            && !problem.hosts().containsKey(on));
  }

  /** Machines that are against a rule where they run now, each with the first such rule. */
  SortedMap<MachineId, Rule> misplacedNow() {
    SortedMap<MachineId, Rule> misplaced = new TreeMap<>();
    for (Broken each : broken(now())) {
      each.machines().forEach(machine -> misplaced.putIfAbsent(machine, each.rule()));
    }
    return misplaced;
  }

  /** Where machines run now. */
  SortedMap<MachineId, HostId> now() {
    SortedMap<MachineId, HostId> running = new TreeMap<>();
    problem
        .machines()
        .forEach((id, slot) -> {
          if (slot.now() instanceof Placement.Running(HostId on)) {
            running.put(id, on);
          }
        });
    return running;
  }

  /**
   * @param running the host of each machine that runs, also of those that nobody can move
   */
  List<Broken> broken(SortedMap<MachineId, HostId> running) {
    SortedMap<MachineId, HostId> ours = new TreeMap<>(running);
    ours.keySet().retainAll(movable);
    List<Broken> broken = new ArrayList<>();
    for (Rule rule : problem.rules()) {
      Optional<Set<MachineId>> machines = against(rule, ours);
      machines.ifPresent(
          those -> broken.add(new Broken(rule, those, rule.words() + " is broken by " + those)));
    }
    return broken;
  }

  private Optional<Set<MachineId>> against(Rule rule, SortedMap<MachineId, HostId> running) {
    Set<MachineId> those =
        switch (rule.form()) {
          case SPREAD -> shared(rule, running, false);
          case SPLIT -> shared(rule, running, true);
          case GATHER -> parted(rule.machines().getFirst(), running, HostId::value);
          case AMONG -> parted(rule.machines().getFirst(), running, host -> part(rule, host));
          case SPLIT_AMONG -> partsShared(rule, running);
          case FENCE -> on(rule, running, false);
          case BAN -> on(rule, running, true);
          case LONELY -> accompanied(rule, running);
          case CAPACITY -> beyond(rule, running);
          case HOSTS_USED -> tooMany(rule, running);
          case ROOT, QUARANTINE, SEQUENCE, PRECEDENCE, SERIALIZE -> Collections.emptySortedSet();
        };
    return those.isEmpty() ? Optional.empty() : Optional.of(those);
  }

  /** Machines that share a host, or hosts with another group. */
  private static Set<MachineId> shared(
      Rule rule, SortedMap<MachineId, HostId> running, boolean groups) {
    Map<HostId, MachineId> first = new HashMap<>();
    Map<HostId, Integer> group = new HashMap<>();
    Set<MachineId> those = new TreeSet<>();
    for (int g = 0; g < rule.machines().size(); g++) {
      for (MachineId machine : rule.machines().get(g)) {
        HostId host = running.get(machine);
        if (host != null) {
          MachineId other = first.putIfAbsent(host, machine);
          Integer its = group.putIfAbsent(host, g);
          if (other != null && !(groups && its != null && its == g)) {
            those.add(machine);
            those.add(other);
          }
        }
      }
    }
    return those;
  }

  private interface Territory {
    String of(HostId host);
  }

  static final String NO_PART = "";

  private static String part(Rule rule, HostId host) {
    for (int p = 0; p < rule.hosts().size(); p++) {
      if (rule.hosts().get(p).contains(host)) {
        return "part " + p;
      }
    }
    return NO_PART;
  }

  /** All that run when they are not in one part, or in none. */
  private static Set<MachineId> parted(
      List<MachineId> machines, SortedMap<MachineId, HostId> running, Territory territory) {
    Set<String> parts = new HashSet<>();
    Set<MachineId> those = new TreeSet<>();
    for (MachineId machine : machines) {
      HostId host = running.get(machine);
      if (host != null) {
        parts.add(territory.of(host));
        those.add(machine);
      }
    }
    return parts.size() > 1 || parts.contains(NO_PART) ? those : Collections.emptySortedSet();
  }

  private static Set<MachineId> partsShared(Rule rule, SortedMap<MachineId, HostId> running) {
    Set<MachineId> those = new TreeSet<>();
    Map<String, Integer> owner = new HashMap<>();
    for (int g = 0; g < rule.machines().size(); g++) {
      those.addAll(parted(rule.machines().get(g), running, host -> part(rule, host)));
      for (MachineId machine : rule.machines().get(g)) {
        HostId host = running.get(machine);
        if (host != null) {
          Integer other = owner.putIfAbsent(part(rule, host), g);
          if (other != null && other != g) {
            those.add(machine);
          }
        }
      }
    }
    return those;
  }

  private static Set<MachineId> on(
      Rule rule, SortedMap<MachineId, HostId> running, boolean forbidden) {
    Set<MachineId> those = new TreeSet<>();
    for (MachineId machine : rule.machines().getFirst()) {
      HostId host = running.get(machine);
      if (host != null && rule.hosts().getFirst().contains(host) == forbidden) {
        those.add(machine);
      }
    }
    return those;
  }

  private static Set<MachineId> accompanied(Rule rule, SortedMap<MachineId, HostId> running) {
    Set<MachineId> members = new HashSet<>(rule.machines().getFirst());
    Set<HostId> others = new HashSet<>();
    running.forEach((machine, host) -> {
      if (!members.contains(machine)) {
        others.add(host);
      }
    });
    Set<MachineId> those = new TreeSet<>();
    for (MachineId machine : rule.machines().getFirst()) {
      HostId host = running.get(machine);
      if (host != null && others.contains(host)) {
        those.add(machine);
      }
    }
    return those;
  }

  /** All on the hosts when they use more than others leave of what the rule allows. */
  private Set<MachineId> beyond(Rule rule, SortedMap<MachineId, HostId> running) {
    Rule.Measure measure = rule.bound().measure();
    long taken = 0;
    for (Map.Entry<HostId, List<Resources>> host : others().entrySet()) {
      boolean counts = rule.hosts().getFirst().contains(host.getKey());
      taken += counts ? host.getValue().stream().mapToLong(measure::of).sum() : 0;
    }
    long used = 0;
    Set<MachineId> those = new TreeSet<>();
    for (MachineId machine : running.keySet()) {
      MachineSlot slot = problem.machines().get(machine);
      if (slot != null && rule.hosts().getFirst().contains(running.get(machine))) {
        used += measure.of(slot.demand());
        those.add(machine);
      }
    }
    return used > Math.max(0, rule.bound().most() - taken) ? those : Collections.emptySortedSet();
  }

  private Set<MachineId> tooMany(Rule rule, SortedMap<MachineId, HostId> running) {
    Set<HostId> busy = new HashSet<>(others().keySet());
    Set<MachineId> those = new TreeSet<>();
    running.forEach((machine, host) -> {
      if (rule.hosts().getFirst().contains(host) && !busy.contains(host)) {
        those.add(machine);
      }
    });
    long free = rule.bound().most();
    for (HostId host : busy) {
      free -= rule.hosts().getFirst().contains(host) ? 1 : 0;
    }
    long used = those.stream().map(machine -> running.get(machine)).distinct().count();
    return used > Math.max(0, free) ? those : Collections.emptySortedSet();
  }

  /** What those use whom nobody can move, by host. */
  private SortedMap<HostId, List<Resources>> others() {
    SortedMap<HostId, List<Resources>> others = new TreeMap<>();
    for (Problem.Bystander each : problem.bystanders()) {
      others.computeIfAbsent(each.on(), _ -> new ArrayList<>()).add(each.demand());
    }
    problem
        .machines()
        .forEach((id, slot) -> {
          if (slot.now() instanceof Placement.Running(HostId on) && !movable.contains(id)) {
            others.computeIfAbsent(on, _ -> new ArrayList<>()).add(slot.demand());
          }
        });
    return others;
  }

  /** Hosts on which those that can be moved use more than the others leave. */
  SortedMap<HostId, Set<MachineId>> crowded(SortedMap<MachineId, HostId> running) {
    SortedMap<HostId, Set<MachineId>> there = new TreeMap<>();
    SortedMap<HostId, Resources> used = new TreeMap<>();
    SortedMap<HostId, Resources> fixed = new TreeMap<>();
    running.forEach((machine, host) -> {
      MachineSlot slot = problem.machines().get(machine);
      if (slot != null && movable.contains(machine)) {
        there.computeIfAbsent(host, _ -> new TreeSet<>()).add(machine);
        used.merge(host, slot.demand(), Resources::plus);
      } else if (slot != null) {
        fixed.merge(host, slot.demand(), Resources::plus);
      }
    });
    there
        .keySet()
        .removeIf(host -> {
          Problem.HostSlot slot = problem.hosts().get(host);
          Resources free =
              slot == null
                  ? Resources.NONE
                  : slot.capacity().minus(fixed.getOrDefault(host, Resources.NONE));
          return slot == null || used.getOrDefault(host, Resources.NONE).fitsIn(positive(free));
        });
    return there;
  }

  private static Resources positive(Resources free) {
    return new Resources(
        Math.max(0, free.cores()), Math.max(0, free.memoryMiB()), Math.max(0, free.diskMiB()));
  }

  /** What a plan breaks on its way. */
  List<String> onTheWay(Plan plan, List<BitSet> before) {
    return problem.rules().isEmpty()
        ? List.of()
        : new RulesOnTheWay(problem, movable, plan, before).check();
  }

  /** The part of a rule's hosts; each host is one of its own where the rule has none. */
  static String territory(Rule rule, HostId host) {
    return rule.hosts().isEmpty() ? host.value() : part(rule, host);
  }
}
