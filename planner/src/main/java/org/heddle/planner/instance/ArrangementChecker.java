package org.heddle.planner.instance;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.BitSet;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.heddle.planner.instance.Constraint.Among;
import org.heddle.planner.instance.Constraint.Ban;
import org.heddle.planner.instance.Constraint.Deadline;
import org.heddle.planner.instance.Constraint.Fence;
import org.heddle.planner.instance.Constraint.Gather;
import org.heddle.planner.instance.Constraint.InState;
import org.heddle.planner.instance.Constraint.Lonely;
import org.heddle.planner.instance.Constraint.MaxOnline;
import org.heddle.planner.instance.Constraint.NoDelay;
import org.heddle.planner.instance.Constraint.NoIdle;
import org.heddle.planner.instance.Constraint.Offline;
import org.heddle.planner.instance.Constraint.Online;
import org.heddle.planner.instance.Constraint.Overbook;
import org.heddle.planner.instance.Constraint.Precedence;
import org.heddle.planner.instance.Constraint.Preserve;
import org.heddle.planner.instance.Constraint.Quarantine;
import org.heddle.planner.instance.Constraint.ResourceCapacity;
import org.heddle.planner.instance.Constraint.Root;
import org.heddle.planner.instance.Constraint.RunningCapacity;
import org.heddle.planner.instance.Constraint.Sequence;
import org.heddle.planner.instance.Constraint.Serialize;
import org.heddle.planner.instance.Constraint.Split;
import org.heddle.planner.instance.Constraint.SplitAmong;
import org.heddle.planner.instance.Constraint.Spread;
import org.heddle.planner.instance.Constraint.Synchronize;

/** Says what a final placement breaks, in time linear in the instance and its constraints. */
final class ArrangementChecker {
  private final Instance instance;
  private final Arrangement end;
  private final Names names;
  private final List<Violation> violations = new ArrayList<>();

  /** Running machines by host. */
  private final ByKey byHost;

  ArrangementChecker(Instance instance, Arrangement end) {
    this.instance = instance;
    this.end = end;
    this.names = new Names(instance);
    this.byHost =
        new ByKey(
            instance.hosts(),
            Math.min(instance.machines(), end.machines()),
            m -> runs(m) && end.host(m) < instance.hosts() ? Math.max(-1, end.host(m)) : -1);
  }

  List<Violation> check() {
    if (end.machines() != instance.machines() || end.hosts() != instance.hosts()) {
      return List.of(
          new Violation(
              "placement", "is of another instance: it has other numbers of machines or hosts"));
    }
    for (int m = 0; m < instance.machines(); m++) {
      place(m);
    }
    if (violations.isEmpty()) {
      hosts();
      capacities();
      instance.constraints().forEach(this::constraint);
    }
    return List.copyOf(violations);
  }

  private void found(String rule, String words) {
    violations.add(new Violation(rule, words));
  }

  private void found(Constraint constraint, String words) {
    found(names.text().brief(constraint), words);
  }

  private boolean runs(int machine) {
    return instance.wanted(machine) == MachineState.RUNNING;
  }

  private void place(int m) {
    int host = end.host(m);
    boolean has =
        switch (instance.wanted(m)) {
          case RUNNING, SLEEPING -> true;
          case READY, KILLED -> false;
        };
    if (host < -1 || host >= instance.hosts()) {
      found("placement", names.machine(m) + " is on host number " + host + ", which is not there");
    } else if (has && host < 0) {
      found("placement", names.machine(m) + " has no host");
    } else if (!has && host >= 0) {
      found(
          "placement",
          names.machine(m) + " is " + Names.word(instance.wanted(m)) + " and has a host");
    } else if (has && !end.online(host)) {
      found("online", names.machine(m) + " is on " + names.host(host) + ", which is off line");
    } else if (sleepsOn(m) && host != instance.host(m)) {
      found("placement", names.machine(m) + " sleeps, and its saved state changes hosts");
    }
  }

  private boolean sleepsOn(int m) {
    return instance.state(m) == MachineState.SLEEPING
        && instance.wanted(m) == MachineState.SLEEPING;
  }

  private void hosts() {
    for (int h = 0; h < instance.hosts(); h++) {
      HostWish wish = instance.hostWish(h);
      if (wish == HostWish.ONLINE && !end.online(h)) {
        found("online", names.host(h) + " is off line in the end");
      } else if (wish == HostWish.OFFLINE && end.online(h)) {
        found("offline", names.host(h) + " is on line in the end");
      }
    }
  }

  private void capacities() {
    long[] use = new long[instance.hosts()];
    for (int r = 0; r < instance.resources(); r++) {
      Arrays.fill(use, 0);
      for (int m = 0; m < instance.machines(); m++) {
        if (runs(m)) {
          use[end.host(m)] += instance.next(m, r);
        }
      }
      for (int h = 0; h < use.length; h++) {
        if (use[h] > instance.usable(h, r)) {
          found("capacity", names.over(h, r, use[h]));
        }
      }
    }
  }

  private void constraint(Constraint constraint) {
    switch (constraint) {
      case Spread c -> spread(c);
      case Gather c -> gather(c);
      case Among c -> among(c);
      case SplitAmong c -> splitAmong(c);
      case Split c -> split(c);
      case Fence c -> fence(c);
      case Ban c -> ban(c);
      case Root c -> root(c);
      case Lonely c -> lonely(c);
      case Quarantine c -> quarantine(c);
      case RunningCapacity c -> runningCapacity(c);
      case ResourceCapacity c -> resourceCapacity(c);
      case MaxOnline c -> maxOnline(c);
      case NoIdle c -> noIdle(c);
      case Overbook _, Online _, Offline _, Preserve _, InState _ -> {
        // They are in the instance's columns, which are checked above.
      }
      case Sequence _, Precedence _, Serialize _, Synchronize _, Deadline _, NoDelay _ -> {
        // They speak of the way, not of the end.
      }
    }
  }

  private void spread(Spread c) {
    Map<Integer, Integer> first = new HashMap<>();
    for (int i = 0; i < c.machines().size(); i++) {
      int m = c.machines().at(i);
      if (runs(m)) {
        Integer other = first.putIfAbsent(end.host(m), m);
        if (other != null && other != m) {
          found(c, names.both(other, m, end.host(m)));
        }
      }
    }
  }

  private void gather(Gather c) {
    int first = -1;
    for (int i = 0; i < c.machines().size(); i++) {
      int m = c.machines().at(i);
      if (runs(m) && first < 0) {
        first = m;
      } else if (runs(m) && end.host(m) != end.host(first)) {
        found(c, names.on(first, end.host(first)) + " and " + names.on(m, end.host(m)));
        return;
      }
    }
  }

  /** The part that holds the host, or -1. */
  static int partOf(List<BitSet> parts, int host) {
    for (int p = 0; p < parts.size(); p++) {
      if (parts.get(p).get(host)) {
        return p;
      }
    }
    return -1;
  }

  static List<BitSet> sets(List<Indices> parts) {
    return parts.stream().map(ArrangementChecker::set).toList();
  }

  static BitSet set(Indices indices) {
    BitSet set = new BitSet();
    indices.stream().forEach(set::set);
    return set;
  }

  private void among(Among c) {
    within(c, c.machines(), sets(c.parts()));
  }

  /** The part in which all running ones are; -1 when none runs, -2 when that was a violation. */
  private int within(Constraint c, Indices machines, List<BitSet> parts) {
    int part = -1;
    for (int i = 0; i < machines.size(); i++) {
      int m = machines.at(i);
      if (runs(m)) {
        int its = partOf(parts, end.host(m));
        if (its < 0 || (part >= 0 && its != part)) {
          found(
              c,
              names.on(m, end.host(m))
                  + (its < 0 ? ", in none of the parts" : ", in another part than the others"));
          return -2;
        }
        part = its;
      }
    }
    return part;
  }

  private void splitAmong(SplitAmong c) {
    List<BitSet> parts = sets(c.parts());
    boolean[] taken = new boolean[parts.size()];
    for (Indices group : c.groups()) {
      int part = within(c, group, parts);
      if (part >= 0) {
        if (taken[part]) {
          found(c, "two groups are in part " + (part + 1));
        }
        taken[part] = true;
      }
    }
  }

  private void split(Split c) {
    Map<Integer, Integer> groupOn = new HashMap<>();
    for (int g = 0; g < c.groups().size(); g++) {
      Indices group = c.groups().get(g);
      for (int i = 0; i < group.size(); i++) {
        int m = group.at(i);
        if (runs(m)) {
          Integer other = groupOn.putIfAbsent(end.host(m), g);
          if (other != null && other != g) {
            found(c, names.on(m, end.host(m)) + ", with a machine of another group");
          }
        }
      }
    }
  }

  private void fence(Fence c) {
    BitSet allowed = set(c.hosts());
    c.machines().stream()
        .filter(m -> runs(m) && !allowed.get(end.host(m)))
        .forEach(m -> found(c, names.on(m, end.host(m))));
  }

  private void ban(Ban c) {
    BitSet banned = set(c.hosts());
    c.machines().stream()
        .filter(m -> runs(m) && banned.get(end.host(m)))
        .forEach(m -> found(c, names.on(m, end.host(m))));
  }

  private boolean keepsRunning(int m) {
    return instance.state(m) == MachineState.RUNNING && runs(m);
  }

  private void root(Root c) {
    c.machines().stream()
        .filter(m -> keepsRunning(m) && end.host(m) != instance.host(m))
        .forEach(m -> found(c, names.machine(m) + " moves to " + names.host(end.host(m))));
  }

  private void lonely(Lonely c) {
    BitSet members = set(c.machines());
    BitSet hosts = new BitSet();
    c.machines().stream().filter(this::runs).forEach(m -> hosts.set(end.host(m)));
    hosts.stream()
        .forEach(h ->
            byHost.forEach(
                h,
                m -> {
                  if (!members.get(m)) {
                    found(c, names.on(m, h) + " too");
                  }
                }));
  }

  private void quarantine(Quarantine c) {
    BitSet closed = set(c.hosts());
    for (int m = 0; m < instance.machines(); m++) {
      int before = instance.state(m) == MachineState.RUNNING ? instance.host(m) : -1;
      int after = runs(m) ? end.host(m) : -1;
      if (after >= 0 && after != before && closed.get(after)) {
        found(c, names.machine(m) + " comes to " + names.host(after));
      } else if (after >= 0 && before >= 0 && after != before && closed.get(before)) {
        found(c, names.machine(m) + " leaves " + names.host(before));
      }
    }
  }

  private void runningCapacity(RunningCapacity c) {
    long running = c.hosts().stream().distinct().mapToLong(byHost::size).sum();
    if (running > c.amount()) {
      found(c, running + " machines run there");
    }
  }

  private void resourceCapacity(ResourceCapacity c) {
    long[] use = {0};
    c.hosts().stream()
        .distinct()
        .forEach(h -> byHost.forEach(h, m -> use[0] += instance.next(m, c.resource())));
    if (use[0] > c.amount()) {
      found(c, use[0] + " are used there");
    }
  }

  private void maxOnline(MaxOnline c) {
    long online = c.hosts().stream().distinct().filter(end::online).count();
    if (online > c.amount()) {
      found(c, online + " are on line");
    }
  }

  private void noIdle(NoIdle c) {
    c.hosts().stream()
        .filter(h -> end.online(h) && byHost.size(h) == 0)
        .forEach(h -> found(c, names.host(h) + " is on line and runs nothing"));
  }
}
