package org.heddle.planner;

import java.util.ArrayList;
import java.util.List;
import java.util.SortedSet;
import java.util.TreeSet;
import java.util.function.IntPredicate;
import org.heddle.model.MachineId;

/**
 * What a rule means for the machines that are decided about, where others of it are that nobody
 * decides about now: hosts to which they may not come. Who is there already may stay, since it is
 * mended when the others are at rest.
 */
final class Surroundings {
  private final Floor floor;
  private final Rule rule;

  /** For each group of the rule, where machines of it are. */
  private final List<SortedSet<Integer>> taken = new ArrayList<>();

  Surroundings(Floor floor, Rule rule) {
    this.floor = floor;
    this.rule = rule;
    for (List<MachineId> group : rule.machines()) {
      SortedSet<Integer> hosts = new TreeSet<>();
      for (Floor.Other other : floor.others()) {
        if (group.contains(other.machine())) {
          hosts.add(other.host());
        }
      }
      taken.add(hosts);
    }
  }

  /** Hosts to which the rule lets none of the group come. */
  SortedSet<Integer> shut(int group) {
    if (taken.stream().allMatch(each -> each.isEmpty())) {
      return new TreeSet<>();
    }
    SortedSet<Integer> own = taken.get(group);
    return switch (rule.form()) {
      case SPREAD -> own;
      case SPLIT -> hosts(h -> ofOthers(group).contains(h));
      case GATHER -> own.isEmpty() ? own : hosts(h -> !own.contains(h));
      case AMONG, SPLIT_AMONG -> {
        SortedSet<String> mine = parts(own);
        SortedSet<String> theirs = parts(ofOthers(group));
        yield hosts(h -> theirs.contains(part(h)) || !(mine.isEmpty() || mine.contains(part(h))));
      }
      case FENCE,
          BAN,
          ROOT,
          LONELY,
          QUARANTINE,
          CAPACITY,
          HOSTS_USED,
          SEQUENCE,
          PRECEDENCE,
          SERIALIZE ->
          new TreeSet<>();
    };
  }

  private SortedSet<Integer> ofOthers(int group) {
    SortedSet<Integer> hosts = new TreeSet<>();
    for (int g = 0; g < taken.size(); g++) {
      if (g != group) {
        hosts.addAll(taken.get(g));
      }
    }
    return hosts;
  }

  private SortedSet<Integer> hosts(IntPredicate choice) {
    SortedSet<Integer> hosts = new TreeSet<>();
    for (int h = 0; h < floor.size(); h++) {
      if (choice.test(h)) {
        hosts.add(h);
      }
    }
    return hosts;
  }

  private SortedSet<String> parts(SortedSet<Integer> hosts) {
    SortedSet<String> parts = new TreeSet<>();
    hosts.forEach(host -> parts.add(part(host)));
    parts.remove(NO_PART);
    return parts;
  }

  private static final String NO_PART = "";

  private String part(int host) {
    for (int p = 0; p < rule.hosts().size(); p++) {
      if (rule.hosts().get(p).contains(floor.id(host))) {
        return "part " + p;
      }
    }
    return NO_PART;
  }
}
