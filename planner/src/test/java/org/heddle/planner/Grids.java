package org.heddle.planner;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.SortedMap;
import java.util.SortedSet;
import java.util.TreeMap;
import java.util.TreeSet;
import org.heddle.model.HostId;
import org.heddle.model.MachineId;
import org.heddle.model.Placement;
import org.heddle.model.Resources;
import org.heddle.model.SiteId;
import org.heddle.model.VjobId;
import org.heddle.planner.Problem.HostSlot;
import org.heddle.planner.Problem.MachineSlot;
import org.heddle.planner.Problem.Target;
import org.heddle.planner.Problem.Wish;

/** Builds problems for tests: hosts {@code host1 ..}, vjobs with machines {@code m1 ..}. */
final class Grids {
  private final SortedMap<HostId, HostSlot> hosts = new TreeMap<>();
  private final SortedMap<MachineId, MachineSlot> machines = new TreeMap<>();
  private final List<Wish> wishes = new ArrayList<>();
  private final List<Rule> rules = new ArrayList<>();

  /** A machine of {@link #vjob}. */
  record M(Resources demand, Placement now, SortedSet<HostId> banned, Optional<HostId> pinned) {
    M banned(String... hosts) {
      SortedSet<HostId> ids = new TreeSet<>();
      for (String host : hosts) {
        ids.add(new HostId(host));
      }
      return new M(demand, now, ids, pinned);
    }

    M pinned(String host) {
      return new M(demand, now, banned, Optional.of(new HostId(host)));
    }

    M cores(int cores) {
      return new M(new Resources(cores, demand.memoryMiB(), 0), now, banned, pinned);
    }
  }

  static M waiting(long memory) {
    return machine(memory, new Placement.Waiting());
  }

  static M running(long memory, String host) {
    return machine(memory, new Placement.Running(new HostId(host)));
  }

  static M sleeping(long memory, String host) {
    return machine(memory, new Placement.Sleeping(new HostId(host)));
  }

  static M ended(long memory) {
    return machine(memory, new Placement.Terminated());
  }

  private static M machine(long memory, Placement now) {
    return new M(new Resources(1, memory, 0), now, new TreeSet<>(), Optional.empty());
  }

  Grids host(String name, long memory) {
    return host(name, 100, memory, false);
  }

  Grids drained(String name, long memory) {
    return host(name, 100, memory, true);
  }

  Grids host(String name, int cores, long memory, boolean drained) {
    hosts.put(
        new HostId(name),
        new HostSlot(new SiteId("here"), new Resources(cores, memory, 1000), drained));
    return this;
  }

  Grids vjob(String name, Target target, M... members) {
    return vjob(name, target, Arrays.asList(members));
  }

  Grids vjob(String name, Target target, List<M> members) {
    VjobId vjob = new VjobId(name);
    List<MachineId> ids = new ArrayList<>();
    for (M member : members) {
      MachineId id = new MachineId(vjob, "m" + (ids.size() + 1));
      ids.add(id);
      machines.put(id, new MachineSlot(member.demand, member.now, member.banned, member.pinned));
    }
    wishes.add(new Wish(vjob, ids, target));
    return this;
  }

  /** A machine that belongs to no wish. */
  Grids stranger(String name, M member) {
    machines.put(
        new MachineId(new VjobId(name), "m1"),
        new MachineSlot(member.demand, member.now, member.banned, member.pinned));
    return this;
  }

  /** A rule of one group of machines, such as {@code m1.a}. */
  Grids rule(Rule.Form form, List<String> members, String... hostNames) {
    return rule(form, false, List.of(members), List.of(List.of(hostNames)));
  }

  Grids rule(Rule.Form form, boolean always, List<List<String>> groups, List<List<String>> parts) {
    List<List<MachineId>> ids =
        groups.stream().map(group -> group.stream().map(MachineId::parse).toList()).toList();
    boolean named = parts.stream().anyMatch(part -> !part.isEmpty());
    List<SortedSet<HostId>> sets = new ArrayList<>();
    for (List<String> part : parts) {
      sets.add(new TreeSet<>(part.stream().map(HostId::new).toList()));
    }
    boolean hosted = named || form == Rule.Form.FENCE;
    String words = form.name().toLowerCase(Locale.ROOT) + groups + (hosted ? parts : "");
    rules.add(new Rule(form, always, ids, hosted ? sets : List.of(), words));
    return this;
  }

  Problem problem() {
    return new Problem(hosts, machines, wishes, rules);
  }
}
