package org.heddle.planner.order;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.heddle.planner.instance.Instance;
import org.heddle.planner.instance.TimedAction.Kind;
import org.jspecify.annotations.Nullable;

/**
 * What no plan for a placement can be better than. A machine comes when its host has room for it:
 * by then enough of those that leave must have left, each at the earliest after its own action; of
 * all that come to a host no more than fit into the room that can be free by then. And over a link
 * no more memory goes than it carries: shortest first is the best there. Room that a rule, a
 * sequence or a bound of actions at once keeps is not counted, so the truth may lie higher.
 */
final class Bounds {
  private static final int ROUNDS = 3;

  /** A rate at which only the fixed part of a migration takes time. */
  private static final double INSTANT = 1e12;

  /** A task of the direct way. */
  private static final class Step {
    private final Task task;

    /** From the start of its last action to the end of it, other actions' ends included. */
    private final long lasts;

    /** From the start of the plan until the room on the old host is free, if it need not wait. */
    private final long asleep;

    /** From its start until the room on the old host is free. */
    private final long gone;

    private long start;

    Step(Task task, long lasts, long gone, long asleep) {
      this.task = task;
      this.lasts = lasts;
      this.gone = gone;
      this.asleep = asleep;
    }

    private long leavesAt() {
      return Math.min(start + gone, asleep);
    }
  }

  private final Layout layout;
  private final Instance instance;
  private final Durations durations;
  private final long[] origin;
  private final Claims claims;
  private final List<Step> steps = new ArrayList<>();

  /** Those that come to a host that has not room for all of them at once. */
  private final List<List<Step>> crowds = new ArrayList<>();

  /** By host. */
  private final @Nullable List<Step>[] going;

  private final long[] leastEnds;
  private long end;
  private long sum;
  private long linked;

  /**
   * @param units the direct way, without detours
   */
  Bounds(Layout layout, List<Unit> units) {
    this.layout = layout;
    this.instance = layout.instance;
    this.durations = layout.limits.durations();
    this.origin = layout.origin();
    this.claims = new Claims(layout);
    this.leastEnds = new long[instance.machines()];
    this.going = byHost(instance.hosts());
    @Nullable List<Step>[] coming = byHost(instance.hosts());
    for (Unit unit : units) {
      for (Task task : unit.tasks) {
        add(task, coming);
      }
    }
    for (List<Step> arriving : coming) {
      if (arriving != null && crowded(arriving)) {
        crowds.add(arriving);
      }
    }
    for (int round = 0; round < ROUNDS; round++) {
      for (List<Step> arriving : crowds) {
        starts(arriving);
      }
    }
    total();
  }

  long endMs() {
    return end;
  }

  /**
   * @param reached by a plan: what links bound holds for live migrations only, so that a plan in
   *     which machines sleep on the way may lie below it
   */
  long sumOfEndsMs(long reached) {
    return linked <= reached ? Math.max(sum, linked) : sum;
  }

  /** By machine: when its last action ends at the earliest. */
  long[] leastEnds() {
    return leastEnds;
  }

  @SuppressWarnings({"unchecked", "rawtypes"})
  private static @Nullable List<Step>[] byHost(int hosts) {
    return new List[hosts];
  }

  private static void put(@Nullable List<Step>[] byHost, int host, Step step) {
    List<Step> there = byHost[host];
    if (there == null) {
      there = new ArrayList<>(2);
      byHost[host] = there;
    }
    there.add(step);
  }

  private List<Step> going(int host) {
    List<Step> steps = going[host];
    return steps == null ? List.of() : steps;
  }

  private void add(Task task, @Nullable List<Step>[] coming) {
    long lasts = ms(task.kind, task, rate(task));
    long gone = lasts;
    long asleep = Long.MAX_VALUE;
    if (task.relocates()) {
      if (layout.limits.relaunch() && instance.stateless(task.machine)) {
        lasts = Math.min(lasts, ms(Kind.RELAUNCH, task, INSTANT));
        gone = lasts;
      }
      asleep = ms(Kind.SUSPEND, task, INSTANT);
      lasts = Math.min(lasts, asleep + ms(Kind.RESUME, task, INSTANT));
    }
    Step step = new Step(task, lasts, gone, asleep);
    steps.add(step);
    if (task.enters() || task.kind == Kind.ALLOCATE) {
      put(coming, task.to, step);
      if (!instance.online(task.to)) {
        step.start = durations.ms(Kind.BOOT_HOST, -1, -1, task.to, Durations.UNBOUNDED);
      }
    }
    if (task.leaves() || task.kind == Kind.ALLOCATE) {
      put(going, task.from, step);
    }
  }

  private long ms(Kind kind, Task task, double goodput) {
    return durations.ms(kind, task.machine, task.from, task.to, goodput);
  }

  /** The best rate of a migration's path. */
  private double rate(Task task) {
    if (task.kind != Kind.MIGRATE || !layout.ratesShared()) {
      return Durations.UNBOUNDED;
    }
    long best = claims.fullRate(task);
    return best == Long.MAX_VALUE ? Durations.UNBOUNDED : best / Layout.RATE_SCALE;
  }

  /** Only hosts where not all can come at once can hold anything up. */
  private boolean crowded(List<Step> arriving) {
    for (int r = 0; r < instance.resources(); r++) {
      long left = origin[layout.room(arriving.getFirst().task.to, r)];
      for (Step step : arriving) {
        left -= claims.comes(step.task, r);
      }
      if (left < 0) {
        return true;
      }
    }
    return false;
  }

  private void starts(List<Step> arriving) {
    int host = arriving.getFirst().task.to;
    List<Step> leaving = leavingInOrder(host);
    for (Step step : arriving) {
      for (int r = 0; r < instance.resources(); r++) {
        step.start = Math.max(step.start, roomFor(claims.comes(step.task, r), host, r, leaving));
      }
    }
  }

  private List<Step> leavingInOrder(int host) {
    List<Step> leaving = new ArrayList<>(going(host));
    leaving.sort(java.util.Comparator.comparingLong(Step::leavesAt));
    return leaving;
  }

  /** The first moment at which so much can be free; 0 when it never is. */
  private long roomFor(long need, int host, int resource, List<Step> leaving) {
    long free = origin[layout.room(host, resource)];
    if (need <= 0 || free >= need) {
      return 0;
    }
    for (Step step : leaving) {
      free += claims.goes(step.task, resource);
      if (free >= need) {
        return step.leavesAt();
      }
    }
    return 0;
  }

  private void total() {
    for (Step step : steps) {
      if (step.task.kind == Kind.SHUTDOWN_HOST) {
        for (Step before : going(step.task.from)) {
          step.start = Math.max(step.start, before.leavesAt());
        }
      }
      long ends = step.start + step.lasts;
      sum += ends;
      end = Math.max(end, step.start + lastAction(step));
      if (step.task.machine >= 0) {
        leastEnds[step.task.machine] = ends;
      }
    }
    for (List<Step> arriving : crowds) {
      sum += crowd(arriving);
    }
    if (layout.ratesShared()) {
      linked = Math.max(overLinks(true), overLinks(false));
    }
  }

  private long lastAction(Step step) {
    return step.task.relocates()
        ? Math.min(step.gone, ms(Kind.RESUME, step.task, INSTANT))
        : step.lasts;
  }

  /** How much more the starts on a crowded host sum up to than each taken alone. */
  private long crowd(List<Step> arriving) {
    int host = arriving.getFirst().task.to;
    List<Step> leaving = leavingInOrder(host);
    long alone = arriving.stream().mapToLong(step -> step.start).sum();
    long most = 0;
    for (int r = 0; r < instance.resources(); r++) {
      most = Math.max(most, crowd(arriving, host, r, leaving));
    }
    return Math.max(0, most - alone);
  }

  private long crowd(List<Step> arriving, int host, int resource, List<Step> leaving) {
    long[] needs = arriving.stream().mapToLong(s -> claims.comes(s.task, resource)).toArray();
    Arrays.sort(needs);
    long free = origin[layout.room(host, resource)];
    long used = 0;
    int in = 0;
    while (in < needs.length && needs[in] <= 0) {
      in++;
    }
    long starts = 0;
    long at = 0;
    for (int i = 0; i <= leaving.size() && in < needs.length; i++) {
      while (in < needs.length && used + needs[in] <= free) {
        used += needs[in++];
        starts += at;
      }
      if (i < leaving.size()) {
        free += claims.goes(leaving.get(i).task, resource);
        at = leaving.get(i).leavesAt();
      }
    }
    return starts;
  }

  /** The sum of ends if each host had only its own link to share, in one direction. */
  private long overLinks(boolean up) {
    Map<Integer, List<Step>> byLink = new TreeMap<>();
    long total = 0;
    for (Step step : steps) {
      Task task = step.task;
      int link = task.kind != Kind.MIGRATE ? -1 : instance.hostLink(up ? task.from : task.to);
      if (link < 0) {
        total += step.start + step.lasts;
      } else {
        byLink.computeIfAbsent(link, _ -> new ArrayList<>()).add(step);
      }
    }
    for (Map.Entry<Integer, List<Step>> entry : byLink.entrySet()) {
      double goodput = durations.goodput((double) instance.linkMbitPerS(entry.getKey()));
      long[] copying =
          entry.getValue().stream()
              .mapToLong(s -> ms(Kind.MIGRATE, s.task, goodput) - ms(Kind.MIGRATE, s.task, INSTANT))
              .sorted()
              .toArray();
      long busy = 0;
      for (long each : copying) {
        busy += each;
        total += busy;
      }
      long alone =
          entry.getValue().stream().mapToLong(s -> ms(Kind.MIGRATE, s.task, INSTANT)).sum();
      total += alone;
    }
    return total;
  }
}
