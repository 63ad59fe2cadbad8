package org.heddle.planner.search;

import org.heddle.planner.instance.Constraint;
import org.heddle.planner.instance.HostWish;
import org.heddle.planner.instance.Indices;
import org.heddle.planner.instance.Instance;
import org.heddle.planner.instance.MachineState;

/**
 * All placements of a tiny instance, tried one after the other, and rules read straight from the
 * constraints: shares nothing with the search.
 */
final class Exhaustive {
  private final Instance instance;
  private final int[] at;

  /** The least cost, -1 when there is no placement. */
  long best = -1;

  private final Goal goal;

  Exhaustive(Instance instance) {
    this(instance, Goal.MOVED_MEMORY);
  }

  private Exhaustive(Instance instance, Goal goal) {
    this.instance = instance;
    this.goal = goal;
    at = new int[instance.machines()];
    place(0);
  }

  private void place(int m) {
    if (m == at.length) {
      long cost = value();
      if ((best < 0 || cost < best) && keeps(instance, at)) {
        best = cost;
      }
      return;
    }
    switch (instance.wanted(m)) {
      case RUNNING -> {
        for (at[m] = 0; at[m] < instance.hosts(); at[m]++) {
          place(m + 1);
        }
      }
      case SLEEPING -> {
        int host = instance.host(m);
        if (instance.state(m) == MachineState.RUNNING
            && instance.hostWish(host) == HostWish.OFFLINE) {
          for (at[m] = 0; at[m] < instance.hosts(); at[m]++) {
            place(m + 1);
          }
        } else {
          at[m] = host;
          place(m + 1);
        }
      }
      case READY, KILLED -> {
        at[m] = -1;
        place(m + 1);
      }
    }
  }

  static long least(Instance instance, Goal goal) {
    return new Exhaustive(instance, goal).best;
  }

  private long value() {
    return switch (goal) {
      case MOVED_MEMORY -> cost(instance, at);
      case MOVES -> moves(1, 0);
      case SOONEST_END -> moves(1_000, 1_000);
      case HOSTS_USED -> {
        boolean[] used = new boolean[instance.hosts()];
        for (int m = 0; m < at.length; m++) {
          if (runs(instance, m)) {
            used[at[m]] = true;
          }
        }
        long count = 0;
        for (boolean each : used) {
          count += each ? 1 : 0;
        }
        yield count;
      }
      case BALANCE -> {
        double most = 0;
        for (int h = 0; h < instance.hosts(); h++) {
          for (int r = 0; r < instance.resources(); r++) {
            double use = use(instance, at, Indices.of(h), r);
            most = Math.max(most, use == 0 ? 0 : use / Math.max(1, instance.usable(h, r)));
          }
        }
        yield (long) Math.ceil(most * 1_000_000 - 1e-6);
      }
    };
  }

  private long moves(long elsewhere, long resumedAtHome) {
    long sum = 0;
    for (int m = 0; m < at.length; m++) {
      if (runs(instance, m) && instance.state(m) != MachineState.READY) {
        boolean sleeps = instance.state(m) == MachineState.SLEEPING;
        sum += at[m] != instance.host(m) ? elsewhere : sleeps ? resumedAtHome : 0;
      }
    }
    return sum;
  }

  static long cost(Instance instance, int[] at) {
    long cost = 0;
    for (int m = 0; m < at.length; m++) {
      boolean same = at[m] == instance.host(m);
      boolean sleeps = instance.wanted(m) == MachineState.SLEEPING;
      cost +=
          switch (instance.state(m)) {
            case RUNNING ->
                sleeps
                    ? instance.memory(m) * (same ? 1 : 2)
                    : same || at[m] < 0 ? 0 : instance.memory(m);
            case SLEEPING -> sleeps || at[m] < 0 ? 0 : instance.memory(m) * (same ? 1 : 2);
            case READY, KILLED -> 0;
          };
    }
    return cost;
  }

  /** Whether the placement keeps room and every constraint of placement. */
  static boolean keeps(Instance instance, int[] at) {
    boolean[] needed = new boolean[instance.hosts()];
    for (int m = 0; m < at.length; m++) {
      if (at[m] >= 0) {
        needed[at[m]] = true;
      }
    }
    for (int h = 0; h < instance.hosts(); h++) {
      if (needed[h] && instance.hostWish(h) == HostWish.OFFLINE) {
        return false;
      }
      for (int r = 0; r < instance.resources(); r++) {
        if (use(instance, at, Indices.of(h), r) > instance.usable(h, r)) {
          return false;
        }
      }
    }
    boolean[] must = needed.clone();
    for (int h = 0; h < must.length; h++) {
      must[h] |= instance.hostWish(h) == HostWish.ONLINE;
    }
    return instance.constraints().stream().allMatch(c -> keeps(instance, at, c, must));
  }

  private static boolean runs(Instance instance, int m) {
    return instance.wanted(m) == MachineState.RUNNING;
  }

  private static long use(Instance instance, int[] at, Indices hosts, int r) {
    long sum = 0;
    for (int m = 0; m < at.length; m++) {
      if (runs(instance, m) && hosts.contains(at[m])) {
        sum += instance.next(m, r);
      }
    }
    return sum;
  }

  private static int[] running(Instance instance, Indices machines) {
    return machines.stream().filter(m -> runs(instance, m)).toArray();
  }

  private static int part(java.util.List<Indices> parts, int host) {
    for (int p = 0; p < parts.size(); p++) {
      if (parts.get(p).contains(host)) {
        return p;
      }
    }
    return -1;
  }

  private static boolean onePart(
      Instance instance, int[] at, Indices machines, java.util.List<Indices> parts) {
    int part = -1;
    for (int m : running(instance, machines)) {
      int here = part(parts, at[m]);
      if (here < 0 || (part >= 0 && here != part)) {
        return false;
      }
      part = here;
    }
    return true;
  }

  private static boolean stays(Instance instance, int[] at, int m) {
    return !runs(instance, m)
        || instance.state(m) != MachineState.RUNNING
        || at[m] == instance.host(m);
  }

  private static boolean keeps(Instance i, int[] at, Constraint constraint, boolean[] online) {
    return switch (constraint) {
      case Constraint.Spread(var ms, boolean _) -> {
        int[] run = running(i, ms);
        yield java.util.Arrays.stream(run).map(m -> at[m]).distinct().count() == run.length;
      }
      case Constraint.Gather(var ms, boolean always) -> {
        int[] run = running(i, ms);
        boolean together = java.util.Arrays.stream(run).map(m -> at[m]).distinct().count() <= 1;
        boolean bound = always && run.length > 1 && together(i, run) && !torn(i, ms);
        yield together && (!bound || java.util.Arrays.stream(run).allMatch(m -> stays(i, at, m)));
      }
      case Constraint.Among(var ms, var parts, boolean always) ->
          onePart(i, at, ms, parts) && (!always || samePart(i, at, ms, parts));
      case Constraint.SplitAmong(var groups, var parts, boolean always) -> {
        boolean kept = true;
        java.util.Set<Integer> used = new java.util.HashSet<>();
        for (Indices group : groups) {
          int[] run = running(i, group);
          boolean bound = always && holdsNow(i, groups, parts);
          kept &= onePart(i, at, group, parts) && (!bound || samePart(i, at, group, parts));
          kept &= run.length == 0 || used.add(part(parts, at[run[0]]));
        }
        yield kept;
      }
      case Constraint.Split(var groups, boolean _) -> {
        boolean kept = true;
        for (int a = 0; a < groups.size(); a++) {
          for (int b = a + 1; b < groups.size(); b++) {
            for (int m : running(i, groups.get(a))) {
              for (int n : running(i, groups.get(b))) {
                kept &= at[m] != at[n];
              }
            }
          }
        }
        yield kept;
      }
      case Constraint.Fence(var ms, var hosts, boolean _) ->
          java.util.Arrays.stream(running(i, ms)).allMatch(m -> hosts.contains(at[m]));
      case Constraint.Ban(var ms, var hosts, boolean _) ->
          java.util.Arrays.stream(running(i, ms)).noneMatch(m -> hosts.contains(at[m]));
      case Constraint.Root(var ms) -> ms.stream().allMatch(m -> stays(i, at, m));
      case Constraint.Lonely(var ms, boolean _) -> {
        boolean kept = true;
        for (int m : running(i, ms)) {
          for (int n = 0; n < at.length; n++) {
            kept &= !runs(i, n) || ms.contains(n) || at[n] != at[m];
          }
        }
        yield kept;
      }
      case Constraint.Quarantine(var hosts) -> {
        boolean kept = true;
        for (int m = 0; m < at.length; m++) {
          boolean was = i.state(m) == MachineState.RUNNING;
          kept &= !runs(i, m) || !hosts.contains(at[m]) || (was && at[m] == i.host(m));
          kept &= !runs(i, m) || !was || !hosts.contains(i.host(m)) || at[m] == i.host(m);
        }
        yield kept;
      }
      case Constraint.RunningCapacity(var hosts, long amount, boolean _) -> {
        long count = 0;
        for (int m = 0; m < at.length; m++) {
          count += runs(i, m) && hosts.contains(at[m]) ? 1 : 0;
        }
        yield count <= amount;
      }
      case Constraint.ResourceCapacity(var hosts, int r, long amount, boolean _) ->
          use(i, at, hosts, r) <= amount;
      case Constraint.MaxOnline(var hosts, long amount, boolean _) ->
          hosts.stream().filter(h -> online[h]).count() <= amount;
      case Constraint.NoIdle(var hosts) ->
          hosts.stream()
              .filter(h -> online[h])
              .allMatch(h ->
                  java.util.stream.IntStream.range(0, at.length)
                      .anyMatch(m -> runs(i, m) && at[m] == h));
      default -> true;
    };
  }

  private static boolean together(Instance i, int[] machines) {
    return java.util.Arrays.stream(machines)
        .allMatch(m -> i.state(m) == MachineState.RUNNING && i.host(m) == i.host(machines[0]));
  }

  /** One that is to stop elsewhere tears a group, too: until then, the others may move. */
  private static boolean torn(Instance i, Indices machines) {
    return machines.stream()
            .filter(m -> i.state(m) == MachineState.RUNNING)
            .map(i::host)
            .distinct()
            .count()
        > 1;
  }

  private static boolean samePart(
      Instance i, int[] at, Indices machines, java.util.List<Indices> parts) {
    int bound = partNow(i, machines, parts);
    return bound < 0
        || java.util.Arrays.stream(running(i, machines)).allMatch(m -> part(parts, at[m]) == bound);
  }

  /** Where all that run now are, if some of them go on running; -1 if that is not one part. */
  private static int partNow(Instance i, Indices machines, java.util.List<Indices> parts) {
    int[] now = machines.stream().filter(m -> i.state(m) == MachineState.RUNNING).toArray();
    int[] there =
        java.util.Arrays.stream(now).map(m -> part(parts, i.host(m))).distinct().toArray();
    boolean goOn = java.util.Arrays.stream(now).anyMatch(m -> runs(i, m));
    return goOn && there.length == 1 ? there[0] : -1;
  }

  /** A continuous splitAmong binds only when it holds in the origin, with what is to stop. */
  private static boolean holdsNow(
      Instance i, java.util.List<Indices> groups, java.util.List<Indices> parts) {
    java.util.Set<Integer> used = new java.util.HashSet<>();
    for (Indices group : groups) {
      int[] there =
          group.stream()
              .filter(m -> i.state(m) == MachineState.RUNNING)
              .map(m -> part(parts, i.host(m)))
              .distinct()
              .toArray();
      if (there.length > 1 || (there.length == 1 && (there[0] < 0 || !used.add(there[0])))) {
        return false;
      }
    }
    return true;
  }
}
