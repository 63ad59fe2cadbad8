package org.heddle.planner.search;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import org.heddle.planner.instance.Constraint;
import org.heddle.planner.instance.ConstraintText;
import org.heddle.planner.instance.HostWish;
import org.heddle.planner.instance.Indices;
import org.heddle.planner.instance.Instance;
import org.heddle.planner.instance.MachineState;
import org.jspecify.annotations.Nullable;

/** Makes the arrays and rules of the search from an instance. */
final class Preparation {
  private final Instance instance;
  private final boolean[] ignored;
  private final boolean[] absent;
  private final Pricing pricing;
  private final Partition.Known partitions = new Partition.Known();
  private boolean parted;
  private final Dense dense;
  private final Domains domains;
  private int[] unitOf = new int[0];
  private final List<List<Rule>> ofUnit = new ArrayList<>();
  private final List<@Nullable List<Rule>> ofHost = new ArrayList<>();
  private final List<Rule> common = new ArrayList<>();
  private final boolean[] mustBeOnline;

  /**
   * @param ignored constraints to leave out, by their index
   * @param absent machines to leave out though they run in the end
   */
  Preparation(Instance instance, Pricing pricing, boolean[] ignored, boolean[] absent) {
    this.absent = absent;
    this.instance = instance;
    this.pricing = pricing;
    this.mustBeOnline = new boolean[instance.hosts()];
    this.ignored = ignored;
    this.dense = new Dense(instance, units());
    this.domains = new Domains(dense, unitOf, this::runs);
  }

  /** Everything of the instance. */
  static Dense of(Instance instance, Pricing pricing) {
    boolean[] none = new boolean[instance.constraints().size()];
    return new Preparation(instance, pricing, none, new boolean[instance.machines()]).prepare();
  }

  Dense prepare() {
    for (int u = 0; u < dense.units; u++) {
      ofUnit.add(new ArrayList<>());
      fill(u);
    }
    for (int h = 0; h < dense.hosts; h++) {
      ofHost.add(null);
      for (int r = 0; r < dense.resources; r++) {
        dense.usable[h * dense.resources + r] = instance.usable(h, r);
      }
      dense.shut[h] = instance.hostWish(h) == HostWish.OFFLINE;
    }
    new StillMachines(dense, pricing).place();
    for (int h = 0; h < dense.hosts; h++) {
      mustBeOnline[h] = instance.hostWish(h) == HostWish.ONLINE;
    }
    for (int h : dense.still) {
      if (h >= 0) {
        mustBeOnline[h] = true;
      }
    }
    for (int c = 0; c < ignored.length; c++) {
      if (!ignored[c]) {
        rule(c, instance.constraints().get(c));
      }
    }
    store();
    return dense;
  }

  /** Machines that run in the end, those of a gather together. */
  private int[][] units() {
    List<int[]> together = new ArrayList<>();
    for (int c = 0; c < ignored.length; c++) {
      if (!ignored[c] && instance.constraints().get(c) instanceof Constraint.Gather gather) {
        together.add(gather.machines().stream().filter(this::runs).toArray());
      }
    }
    Grouping grouping = new Grouping(instance.machines(), this::runs, together);
    unitOf = grouping.unitOf;
    return grouping.members;
  }

  private boolean runs(int machine) {
    return instance.wanted(machine) == MachineState.RUNNING && !absent[machine];
  }

  private String words(int c) {
    return new ConstraintText(instance).brief(instance.constraints().get(c));
  }

  private void fill(int u) {
    for (int m : dense.members[u]) {
      for (int r = 0; r < dense.resources; r++) {
        dense.demand[u * dense.resources + r] += instance.next(m, r);
      }
    }
    pricing.fill(dense, u);
  }

  private void rule(int c, Constraint constraint) {
    switch (constraint) {
      case Constraint.Spread(Indices machines, boolean _) -> spread(c, machines);
      case Constraint.Gather(Indices machines, boolean always) -> {
        if (always) {
          domains.stayTogether(machines);
        }
      }
      case Constraint.Among(Indices machines, List<Indices> parts, boolean always) ->
          among(c, machines, parts, always);
      case Constraint.SplitAmong(List<Indices> groups, List<Indices> parts, boolean always) ->
          splitAmong(c, groups, parts, always);
      case Constraint.Split(List<Indices> groups, boolean _) -> split(c, groups);
      case Constraint.Fence(Indices machines, Indices hosts, boolean _) -> {
        long[] bits = domains.bits(hosts);
        domains.each(machines, u -> domains.restrict(u, bits));
      }
      case Constraint.Ban(Indices machines, Indices hosts, boolean _) -> {
        long[] bits = domains.bits(hosts);
        for (int i = 0; i < bits.length; i++) {
          bits[i] = ~bits[i];
        }
        domains.each(machines, u -> domains.restrict(u, bits));
      }
      case Constraint.Root(Indices machines) -> machines.stream().forEach(domains::pin);
      case Constraint.Lonely(Indices machines, boolean _) -> lonely(c, machines);
      case Constraint.Quarantine(Indices hosts) -> domains.quarantine(hosts);
      case Constraint.RunningCapacity(Indices hosts, long amount, boolean _) ->
          sum(c, hosts, amount, u -> dense.members[u].length);
      case Constraint.ResourceCapacity(Indices hosts, int resource, long amount, boolean _) ->
          sum(c, hosts, amount, u -> dense.demand[u * dense.resources + resource]);
      case Constraint.MaxOnline(Indices hosts, long amount, boolean _) ->
          maxOnline(c, hosts, amount);
      case Constraint.NoIdle(Indices hosts) ->
          hosts.stream().filter(h -> mustBeOnline[h]).forEach(h -> dense.mustUse[h] = true);
      case Constraint.Overbook _, Constraint.Online _, Constraint.Offline _ -> {
        // in the columns
      }
      case Constraint.Preserve _, Constraint.InState _ -> {
        // in the columns
      }
      case Constraint.Sequence _,
          Constraint.Precedence _,
          Constraint.Serialize _,
          Constraint.Synchronize _,
          Constraint.Deadline _,
          Constraint.NoDelay _ -> {
        // of the order alone
      }
    }
  }

  private void spread(int c, Indices machines) {
    Rule rule = new PlacementRules.SpreadRule(c, new PlacementRules.HostCounter());
    int[] apart = domains.running(machines);
    for (int m : apart) {
      List<Rule> rules = ofUnit.get(unitOf[m]);
      if (!rules.isEmpty() && rules.getLast().equals(rule)) {
        dense.contradictions.add(
            dense.name(unitOf[m]) + " shall be both together and apart: " + words(c));
      }
      rules.add(rule);
    }
  }

  private void among(int c, Indices machines, List<Indices> parts, boolean always) {
    Partition partition = partition(parts);
    Rule rule = new PlacementRules.AmongRule(c, partition.partOf);
    domains.each(machines, u -> ofUnit.get(u).add(rule));
    domains.keepInside(machines, partition);
    int now = always ? domains.commonPart(machines, partition.partOf) : -1;
    if (now >= 0) {
      long[] bits = partition.bits(now);
      domains.each(machines, u -> domains.restrict(u, bits));
    }
  }

  private void splitAmong(int c, List<Indices> groups, List<Indices> parts, boolean always) {
    Partition partition = partition(parts);
    int[] partOf = partition.partOf;
    int[] groupOf = groupOf(c, groups);
    Rule rule = new PlacementRules.SplitAmongRule(c, partOf, parts.size(), groupOf, groups.size());
    for (Indices group : groups) {
      domains.each(group, u -> ofUnit.get(u).add(rule));
      domains.keepInside(group, partition);
    }
    if (always && holdsNow(groups, partOf)) {
      for (Indices group : groups) {
        int now = domains.commonPart(group, partOf);
        if (now >= 0) {
          long[] bits = partition.bits(now);
          domains.each(group, u -> domains.restrict(u, bits));
        }
      }
    }
  }

  /**
   * Whether each group is in one part and no two are in the same, counting also what is to stop:
   * only then is it kept up.
   */
  private boolean holdsNow(List<Indices> groups, int[] partOf) {
    Set<Integer> taken = new TreeSet<>();
    for (Indices group : groups) {
      int[] parts =
          group.stream()
              .filter(m -> instance.state(m) == MachineState.RUNNING)
              .map(m -> partOf[instance.host(m)])
              .distinct()
              .toArray();
      if (parts.length > 1 || (parts.length == 1 && (parts[0] < 0 || !taken.add(parts[0])))) {
        return false;
      }
    }
    return true;
  }

  private void split(int c, List<Indices> groups) {
    Rule rule = new PlacementRules.SplitRule(c, groupOf(c, groups), dense.hosts);
    groups.forEach(group -> domains.each(group, u -> ofUnit.get(u).add(rule)));
  }

  private int[] groupOf(int c, List<Indices> groups) {
    int[] groupOf = new int[dense.units];
    Arrays.fill(groupOf, -1);
    for (int g = 0; g < groups.size(); g++) {
      for (int m : domains.running(groups.get(g))) {
        int u = unitOf[m];
        if (groupOf[u] >= 0 && groupOf[u] != g) {
          dense.contradictions.add(
              dense.name(u) + " shall be both together and apart: " + words(c));
        }
        groupOf[u] = g;
      }
    }
    return groupOf;
  }

  private void lonely(int c, Indices machines) {
    boolean[] member = new boolean[dense.units];
    for (int m : domains.running(machines)) {
      member[unitOf[m]] = true;
    }
    for (int u = 0; u < dense.units; u++) {
      for (int m : dense.members[u]) {
        if (member[u] && !machines.contains(m)) {
          dense.contradictions.add(
              dense.name(u) + " shall be both together and apart: " + words(c));
          break;
        }
      }
    }
    common.add(new PlacementRules.LonelyRule(c, member, dense.hosts));
  }

  private void sum(int c, Indices hosts, long amount, java.util.function.IntToLongFunction of) {
    long[] weight = new long[dense.units];
    Arrays.setAll(weight, of);
    Rule rule = new PlacementRules.SumRule(c, weight, amount);
    hosts.stream().distinct().forEach(h -> ofHost(h).add(rule));
  }

  private void maxOnline(int c, Indices hosts, long amount) {
    int[] distinct = hosts.stream().distinct().toArray();
    long must = Arrays.stream(distinct).filter(h -> mustBeOnline[h]).count();
    if (must > amount) {
      dense.contradictions.add(must + " of the hosts shall be on line, but " + words(c));
    }
    int left = (int) Math.max(0, Math.min(Integer.MAX_VALUE, amount - must));
    Rule rule = new PlacementRules.OnlineRule(c, dense.hosts, left);
    for (int h : distinct) {
      if (!mustBeOnline[h]) {
        ofHost(h).add(rule);
      }
    }
  }

  private List<Rule> ofHost(int host) {
    List<Rule> rules = ofHost.get(host);
    if (rules == null) {
      rules = new ArrayList<>();
      ofHost.set(host, rules);
    }
    return rules;
  }

  private Partition partition(List<Indices> parts) {
    parted = true;
    return partitions.of(parts, dense.hosts);
  }

  private static final Rule[] NO_RULES = {};

  private void store() {
    for (int u = 0; u < dense.units; u++) {
      dense.unitRules[u] = ofUnit.get(u).toArray(NO_RULES);
    }
    for (int h = 0; h < dense.hosts; h++) {
      List<Rule> rules = ofHost.get(h);
      dense.hostRules[h] = rules == null ? NO_RULES : rules.toArray(NO_RULES);
    }
    dense.commonRules = common.toArray(NO_RULES);
    plainHosts();
    sizes();
  }

  /** A host is plain when no unit, domain, part or rule of hosts tells it from others. */
  private void plainHosts() {
    boolean apart = parted;
    for (int u = 0; u < dense.units && !apart; u++) {
      apart = dense.domain[u] != null;
    }
    for (int h = 0; h < dense.hosts; h++) {
      dense.plain[h] =
          !apart && dense.hostRules[h].length == 0 && !dense.mustUse[h] && !dense.sealed[h];
    }
    for (int m = 0; m < instance.machines(); m++) {
      if (instance.host(m) >= 0) {
        dense.plain[instance.host(m)] = false;
      }
    }
  }

  private void sizes() {
    for (int r = 0; r < dense.resources; r++) {
      double sum = 0;
      for (int h = 0; h < dense.hosts; h++) {
        sum += dense.usable[h * dense.resources + r];
      }
      for (int u = 0; u < dense.units; u++) {
        dense.size[u] +=
            dense.demand[u * dense.resources + r] * (double) dense.hosts / Math.max(1, sum);
      }
    }
  }
}
