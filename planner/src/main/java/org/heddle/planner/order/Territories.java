package org.heddle.planner.order;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.heddle.planner.instance.Constraint;
import org.heddle.planner.instance.Constraint.Among;
import org.heddle.planner.instance.Constraint.Gather;
import org.heddle.planner.instance.Constraint.SplitAmong;
import org.heddle.planner.instance.Indices;
import org.heddle.planner.instance.Instance;
import org.heddle.planner.instance.MachineState;
import org.jspecify.annotations.Nullable;

/**
 * Continuous among, splitAmong and gather (each host a part of its own): a group comes to a part of
 * the hosts only while all of it that runs is there, and no other group of its rule. A rule that
 * the origin breaks may be mended one by one.
 */
final class Territories {
  private static final int OUTSIDE = -1;

  /** A group of a rule, and how many of its machines run in which part. */
  private static final class Group {
    private final int rule;
    private final Map<Integer, Integer> count = new HashMap<>();

    /** By machine: on how many hosts it is, which are two while it moves. */
    private final Map<Integer, Integer> present = new HashMap<>();

    private final Accounts.Givers left = new Accounts.Givers();

    Group(int rule) {
      this.rule = rule;
    }

    private boolean elsewhere(int part) {
      return count.size() > (count.containsKey(part) ? 1 : 0);
    }

    private boolean torn() {
      return count.size() > 1 || count.containsKey(OUTSIDE);
    }

    private void change(int machine, int part, int by) {
      count.merge(part, by, Group::sum);
      present.merge(machine, by, Group::sum);
    }

    private static @Nullable Integer sum(Integer before, Integer more) {
      return before + more == 0 ? null : before + more;
    }

    private boolean alone(int machine) {
      return present.size() == 1 && present.containsKey(machine);
    }

    private boolean onItsWay() {
      return present.size() == 1 && count.size() > 1;
    }
  }

  private final Instance instance;

  /** By rule, by host: its part, or {@link #OUTSIDE}. */
  private final List<int[]> partOf = new ArrayList<>();

  /** By rule: whether a machine that runs alone is a group that is together, wherever it goes. */
  private final List<Boolean> mayMoveAlone = new ArrayList<>();

  private final List<Group> groups = new ArrayList<>();
  private final List<List<Group>> groupsOfRule = new ArrayList<>();
  private final Map<Integer, List<Group>> groupsOfMachine = new HashMap<>();
  private final Map<List<Indices>, int[]> known = new HashMap<>();

  /**
   * @param enters by machine: whether it comes to a host in this plan
   */
  Territories(Instance instance, boolean[] enters) {
    this.instance = instance;
    for (Constraint constraint : instance.constraints()) {
      switch (constraint) {
        case Among(var machines, var parts, boolean continuous) -> {
          if (continuous && anyEnters(List.of(machines), enters)) {
            add(List.of(machines), known.computeIfAbsent(parts, this::territory), false);
          }
        }
        case SplitAmong(var all, var parts, boolean continuous) -> {
          if (continuous && anyEnters(all, enters)) {
            add(all, known.computeIfAbsent(parts, this::territory), false);
          }
        }
        case Gather(var machines, boolean continuous) -> {
          if (continuous && anyEnters(List.of(machines), enters)) {
            int[] each = new int[instance.hosts()];
            Arrays.setAll(each, host -> host);
            add(List.of(machines), each, true);
          }
        }
        case Constraint _ -> {}
      }
    }
  }

  private static boolean anyEnters(List<Indices> groups, boolean[] enters) {
    for (Indices group : groups) {
      for (int i = 0; i < group.size(); i++) {
        if (enters[group.at(i)]) {
          return true;
        }
      }
    }
    return false;
  }

  private void add(List<Indices> all, int[] territory, boolean alone) {
    int rule = partOf.size();
    partOf.add(territory);
    mayMoveAlone.add(alone);
    List<Group> ofRule = new ArrayList<>();
    for (Indices machines : all) {
      Group group = new Group(rule);
      groups.add(group);
      ofRule.add(group);
      for (int i = 0; i < machines.size(); i++) {
        int machine = machines.at(i);
        groupsOfMachine.computeIfAbsent(machine, _ -> new ArrayList<>(1)).add(group);
        if (instance.state(machine) == MachineState.RUNNING) {
          group.change(machine, part(group, instance.host(machine)), 1);
        }
      }
    }
    groupsOfRule.add(ofRule);
  }

  private int[] territory(List<Indices> parts) {
    int[] of = new int[instance.hosts()];
    Arrays.fill(of, OUTSIDE);
    for (int p = 0; p < parts.size(); p++) {
      for (int i = 0; i < parts.get(p).size(); i++) {
        of[parts.get(p).at(i)] = p;
      }
    }
    return of;
  }

  private int part(Group group, int host) {
    return partOf.get(group.rule)[host];
  }

  /**
   * @param home whether the host is where the machine shall be in the end
   */
  boolean mayEnter(int machine, int host, boolean home) {
    for (Group group : groupsOfMachine.getOrDefault(machine, List.of())) {
      int part = part(group, host);
      boolean apart = group.elsewhere(part) || taken(group, part);
      if (part == OUTSIDE || (apart && !mends(group, machine, home))) {
        return false;
      }
    }
    return true;
  }

  /** Whether the machine may be in another part than its group is, or with another group. */
  private boolean mends(Group group, int machine, boolean home) {
    if (mayMoveAlone.get(group.rule)) {
      if (group.alone(machine)) {
        return true;
      }
      if (group.onItsWay()) {
        return false;
      }
    }
    return home && groupsOfRule.get(group.rule).stream().anyMatch(this::broken);
  }

  private boolean broken(Group group) {
    return group.torn() || group.count.keySet().stream().anyMatch(part -> taken(group, part));
  }

  private boolean taken(Group group, int part) {
    for (Group other : groupsOfRule.get(group.rule)) {
      if (other != group && other.count.containsKey(part)) {
        return true;
      }
    }
    return false;
  }

  boolean binds(int machine) {
    return groupsOfMachine.containsKey(machine);
  }

  void enter(int machine, int host) {
    for (Group group : groupsOfMachine.getOrDefault(machine, List.of())) {
      group.change(machine, part(group, host), 1);
    }
  }

  /** Adds those of the machine's rules that left a part before. */
  void waits(int machine, Accounts.Givers waits) {
    for (Group group : groupsOfMachine.getOrDefault(machine, List.of())) {
      for (Group other : groupsOfRule.get(group.rule)) {
        waits.addAll(other.left);
      }
    }
  }

  /**
   * @param giver position of the task by which it left, -1 when it was never quite there
   */
  void leave(int machine, int host, int giver) {
    for (Group group : groupsOfMachine.getOrDefault(machine, List.of())) {
      int part = part(group, host);
      group.change(machine, part, -1);
      if (giver >= 0 && !group.count.containsKey(part)) {
        group.left.add(giver);
      }
    }
  }
}
