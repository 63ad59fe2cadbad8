package org.heddle.planner.order;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.heddle.planner.instance.Constraint;
import org.heddle.planner.instance.Constraint.Lonely;
import org.heddle.planner.instance.Constraint.Split;
import org.heddle.planner.instance.Constraint.Spread;
import org.heddle.planner.instance.Indices;
import org.heddle.planner.instance.Instance;
import org.heddle.planner.instance.MachineState;
import org.jspecify.annotations.Nullable;

/**
 * Who may not run beside whom during the plan: continuous spread, split and lonely. Each rule gives
 * its machines a colour; on one host there may be one colour, and of a spread's one machine.
 * Machines that move count on both hosts.
 */
final class Neighbours {
  /**
   * A rule.
   *
   * @param single whether one machine of a colour is the most
   */
  private record Rule(int colours, boolean single) {}

  /** What a rule sees on a host. */
  private static final class Presence {
    private final int[] count;

    /** Tasks by which machines left, which those who come wait for. */
    private final Accounts.Givers left = new Accounts.Givers();

    Presence(int colours) {
      count = new int[colours];
    }
  }

  private record Membership(int rule, int colour) {}

  private final Instance instance;
  private final List<Rule> rules = new ArrayList<>();
  private final Map<Integer, List<Membership>> memberships = new HashMap<>();
  private final Map<Long, Presence> presences = new HashMap<>();

  /**
   * @param enters by machine: whether it comes to a host in this plan; rules of which no machine
   *     does are passed over
   */
  Neighbours(Instance instance, boolean[] enters) {
    this.instance = instance;
    for (Constraint constraint : instance.constraints()) {
      switch (constraint) {
        case Spread(var machines, boolean continuous) -> {
          if (continuous && anyEnters(machines, enters)) {
            add(1, true, machines.toArray(), new int[machines.size()]);
          }
        }
        case Split(var groups, boolean continuous) -> {
          if (continuous && groups.stream().anyMatch(group -> anyEnters(group, enters))) {
            addSplit(groups);
          }
        }
        case Lonely(var machines, boolean continuous) -> {
          if (continuous) {
            addLonely(machines);
          }
        }
        case Constraint _ -> {}
      }
    }
  }

  private static boolean anyEnters(Indices machines, boolean[] enters) {
    for (int i = 0; i < machines.size(); i++) {
      if (enters[machines.at(i)]) {
        return true;
      }
    }
    return false;
  }

  private void addSplit(List<Indices> groups) {
    int[] members = groups.stream().flatMapToInt(Indices::stream).toArray();
    int[] colour = new int[members.length];
    int at = 0;
    for (int g = 0; g < groups.size(); g++) {
      Arrays.fill(colour, at, at + groups.get(g).size(), g);
      at += groups.get(g).size();
    }
    add(groups.size(), false, members, colour);
  }

  private void addLonely(Indices lonely) {
    int[] members = new int[instance.machines()];
    int[] colour = new int[instance.machines()];
    Arrays.setAll(members, machine -> machine);
    Arrays.fill(colour, 1);
    lonely.stream().forEach(machine -> colour[machine] = 0);
    add(2, false, members, colour);
  }

  private void add(int colours, boolean single, int[] members, int[] colour) {
    int index = rules.size();
    rules.add(new Rule(colours, single));
    for (int i = 0; i < members.length; i++) {
      int machine = members[i];
      memberships
          .computeIfAbsent(machine, _ -> new ArrayList<>(1))
          .add(new Membership(index, colour[i]));
      if (instance.state(machine) == MachineState.RUNNING) {
        presence(index, instance.host(machine)).count[colour[i]]++;
      }
    }
  }

  private Presence presence(int rule, int host) {
    return presences.computeIfAbsent(key(rule, host), _ -> new Presence(rules.get(rule).colours()));
  }

  private long key(int rule, int host) {
    return (long) rule * instance.hosts() + host;
  }

  boolean mayEnter(int machine, int host) {
    if (rules.isEmpty()) {
      return true;
    }
    for (Membership membership : memberships.getOrDefault(machine, List.of())) {
      Presence presence = presences.get(key(membership.rule(), host));
      if (presence != null && hinders(presence, membership)) {
        return false;
      }
    }
    return true;
  }

  private boolean hinders(Presence presence, Membership membership) {
    if (rules.get(membership.rule()).single()) {
      return presence.count[0] > 0;
    }
    for (int colour = 0; colour < presence.count.length; colour++) {
      if (colour != membership.colour() && presence.count[colour] > 0) {
        return true;
      }
    }
    return false;
  }

  void enter(int machine, int host) {
    if (rules.isEmpty()) {
      return;
    }
    for (Membership membership : memberships.getOrDefault(machine, List.of())) {
      presence(membership.rule(), host).count[membership.colour()]++;
    }
  }

  /** Adds those who left before, for a machine that enters. */
  void waits(int machine, int host, Accounts.Givers waits) {
    if (rules.isEmpty()) {
      return;
    }
    for (Membership membership : memberships.getOrDefault(machine, List.of())) {
      waits.addAll(presence(membership.rule(), host).left);
    }
  }

  /**
   * @param giver position of the task by which it left, -1 when it was never quite there
   */
  void leave(int machine, int host, int giver) {
    if (rules.isEmpty()) {
      return;
    }
    for (Membership membership : memberships.getOrDefault(machine, List.of())) {
      @Nullable Presence presence = presences.get(key(membership.rule(), host));
      if (presence != null) {
        presence.count[membership.colour()]--;
        if (giver >= 0) {
          presence.left.add(giver);
        }
      }
    }
  }
}
