package org.heddle.planner;

import java.util.ArrayList;
import java.util.BitSet;
import java.util.Collections;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.stream.Collectors;
import org.heddle.model.Action;
import org.heddle.model.HostId;
import org.heddle.model.MachineId;
import org.heddle.model.Placement;
import org.heddle.model.Plan;
import org.heddle.planner.Problem.Company;
import org.jspecify.annotations.Nullable;

/**
 * Checks that no order in which the dependencies allow actions to start and end breaks a rule. A
 * machine is on a host from the start of the step that brings it until the end of the one that
 * takes it away. Two that were together already may stay so: the end is checked elsewhere.
 */
final class RulesOnTheWay {
  private static final int ORIGIN = -1;
  private static final int STAYS = Integer.MAX_VALUE;

  private final Problem problem;
  private final Set<MachineId> movable;
  private final Plan plan;
  private final List<BitSet> before;
  private final List<String> violations = new ArrayList<>();
  private final Map<MachineId, List<Presence>> presences = new LinkedHashMap<>();
  private final Map<HostId, List<Presence>> onHost = new LinkedHashMap<>();

  /**
   * @param from the step that brings it, or {@link #ORIGIN}
   * @param until the step that takes it away, or {@link #STAYS}
   */
  private record Presence(MachineId machine, HostId host, int from, int until) {}

  /**
   * @param movable machines that somebody can move
   * @param before for each step all steps that have ended when it starts
   */
  RulesOnTheWay(Problem problem, Set<MachineId> movable, Plan plan, List<BitSet> before) {
    this.problem = problem;
    this.movable = movable;
    this.plan = plan;
    this.before = before;
  }

  List<String> check() {
    collect();
    for (Rule rule : problem.rules()) {
      switch (rule.form()) {
        case SPREAD, SPLIT -> neighbours(rule);
        case LONELY -> lonely(rule);
        case FENCE -> entries(rule, false);
        case BAN -> entries(rule, true);
        case ROOT -> rooted(rule);
        case QUARANTINE -> quarantined(rule);
        case CAPACITY -> violations.addAll(new RoomCheck(problem, plan, before).beyond(rule));
        case HOSTS_USED -> {
          // of the end alone
        }
        case SEQUENCE, PRECEDENCE, SERIALIZE ->
            violations.addAll(new OrderOnTheWay(rule, plan, before).check());
        case GATHER, AMONG, SPLIT_AMONG -> {
          if (rule.always()) {
            territories(rule);
          }
        }
      }
    }
    return violations;
  }

  private void collect() {
    Map<MachineId, Presence> open = new LinkedHashMap<>();
    problem
        .machines()
        .forEach((id, slot) -> {
          if (slot.now() instanceof Placement.Running(HostId on)) {
            open.put(id, new Presence(id, on, ORIGIN, STAYS));
          }
        });
    for (Plan.Step step : plan.steps()) {
      MachineId machine = step.action().machine();
      Presence left = open.get(machine);
      switch (step.action()) {
        case Action.Boot boot -> open.put(machine, at(machine, boot.on(), step));
        case Action.Resume resume -> open.put(machine, at(machine, resume.to(), step));
        case Action.Migrate migrate -> {
          close(left, step);
          open.put(machine, at(machine, migrate.to(), step));
        }
        case Action.Suspend _, Action.Shutdown _ -> {
          close(left, step);
          open.remove(machine);
        }
      }
    }
    open.values().forEach(this::add);
    for (Problem.Bystander each : problem.bystanders()) {
      add(new Presence(each.machine(), each.on(), ORIGIN, STAYS));
    }
  }

  private static Presence at(MachineId machine, HostId host, Plan.Step step) {
    return new Presence(machine, host, step.id(), STAYS);
  }

  private void close(@Nullable Presence presence, Plan.Step step) {
    if (presence != null) {
      add(new Presence(presence.machine(), presence.host(), presence.from(), step.id()));
    }
  }

  private void add(Presence presence) {
    presences.computeIfAbsent(presence.machine(), _ -> new ArrayList<>(2)).add(presence);
    onHost.computeIfAbsent(presence.host(), _ -> new ArrayList<>()).add(presence);
  }

  private List<Presence> of(MachineId machine) {
    return presences.getOrDefault(machine, List.of());
  }

  /** Whether both may be there at one moment, and it is the plan that makes it so. */
  private boolean meet(Presence one, Presence other) {
    boolean both = one.from() == ORIGIN && other.from() == ORIGIN;
    return !both && !gone(one, other) && !gone(other, one);
  }

  private boolean gone(Presence earlier, Presence later) {
    return earlier.until() != STAYS
        && later.from() != ORIGIN
        && before.get(later.from()).get(earlier.until());
  }

  private void found(Rule rule, Presence one, Presence other) {
    Presence later = one.from() > other.from() ? one : other;
    Presence there = one.from() > other.from() ? other : one;
    violations.add(
        RoomCheck.name(plan.steps().get(later.from()))
            + ": "
            + there.machine()
            + " may then be on "
            + there.host()
            + ", against "
            + rule.words());
  }

  private void neighbours(Rule rule) {
    Map<MachineId, Integer> group = new HashMap<>();
    for (int g = 0; g < rule.machines().size(); g++) {
      for (MachineId machine : rule.machines().get(g)) {
        group.put(machine, rule.form() == Rule.Form.SPLIT ? g : group.size());
      }
    }
    Set<HostId> seen = new HashSet<>();
    group.keySet().stream()
        .sorted()
        .flatMap(machine -> of(machine).stream())
        .map(Presence::host)
        .filter(seen::add)
        .forEach(host -> {
          List<Presence> members =
              onHost.getOrDefault(host, List.of()).stream()
                  .filter(each -> group.containsKey(each.machine()))
                  .toList();
          pairs(rule, members, group);
        });
  }

  private void pairs(Rule rule, List<Presence> members, Map<MachineId, Integer> group) {
    for (int i = 0; i < members.size(); i++) {
      for (int j = i + 1; j < members.size(); j++) {
        Presence one = members.get(i);
        Presence other = members.get(j);
        boolean apart = !Objects.equals(group.get(one.machine()), group.get(other.machine()));
        if (apart && meet(one, other)) {
          found(rule, one, other);
        }
      }
    }
  }

  private void lonely(Rule rule) {
    Set<MachineId> members = new HashSet<>(rule.machines().getFirst());
    for (MachineId machine : rule.machines().getFirst()) {
      for (Presence own : of(machine)) {
        for (Presence other : onHost.getOrDefault(own.host(), List.of())) {
          if (!members.contains(other.machine()) && meet(own, other)) {
            found(rule, own, other);
          }
        }
        Problem.HostSlot slot = problem.hosts().get(own.host());
        boolean comes = own.from() != ORIGIN && movable.contains(machine);
        if (comes && slot != null && slot.company() != Company.NONE) {
          violations.add(
              RoomCheck.name(plan.steps().get(own.from()))
                  + ": others are on "
                  + own.host()
                  + ", against "
                  + rule.words());
        }
      }
    }
  }

  private void entries(Rule rule, boolean forbidden) {
    for (MachineId machine : rule.machines().getFirst()) {
      for (Presence each : of(machine)) {
        boolean named = rule.hosts().getFirst().contains(each.host());
        if (each.from() != ORIGIN && named == forbidden) {
          violations.add(
              RoomCheck.name(plan.steps().get(each.from()))
                  + ": it may not be on "
                  + each.host()
                  + ", because of "
                  + rule.words());
        }
      }
    }
  }

  private void quarantined(Rule rule) {
    for (Plan.Step step : plan.steps()) {
      List<HostId> hosts =
          switch (step.action()) {
            case Action.Boot boot -> List.of(boot.on());
            case Action.Resume resume -> List.of(resume.to());
            case Action.Migrate migrate -> List.of(migrate.from(), migrate.to());
            case Action.Suspend _, Action.Shutdown _ -> List.of();
          };
      if (!Collections.disjoint(hosts, rule.hosts().getFirst())) {
        violations.add(
            RoomCheck.name(step) + ": nothing may come or go, because of " + rule.words());
      }
    }
  }

  private void rooted(Rule rule) {
    Set<MachineId> members = new HashSet<>(rule.machines().getFirst());
    for (Plan.Step step : plan.steps()) {
      if (step.action() instanceof Action.Migrate && members.contains(step.action().machine())) {
        violations.add(RoomCheck.name(step) + ": it may not move, because of " + rule.words());
      }
    }
  }

  /** What is kept now stays so at every moment; what is broken is being mended until the end. */
  private void territories(Rule rule) {
    List<List<Presence>> groups = new ArrayList<>();
    Set<String> taken = new HashSet<>();
    for (List<MachineId> machines : rule.machines()) {
      List<Presence> all = machines.stream().flatMap(each -> of(each).stream()).toList();
      groups.add(all);
      Set<String> parts = partsNow(rule, all);
      boolean kept =
          parts.size() <= 1
              && !parts.contains(RuleCheck.NO_PART)
              && parts.stream().allMatch(taken::add);
      if (!kept) {
        return;
      }
    }
    for (int g = 0; g < groups.size(); g++) {
      within(rule, groups.get(g));
      for (int other = g + 1; other < groups.size(); other++) {
        apart(rule, groups.get(g), groups.get(other));
      }
    }
  }

  private static Set<String> partsNow(Rule rule, List<Presence> group) {
    return group.stream()
        .filter(each -> each.from() == ORIGIN)
        .map(each -> territory(rule, each))
        .collect(Collectors.toCollection(HashSet::new));
  }

  /** A machine that moves alone does not part with itself. */
  private void within(Rule rule, List<Presence> all) {
    for (int i = 0; i < all.size(); i++) {
      for (int j = i + 1; j < all.size(); j++) {
        boolean same = territory(rule, all.get(i)).equals(territory(rule, all.get(j)));
        boolean itself = all.get(i).machine().equals(all.get(j).machine());
        if (!same && !itself && meet(all.get(i), all.get(j))) {
          found(rule, all.get(i), all.get(j));
        }
      }
    }
  }

  private void apart(Rule rule, List<Presence> group, List<Presence> other) {
    for (Presence one : group) {
      for (Presence two : other) {
        String part = territory(rule, one);
        boolean same = !part.equals(RuleCheck.NO_PART) && part.equals(territory(rule, two));
        if (same && meet(one, two)) {
          found(rule, one, two);
        }
      }
    }
  }

  private static String territory(Rule rule, Presence presence) {
    return RuleCheck.territory(rule, presence.host());
  }
}
