package org.heddle.planner.order;

import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import org.heddle.planner.instance.Arrangement;
import org.heddle.planner.instance.Constraint;
import org.heddle.planner.instance.Constraint.Deadline;
import org.heddle.planner.instance.Constraint.NoDelay;
import org.heddle.planner.instance.Indices;
import org.heddle.planner.instance.Instance;
import org.heddle.planner.instance.Schedule;
import org.heddle.planner.instance.TimedAction;
import org.jspecify.annotations.Nullable;

/**
 * Makes the timed plan that leads from the origin of an instance to a placement: as much at once as
 * room, rules and links allow. Pure and deterministic; the time it takes grows nearly linearly with
 * the number of actions.
 */
public final class Order {
  /** So many orders are tried where the first one gets stuck within the constraints. */
  private static final int REFUSED_TRIES = 6;

  /** So often those who took the room of others are put behind them. */
  private static final int YIELDING_TRIES = 6;

  private final Instance instance;
  private final Arrangement goal;
  private final OrderLimits limits;
  private final Set<Integer> interrupted = new TreeSet<>();

  private Order(Instance instance, Arrangement goal, OrderLimits limits) {
    this.instance = instance;
    this.goal = goal;
    this.limits = limits;
  }

  /**
   * @param placement by machine: the host where it runs or sleeps in the end, -1 for none. It keeps
   *     the discrete constraints.
   */
  public static Ordering schedule(Instance instance, int[] placement, OrderLimits limits) {
    return schedule(instance, Arrangement.of(instance, placement), limits);
  }

  /**
   * @param goal where every machine is in the end, and which hosts are on line then
   */
  public static Ordering schedule(Instance instance, Arrangement goal, OrderLimits limits) {
    return new Order(instance, goal, limits).schedule();
  }

  private record Try(List<Task> tasks, int detours, long sumOfEnds) {}

  private Ordering schedule() {
    Layout layout = new Layout(instance, limits);
    try {
      UnitMaker direct = new UnitMaker(instance, goal, limits, interrupted);
      Bounds bounds = new Bounds(layout, direct.units());
      Priorities priorities = new Priorities(instance, limits);
      Try best = first(layout, priorities, direct);
      int tries = 1;
      for (Try latest = best;
          best.sumOfEnds() > bounds.sumOfEndsMs(best.sumOfEnds())
              && tries <= limits.iterations()
              && !limits.stop().getAsBoolean();
          tries++) {
        priorities.learn(latest.tasks(), bounds.leastEnds());
        latest = better(layout, priorities, best);
        best = latest.sumOfEnds() < best.sumOfEnds() ? latest : best;
      }
      return new Ordering.Done(
          schedule(best.tasks()),
          bounds.endMs(),
          bounds.sumOfEndsMs(best.sumOfEnds()),
          best.detours(),
          tries);
    } catch (Refusal refusal) {
      return new Ordering.Refused(
          List.of(refusal.reason()), refusal.inTheWay(), refusal.hindered());
    }
  }

  /** The first try that leads to an end; other orders are tried before it is given up. */
  private Try first(Layout layout, Priorities priorities, UnitMaker direct) throws Refusal {
    try {
      return untangled(layout, priorities, direct);
    } catch (Refusal refusal) {
      priorities.shake();
      for (int i = 0; i < REFUSED_TRIES && !limits.stop().getAsBoolean(); i++) {
        try {
          UnitMaker made = new UnitMaker(instance, goal, limits, interrupted);
          return attempt(layout, priorities, made, false, List.of());
        } catch (Refusal another) {
          priorities.shake();
        }
      }
      throw refusal;
    }
  }

  /** Another try; the one so far when it leads nowhere. */
  private Try better(Layout layout, Priorities priorities, Try best) {
    try {
      UnitMaker made = new UnitMaker(instance, goal, limits, interrupted);
      return attempt(layout, priorities, made, false, List.of());
    } catch (Refusal refusal) {
      return best;
    }
  }

  /** A try; vjobs that no detour can untie are interrupted, one after the other. */
  private Try untangled(Layout layout, Priorities priorities, UnitMaker direct) throws Refusal {
    UnitMaker made = direct;
    while (true) {
      try {
        return attempt(layout, priorities, made, false, List.of());
      } catch (Refusal refusal) {
        Try other = refusal.knotted() ? movesFirst(layout, priorities) : null;
        other = other == null ? yielding(layout, priorities, refusal) : other;
        if (other != null) {
          return other;
        }
        int vjob = refusal.vjob();
        if (vjob < 0 || !interrupted.add(vjob)) {
          throw refusal;
        }
        made = new UnitMaker(instance, goal, limits, interrupted);
      }
    }
  }

  /** What comes to a host may take the room by which a machine could go another way. */
  private @Nullable Try movesFirst(Layout layout, Priorities priorities) {
    try {
      UnitMaker made = new UnitMaker(instance, goal, limits, interrupted);
      return attempt(layout, priorities, made, true, List.of());
    } catch (Refusal refusal) {
      return null;
    }
  }

  /** Whoever starts as soon as it can may take the room of one that has to wait for others. */
  private @Nullable Try yielding(Layout layout, Priorities priorities, Refusal refusal) {
    Set<Refusal.Yield> yields = new LinkedHashSet<>();
    Refusal latest = refusal;
    for (int i = 0; i < YIELDING_TRIES && yields.addAll(latest.yields()); i++) {
      try {
        UnitMaker made = new UnitMaker(instance, goal, limits, interrupted);
        return attempt(layout, priorities, made, false, yields);
      } catch (Refusal another) {
        latest = another;
      }
    }
    return null;
  }

  /**
   * @param movesFirst boots and resumes wait until every migration has started
   * @param yields machines that go after others, besides those that have to
   */
  private Try attempt(
      Layout layout,
      Priorities priorities,
      UnitMaker made,
      boolean movesFirst,
      Collection<Refusal.Yield> yields)
      throws Refusal {
    List<Unit> units = made.units();
    priorities.rank(units, layout);
    Grid grid = new Grid(layout, goal, made);
    Knots knots = new Knots(instance, goal, grid, limits.durations(), units.size());
    Barriers barriers = new Barriers(instance, made, yields);
    List<Task> tasks = new Timeline(grid, barriers, knots, units, movesFirst).run();
    inTime(tasks);
    long sum = 0;
    for (Task task : tasks) {
      sum += task.endMs;
    }
    return new Try(tasks, knots.detours() + interrupted.size(), sum);
  }

  private void inTime(List<Task> tasks) throws Refusal {
    if (!Timeline.suspendsFirst(tasks, m -> instance.vjob(m) >= 0)) {
      throw Refusal.because(
          "a vjob cannot be suspended at the start of the plan, since a sequence has its machines"
              + " wait for others");
    }
    Task[] first = new Task[instance.machines()];
    Task[] last = new Task[instance.machines()];
    for (Task task : tasks) {
      if (task.machine >= 0) {
        first[task.machine] = first[task.machine] == null ? task : first[task.machine];
        last[task.machine] = task;
      }
    }
    List<String> reasons = new ArrayList<>();
    Set<Integer> late = new TreeSet<>();
    for (Constraint constraint : instance.constraints()) {
      switch (constraint) {
        case Deadline(Indices machines, long atMs) ->
            machines.stream()
                .filter(m -> last[m] != null && last[m].endMs > atMs)
                .forEach(m -> {
                  late.add(m);
                  reasons.add(
                      "machine "
                          + instance.machineName(m)
                          + " is done after "
                          + last[m].endMs
                          + " ms, its deadline is "
                          + atMs
                          + " ms");
                });
        case NoDelay(Indices machines) ->
            machines.stream()
                .filter(m -> first[m] != null && first[m].startMs > 0)
                .forEach(m -> {
                  late.add(m);
                  reasons.add(
                      "machine "
                          + instance.machineName(m)
                          + " must not wait and can start only after "
                          + first[m].startMs
                          + " ms");
                });
        case Constraint _ -> {}
      }
    }
    if (!late.isEmpty()) {
      throw Refusal.because(
          reasons.getFirst(), Indices.of(late.stream().mapToInt(m -> m).toArray()));
    }
  }

  private static Schedule schedule(List<Task> tasks) {
    List<Task> inOrder = new ArrayList<>(tasks);
    inOrder.sort(Comparator.comparingLong(task -> task.startMs));
    int[] place = new int[tasks.size()];
    for (int i = 0; i < place.length; i++) {
      place[inOrder.get(i).position] = i;
    }
    List<TimedAction> actions = new ArrayList<>(tasks.size());
    for (Task task : inOrder) {
      int[] waits = task.waitsFor.clone();
      for (int i = 0; i < waits.length; i++) {
        waits[i] = place[waits[i]];
      }
      java.util.Arrays.sort(waits);
      actions.add(
          new TimedAction(
              task.kind,
              task.machine,
              task.from,
              task.to,
              task.startMs,
              task.endMs,
              Indices.of(waits)));
    }
    return new Schedule(actions);
  }
}
