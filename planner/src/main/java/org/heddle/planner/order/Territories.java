package org.heddle.planner.order;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.heddle.planner.instance.Constraint;
import org.heddle.planner.instance.Constraint.Among;
import org.heddle.planner.instance.Constraint.SplitAmong;
import org.heddle.planner.instance.Indices;
import org.heddle.planner.instance.Instance;
import org.heddle.planner.instance.MachineState;

/**
 * Continuous among and splitAmong: a group comes to a part of the hosts only while all of it that
 * runs is there, and no other group of its rule. A group that the origin has in several parts may
 * be mended one by one.
 */
final class Territories {
  private static final int OUTSIDE = -1;

  /** A group of a rule and where its machines run: {@code count[parts]} is outside all parts. */
  private static final class Group {
    private final int rule;
    private final int[] count;
    private final Accounts.Givers left = new Accounts.Givers();

    Group(int rule, int parts) {
      this.rule = rule;
      this.count = new int[parts + 1];
    }

    private boolean elsewhere(int part) {
      for (int p = 0; p < count.length; p++) {
        if (p != part && count[p] > 0) {
          return true;
        }
      }
      return false;
    }

    private boolean torn() {
      int used = 0;
      for (int p = 0; p < count.length - 1; p++) {
        used += count[p] > 0 ? 1 : 0;
      }
      return used > 1 || count[count.length - 1] > 0;
    }
  }

  private final Instance instance;

  /** By rule, by host: its part, or {@link #OUTSIDE}. */
  private final List<int[]> partOf = new ArrayList<>();

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
            add(List.of(machines), parts);
          }
        }
        case SplitAmong(var all, var parts, boolean continuous) -> {
          if (continuous && anyEnters(all, enters)) {
            add(all, parts);
          }
        }
        case Constraint _ -> {}
      }
    }
  }

  private static boolean anyEnters(List<Indices> groups, boolean[] enters) {
    return groups.stream().anyMatch(group -> group.stream().anyMatch(m -> enters[m]));
  }

  private void add(List<Indices> all, List<Indices> parts) {
    int rule = partOf.size();
    int[] territory = known.computeIfAbsent(parts, this::territory);
    partOf.add(territory);
    List<Group> ofRule = new ArrayList<>();
    for (Indices machines : all) {
      Group group = new Group(rule, parts.size());
      groups.add(group);
      ofRule.add(group);
      for (int i = 0; i < machines.size(); i++) {
        int machine = machines.at(i);
        groupsOfMachine.computeIfAbsent(machine, _ -> new ArrayList<>(1)).add(group);
        if (instance.state(machine) == MachineState.RUNNING) {
          group.count[slot(group, instance.host(machine))]++;
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

  private int slot(Group group, int host) {
    int part = partOf.get(group.rule)[host];
    return part == OUTSIDE ? group.count.length - 1 : part;
  }

  /**
   * @param home whether the host is where the machine shall be in the end
   */
  boolean mayEnter(int machine, int host, boolean home) {
    for (Group group : groupsOfMachine.getOrDefault(machine, List.of())) {
      int part = slot(group, host);
      if (part == group.count.length - 1 || taken(group, part)) {
        return false;
      }
      if (group.elsewhere(part) && !(home && group.torn())) {
        return false;
      }
    }
    return true;
  }

  private boolean taken(Group group, int part) {
    for (Group other : groupsOfRule.get(group.rule)) {
      if (other != group && other.count[part] > 0) {
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
      group.count[slot(group, host)]++;
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
      int part = slot(group, host);
      group.count[part]--;
      if (giver >= 0 && group.count[part] == 0) {
        group.left.add(giver);
      }
    }
  }
}
