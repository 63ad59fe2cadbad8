package org.heddle.planner.instance;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.BitSet;
import java.util.List;
import java.util.TreeMap;
import java.util.function.IntToLongFunction;
import java.util.function.IntUnaryOperator;
import org.heddle.planner.instance.Constraint.Among;
import org.heddle.planner.instance.Constraint.Ban;
import org.heddle.planner.instance.Constraint.Fence;
import org.heddle.planner.instance.Constraint.Gather;
import org.heddle.planner.instance.Constraint.Lasting;
import org.heddle.planner.instance.Constraint.Lonely;
import org.heddle.planner.instance.Constraint.MaxOnline;
import org.heddle.planner.instance.Constraint.ResourceCapacity;
import org.heddle.planner.instance.Constraint.RunningCapacity;
import org.heddle.planner.instance.Constraint.Split;
import org.heddle.planner.instance.Constraint.SplitAmong;
import org.heddle.planner.instance.Constraint.Spread;

/** Continuous constraints, at every instant of a schedule. */
final class LastingChecker {
  private final Instance instance;
  private final Stays stays;
  private final UseChanges use;
  private final HostTimes hosts;
  private final Names names;
  private final ByKey byMachine;
  private final ByKey byHost;
  private final ByKey changesByHost;
  private final List<Violation> violations = new ArrayList<>();

  LastingChecker(Instance instance, Walk walk, HostTimes hosts) {
    this.instance = instance;
    this.stays = walk.running;
    this.use = walk.use;
    this.hosts = hosts;
    this.names = new Names(instance);
    this.byMachine = stays.byMachine(instance.machines());
    this.byHost = stays.byHost(instance.hosts());
    this.changesByHost = use.byHost();
  }

  List<Violation> check() {
    for (Constraint constraint : instance.constraints()) {
      if (constraint instanceof Lasting lasting && lasting.continuous()) {
        check(lasting);
      }
    }
    return violations;
  }

  private void check(Lasting constraint) {
    switch (constraint) {
      case Spread c -> apart(c, staysOf(c.machines()), stays::machine);
      case Split c -> split(c);
      case Lonely c -> lonely(c);
      case Fence c -> enters(c, c.machines(), c.hosts(), false);
      case Ban c -> enters(c, c.machines(), c.hosts(), true);
      case Gather c -> gather(c);
      case Among c -> {
        List<BitSet> parts = ArrangementChecker.sets(c.parts());
        together(c, List.of(c.machines()), host -> ArrangementChecker.partOf(parts, host));
      }
      case SplitAmong c -> {
        List<BitSet> parts = ArrangementChecker.sets(c.parts());
        together(c, c.groups(), host -> ArrangementChecker.partOf(parts, host));
      }
      case RunningCapacity c -> runningCapacity(c);
      case ResourceCapacity c -> resourceCapacity(c);
      case MaxOnline c -> maxOnline(c);
    }
  }

  private int[] staysOf(Indices machines) {
    List<Integer> its = new ArrayList<>();
    machines.stream().distinct().forEach(m -> byMachine.forEach(m, its::add));
    return its.stream().mapToInt(Integer::intValue).toArray();
  }

  /** No two stays of different sides on one host at one time, but for those of the origin. */
  private void apart(Lasting c, int[] its, IntUnaryOperator side) {
    TreeMap<Integer, List<Integer>> perHost = new TreeMap<>();
    for (int stay : its) {
      perHost.computeIfAbsent(stays.host(stay), _ -> new ArrayList<>()).add(stay);
    }
    for (List<Integer> there : perHost.values()) {
      for (int i = 1; i < there.size(); i++) {
        for (int j = 0; j < i; j++) {
          meet(c, there.get(i), there.get(j), side);
        }
      }
    }
  }

  private void meet(Lasting c, int one, int other, IntUnaryOperator side) {
    boolean old = stays.fromOrigin(one) && stays.fromOrigin(other);
    if (!old
        && side.applyAsInt(one) != side.applyAsInt(other)
        && stays.machine(one) != stays.machine(other)
        && stays.overlap(one, other)) {
      found(
          c,
          names.both(stays.machine(one), stays.machine(other), stays.host(one))
              + " at "
              + Math.max(stays.start(one), stays.start(other))
              + " ms");
    }
  }

  private void split(Split c) {
    int[] groupOf = new int[stays.count()];
    List<Integer> all = new ArrayList<>();
    for (int g = 0; g < c.groups().size(); g++) {
      for (int stay : staysOf(c.groups().get(g))) {
        groupOf[stay] = g;
        all.add(stay);
      }
    }
    apart(c, all.stream().mapToInt(Integer::intValue).toArray(), stay -> groupOf[stay]);
  }

  private void lonely(Lonely c) {
    BitSet members = ArrangementChecker.set(c.machines());
    for (int stay : staysOf(c.machines())) {
      byHost.forEach(
          stays.host(stay),
          other -> {
            if (!members.get(stays.machine(other))) {
              meet(c, stay, other, s -> s);
            }
          });
    }
  }

  private void enters(Lasting c, Indices machines, Indices listed, boolean forbidden) {
    BitSet set = ArrangementChecker.set(listed);
    for (int stay : staysOf(machines)) {
      if (!stays.fromOrigin(stay) && set.get(stays.host(stay)) == forbidden) {
        found(
            c,
            names.on(stays.machine(stay), stays.host(stay)) + " from " + stays.start(stay) + " ms");
      }
    }
  }

  /**
   * Each group in one part and no part with two groups, from the first moment at which that is so.
   *
   * @param partOf a host's part, -1 for none
   */
  private void together(Lasting c, List<Indices> groups, IntUnaryOperator partOf) {
    Togetherness now = new Togetherness();
    TreeMap<Long, List<int[]>> changes = new TreeMap<>();
    for (int g = 0; g < groups.size(); g++) {
      for (int stay : staysOf(groups.get(g))) {
        int part = partOf.applyAsInt(stays.host(stay));
        changes
            .computeIfAbsent(stays.start(stay), _ -> new ArrayList<>())
            .add(new int[] {part, g, 1});
        changes
            .computeIfAbsent(stays.end(stay), _ -> new ArrayList<>())
            .add(new int[] {part, g, -1});
      }
    }
    changes.remove(Stays.FOREVER);
    boolean held = changes.isEmpty() || changes.firstKey() != Stays.ORIGIN;
    for (var moment : changes.entrySet()) {
      moment.getValue().forEach(change -> now.change(change[0], change[1], change[2]));
      if (now.holds()) {
        held = true;
      } else if (held) {
        found(c, "does not hold from " + moment.getKey() + " ms");
        return;
      }
    }
  }

  /** As {@link #together}; a machine alone may be on two hosts while it moves. */
  private void gather(Gather c) {
    Togetherness hosts = new Togetherness();
    Togetherness machines = new Togetherness();
    TreeMap<Long, List<int[]>> changes = new TreeMap<>();
    for (int stay : staysOf(c.machines())) {
      int[] arrival = {stays.host(stay), stays.machine(stay), 1};
      int[] departure = {stays.host(stay), stays.machine(stay), -1};
      changes.computeIfAbsent(stays.start(stay), _ -> new ArrayList<>()).add(arrival);
      changes.computeIfAbsent(stays.end(stay), _ -> new ArrayList<>()).add(departure);
    }
    changes.remove(Stays.FOREVER);
    boolean held = changes.isEmpty() || changes.firstKey() != Stays.ORIGIN;
    for (var moment : changes.entrySet()) {
      for (int[] change : moment.getValue()) {
        hosts.change(change[0], 0, change[2]);
        machines.change(change[1], 0, change[2]);
      }
      if (hosts.holds() || machines.holds()) {
        held = true;
      } else if (held) {
        found(c, "does not hold from " + moment.getKey() + " ms");
        return;
      }
    }
  }

  private void runningCapacity(RunningCapacity c) {
    List<Integer> ends = new ArrayList<>();
    c.hosts().stream()
        .distinct()
        .forEach(h ->
            byHost.forEach(
                h,
                stay -> {
                  ends.add(stay * 2);
                  ends.add(stay * 2 + 1);
                }));
    int[] changes = ends.stream().mapToInt(Integer::intValue).toArray();
    over(
        c,
        changes,
        change -> change % 2 == 0 ? stays.start(change / 2) : stays.end(change / 2),
        change -> change % 2 == 0 ? 1 : -1,
        c.amount(),
        " machines run there");
  }

  private void resourceCapacity(ResourceCapacity c) {
    List<Integer> its = new ArrayList<>();
    c.hosts().stream().distinct().forEach(h -> changesByHost.forEach(h, its::add));
    over(
        c,
        its.stream().mapToInt(Integer::intValue).toArray(),
        use::time,
        change -> use.amount(change, c.resource()),
        c.amount(),
        " are used there");
  }

  /** Hosts that boot or shut down count as long as that takes. */
  private void maxOnline(MaxOnline c) {
    List<long[]> changes = new ArrayList<>();
    for (int h : c.hosts().stream().distinct().toArray()) {
      if (instance.online(h)) {
        changes.add(new long[] {Stays.ORIGIN, 1});
      }
      for (TimedAction action : hosts.of(h)) {
        boolean boots = action.kind() == TimedAction.Kind.BOOT_HOST;
        changes.add(new long[] {boots ? action.startMs() : action.endMs(), boots ? 1 : -1});
      }
    }
    int[] all = new int[changes.size()];
    Arrays.setAll(all, i -> i);
    over(c, all, i -> changes.get(i)[0], i -> changes.get(i)[1], c.amount(), " are on line");
  }

  private void over(
      Lasting c,
      int[] changes,
      IntToLongFunction time,
      IntToLongFunction amount,
      long limit,
      String what) {
    Sweep.byTime(changes, time);
    Sweep.rise(changes, time, amount, limit)
        .ifPresent(peak -> found(c, peak.use() + what + " from " + peak.time() + " ms"));
  }

  private void found(Constraint constraint, String words) {
    violations.add(new Violation(names.text().brief(constraint), words));
  }
}
