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
  private Dense dense;
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
        together.add(running(gather.machines()));
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

  private int[] running(Indices machines) {
    return machines.stream().filter(this::runs).toArray();
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
          stayTogether(machines);
        }
      }
      case Constraint.Among(Indices machines, List<Indices> parts, boolean always) ->
          among(c, machines, parts, always);
      case Constraint.SplitAmong(List<Indices> groups, List<Indices> parts, boolean always) ->
          splitAmong(c, groups, parts, always);
      case Constraint.Split(List<Indices> groups, boolean _) -> split(c, groups);
      case Constraint.Fence(Indices machines, Indices hosts, boolean _) -> {
        long[] bits = bits(hosts);
        each(machines, u -> restrict(u, bits));
      }
      case Constraint.Ban(Indices machines, Indices hosts, boolean _) -> {
        long[] bits = bits(hosts);
        for (int i = 0; i < bits.length; i++) {
          bits[i] = ~bits[i];
        }
        each(machines, u -> restrict(u, bits));
      }
      case Constraint.Root(Indices machines) -> machines.stream().forEach(this::pin);
      case Constraint.Lonely(Indices machines, boolean _) -> lonely(c, machines);
      case Constraint.Quarantine(Indices hosts) -> quarantine(hosts);
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
    int[] apart = running(machines);
    for (int m : apart) {
      if (ofUnit.get(unitOf[m]).contains(rule)) {
        dense.contradictions.add(
            dense.name(unitOf[m]) + " shall be both together and apart: " + words(c));
      }
      ofUnit.get(unitOf[m]).add(rule);
    }
  }

  private void stayTogether(Indices machines) {
    int[] all = running(machines);
    for (int m : all) {
      if (instance.state(m) != MachineState.RUNNING || instance.host(m) != instance.host(all[0])) {
        return;
      }
    }
    if (all.length > 1) {
      pin(all[0]);
    }
  }

  private void pin(int machine) {
    if (runs(machine) && instance.state(machine) == MachineState.RUNNING) {
      restrict(unitOf[machine], bits(Indices.of(instance.host(machine))));
    }
  }

  private void among(int c, Indices machines, List<Indices> parts, boolean always) {
    Partition partition = partition(parts);
    Rule rule = new PlacementRules.AmongRule(c, partition.partOf);
    each(machines, u -> ofUnit.get(u).add(rule));
    keepInside(machines, partition);
    int now = always ? commonPart(machines, partition.partOf) : -1;
    if (now >= 0) {
      long[] bits = partition.bits(now);
      each(machines, u -> restrict(u, bits));
    }
  }

  /** On none of the hosts that are in no part. */
  private void keepInside(Indices machines, Partition partition) {
    long[] inside = partition.inside;
    if (inside != null) {
      each(machines, u -> restrict(u, inside));
    }
  }

  /**
   * The part where all that run now are, so that they stay there; -1 if that is none, or if none of
   * them goes on running.
   */
  private int commonPart(Indices machines, int[] partOf) {
    int part = -1;
    boolean goesOn = false;
    for (int m : machines.toArray()) {
      if (instance.state(m) == MachineState.RUNNING) {
        int here = partOf[instance.host(m)];
        if (here < 0 || (part >= 0 && part != here)) {
          return -1;
        }
        part = here;
        goesOn |= runs(m);
      }
    }
    return goesOn ? part : -1;
  }

  private void splitAmong(int c, List<Indices> groups, List<Indices> parts, boolean always) {
    Partition partition = partition(parts);
    int[] partOf = partition.partOf;
    int[] groupOf = groupOf(c, groups);
    Rule rule = new PlacementRules.SplitAmongRule(c, partOf, parts.size(), groupOf, groups.size());
    for (Indices group : groups) {
      each(group, u -> ofUnit.get(u).add(rule));
      keepInside(group, partition);
    }
    if (always && holdsNow(groups, partOf)) {
      for (Indices group : groups) {
        int now = commonPart(group, partOf);
        if (now >= 0) {
          long[] bits = partition.bits(now);
          each(group, u -> restrict(u, bits));
        }
      }
    }
  }

  /** Whether each group is in one part and no two are in the same: only then is it kept up. */
  private boolean holdsNow(List<Indices> groups, int[] partOf) {
    Set<Integer> taken = new TreeSet<>();
    for (Indices group : groups) {
      int part = commonPart(group, partOf);
      boolean runs =
          group.stream().anyMatch(m -> instance.state(m) == MachineState.RUNNING && runs(m));
      if (runs && (part < 0 || !taken.add(part))) {
        return false;
      }
    }
    return true;
  }

  private void split(int c, List<Indices> groups) {
    Rule rule = new PlacementRules.SplitRule(c, groupOf(c, groups), dense.hosts);
    groups.forEach(group -> each(group, u -> ofUnit.get(u).add(rule)));
  }

  private int[] groupOf(int c, List<Indices> groups) {
    int[] groupOf = new int[dense.units];
    Arrays.fill(groupOf, -1);
    for (int g = 0; g < groups.size(); g++) {
      for (int m : running(groups.get(g))) {
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
    for (int m : running(machines)) {
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

  private void quarantine(Indices hosts) {
    hosts.stream().forEach(h -> dense.sealed[h] = true);
    boolean[] inside = new boolean[dense.hosts];
    hosts.stream().forEach(h -> inside[h] = true);
    for (int m = 0; m < instance.machines(); m++) {
      if (instance.state(m) == MachineState.RUNNING && inside[instance.host(m)]) {
        pin(m);
      }
    }
    keepOthersOut(hosts, inside);
  }

  /** A unit of which not all run on the quarantined host already cannot come there. */
  private void keepOthersOut(Indices hosts, boolean[] inside) {
    long[] bits = bits(hosts);
    for (int i = 0; i < bits.length; i++) {
      bits[i] = ~bits[i];
    }
    for (int u = 0; u < dense.units; u++) {
      int home = dense.home[u];
      if (home >= 0 && inside[home] && !allRunOn(u, home)) {
        restrict(u, bits);
      }
    }
  }

  private boolean allRunOn(int unit, int host) {
    for (int m : dense.members[unit]) {
      if (instance.state(m) != MachineState.RUNNING || instance.host(m) != host) {
        return false;
      }
    }
    return true;
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

  private void each(Indices machines, java.util.function.IntConsumer action) {
    Arrays.stream(running(machines)).map(m -> unitOf[m]).distinct().forEach(action);
  }

  private long[] bits(Indices hosts) {
    long[] bits = new long[(dense.hosts + 63) / 64];
    hosts.stream().forEach(h -> bits[h >> 6] |= 1L << h);
    return bits;
  }

  private void restrict(int unit, long[] bits) {
    long[] before = dense.domain[unit];
    if (before == null) {
      dense.domain[unit] = bits;
    } else if (!Arrays.equals(before, bits)) {
      long[] both = before.clone();
      for (int i = 0; i < both.length; i++) {
        both[i] &= bits[i];
      }
      dense.domain[unit] = both;
    }
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
