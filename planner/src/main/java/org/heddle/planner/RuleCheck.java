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
import org.heddle.planner.Problem.MachineSlot;
import org.heddle.planner.Problem.Wish;

/**
 * Says which rules a placement breaks. Rules of machines that nobody can move are passed over.
 * Shares no code with the search.
 */
final class RuleCheck {
  private final Problem problem;
  private final List<Rule> rules;

  /** A rule and those of its machines that break it. */
  record Broken(Rule rule, Set<MachineId> machines, String words) {}

  RuleCheck(Problem problem) {
    this.problem = problem;
    Set<MachineId> wished = new HashSet<>();
    for (Wish wish : problem.wishes()) {
      if (wish.machines().stream().allMatch(this::withinReach)) {
        wished.addAll(wish.machines());
      }
    }
    this.rules =
        problem.rules().stream()
            .filter(rule -> rule.everyMachine().allMatch(wished::contains))
            .toList();
  }

  private boolean withinReach(MachineId machine) {
    MachineSlot slot = problem.machines().get(machine);
    return slot != null
        && !(slot.now() instanceof Placement.Running(HostId on)
            && !problem.hosts().containsKey(on));
  }

  List<Rule> rules() {
    return rules;
  }

  /** Machines that are against a rule where they run now. */
  Set<MachineId> misplacedNow() {
    Set<MachineId> misplaced = new TreeSet<>();
    if (!rules.isEmpty()) {
      broken(now()).forEach(each -> misplaced.addAll(each.machines()));
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
    List<Broken> broken = new ArrayList<>();
    for (Rule rule : rules) {
      Optional<Set<MachineId>> machines = against(rule, running);
      machines.ifPresent(
          those -> broken.add(new Broken(rule, those, rule.words() + " is broken by " + those)));
    }
    return broken;
  }

  private static Optional<Set<MachineId>> against(Rule rule, SortedMap<MachineId, HostId> running) {
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
          case ROOT -> Collections.emptySortedSet();
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

  /** What a plan breaks on its way. */
  List<String> onTheWay(Plan plan, List<BitSet> before) {
    return rules.isEmpty() ? List.of() : new RulesOnTheWay(problem, rules, plan, before).check();
  }

  /** The part of a rule's hosts; each host is one of its own where the rule has none. */
  static String territory(Rule rule, HostId host) {
    return rule.hosts().isEmpty() ? host.value() : part(rule, host);
  }
}
