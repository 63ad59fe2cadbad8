package org.heddle.planner.order;

import java.util.ArrayList;
import java.util.BitSet;
import java.util.Collection;
import java.util.Collections;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.PriorityQueue;
import java.util.Set;
import org.heddle.planner.instance.TimedAction.Kind;
import org.jspecify.annotations.Nullable;

/**
 * List scheduling: time goes from end to end of the tasks; at each, the units that wait for what
 * came free are tried, the most urgent first. What waits for each other in a circle is broken by
 * {@link Knots} as soon as nothing under way can help it.
 */
final class Timeline {
  private final Grid grid;
  private final Barriers barriers;
  private final Knots knots;
  private final List<Task> started = new ArrayList<>();
  private final PriorityQueue<Task> underWay =
      new PriorityQueue<>(
          java.util.Comparator.comparingLong((Task task) -> task.endMs)
              .thenComparingInt(task -> task.position));
  private final @Nullable Collection<Unit>[] queues;
  private final List<Unit> candidates = new ArrayList<>();
  private final List<Integer> opened = new ArrayList<>();
  private final boolean[] isOpen;
  private final List<Unit> notStarted = new ArrayList<>();
  private long now;
  private int waiting;
  private int finishedSinceCheck;

  /** Boots and resumes that are held back until every migration has started. */
  private final List<Unit> held = new ArrayList<>();

  private final boolean movesFirst;

  /**
   * @param movesFirst boots and resumes wait until every migration has started, so that they do not
   *     take the room by which a machine could go another way
   */
  Timeline(Grid grid, Barriers barriers, Knots knots, List<Unit> units, boolean movesFirst) {
    this.grid = grid;
    this.movesFirst = movesFirst;
    this.barriers = barriers;
    this.knots = knots;
    this.queues = queues(grid.queues());
    this.isOpen = new boolean[grid.queues()];
    notStarted.addAll(units);
    for (Unit unit : units) {
      if (unit.barriers == 0) {
        ready(unit);
      }
    }
  }

  private void ready(Unit unit) {
    if (movesFirst && unit.task().enters() && !unit.task().relocates()) {
      held.add(unit);
    } else {
      candidates.add(unit);
    }
  }

  /** Those held back, when no migration waits any more. */
  private void release() {
    if (!held.isEmpty()) {
      notStarted.removeIf(unit -> unit.task().startMs >= 0);
      if (notStarted.stream().noneMatch(unit -> unit.task().relocates())) {
        candidates.addAll(held);
        held.clear();
      }
    }
  }

  @SuppressWarnings({"unchecked", "rawtypes"})
  private static @Nullable Collection<Unit>[] queues(int count) {
    return new Collection[count];
  }

  /**
   * Runs to the end.
   *
   * @return the tasks in order of their starts, with times and what they wait for
   */
  List<Task> run() throws Refusal {
    do {
      release();
      tryCandidates();
      if (underWay.isEmpty()) {
        mend();
      } else {
        step();
        if (waiting > 0 && finishedSinceCheck >= waiting) {
          tryCandidates();
          untie(false);
        }
      }
      release();
    } while (!underWay.isEmpty() || !candidates.isEmpty() || waiting > 0);
    leftBehind();
    return started;
  }

  private void leftBehind() throws Refusal {
    for (Unit unit : notStarted) {
      if (unit.task().startMs < 0) {
        throw knots.behindBarrier(unit);
      }
    }
  }

  /** Nothing is under way: what waits is asked once more, then circles are broken. */
  private void mend() throws Refusal {
    for (int q = 0; q < queues.length; q++) {
      wakeAll(q);
    }
    tryCandidates();
    if (underWay.isEmpty() && waiting > 0) {
      untie(true);
    }
  }

  private void untie(boolean nothingElseMoves) throws Refusal {
    finishedSinceCheck = 0;
    notStarted.removeIf(unit -> unit.task().startMs >= 0);
    for (Knots.Detour detour : detours(nothingElseMoves)) {
      leaveQueue(detour.instead());
      notStarted.remove(detour.instead());
      notStarted.add(detour.first());
      notStarted.add(detour.second());
      candidates.add(detour.first());
      Unit rest = detour.rest();
      if (rest != null) {
        notStarted.add(rest);
        candidates.add(rest);
      }
    }
  }

  private List<Knots.Detour> detours(boolean nothingElseMoves) throws Refusal {
    try {
      return knots.untie(notStarted, underWay, nothingElseMoves);
    } catch (Refusal refusal) {
      throw refusal.with(yields());
    }
  }

  /** Who took the room that others wait for, and did not have to go before them. */
  private List<Refusal.Yield> yields() {
    Set<Refusal.Yield> yields = new LinkedHashSet<>();
    for (Unit unit : notStarted) {
      int machine = unit.task().machine;
      if (unit.queue < 0 || machine < 0) {
        continue;
      }
      BitSet before = before(unit);
      for (Task task : started) {
        boolean other = task.machine >= 0 && task.machine != machine;
        if (other && !before.get(task.position) && grid.takes(task, unit.queue)) {
          yields.add(new Refusal.Yield(task.machine, machine));
        }
      }
    }
    return List.copyOf(yields);
  }

  /** All that had to end before the unit was free to start. */
  private BitSet before(Unit unit) {
    BitSet before = new BitSet();
    unit.passed.forEach(before::set);
    for (int position = before.length() - 1; position >= 0; position--) {
      if (before.get(position)) {
        for (int earlier : started.get(position).waitsFor) {
          before.set(earlier);
        }
      }
    }
    return before;
  }

  /** A unit that a detour replaces waits no more. */
  private void leaveQueue(Unit unit) {
    if (unit.queue >= 0) {
      Collection<Unit> queue = queues[unit.queue];
      if (queue != null) {
        queue.remove(unit);
      }
      unit.queue = -1;
      waiting--;
    }
  }

  private void step() {
    now = underWay.element().endMs;
    while (!underWay.isEmpty() && underWay.element().endMs == now) {
      finish(underWay.remove());
    }
  }

  private void finish(Task task) {
    finishedSinceCheck++;
    grid.finish(task, task.limited, this::wake);
    Unit then = task.then;
    if (then != null && --then.barriers == 0) {
      ready(then);
    }
    if (task.last && task.machine >= 0) {
      barriers.ended(task, this::ready);
    }
  }

  private void wake(int queue) {
    if (grid.asksAll(queue)) {
      wakeAll(queue);
    } else if (!isOpen[queue] && queues[queue] != null) {
      isOpen[queue] = true;
      opened.add(queue);
    }
  }

  private void wakeAll(int queue) {
    Collection<Unit> units = queues[queue];
    if (units != null && !units.isEmpty()) {
      for (Unit unit : units) {
        unit.queue = -1;
      }
      waiting -= units.size();
      candidates.addAll(units);
      units.clear();
    }
  }

  private void tryCandidates() {
    Collections.sort(candidates);
    for (int i = 0; i < candidates.size(); i++) {
      attempt(candidates.get(i));
    }
    candidates.clear();
    for (int i = 0; i < opened.size(); i++) {
      inTurn(opened.get(i));
    }
    opened.clear();
  }

  /** Those that wait for an amount that all take from: the most urgent as long as there is some. */
  private void inTurn(int queue) {
    isOpen[queue] = false;
    Collection<Unit> units = queues[queue];
    if (!(units instanceof PriorityQueue<Unit> inOrder)) {
      return;
    }
    for (Unit unit = inOrder.poll(); unit != null; unit = inOrder.poll()) {
      unit.queue = -1;
      waiting--;
      if (!attempt(unit) && unit.queue == queue) {
        return;
      }
    }
  }

  private boolean attempt(Unit unit) {
    int queue = grid.reserve(unit);
    if (queue == Grid.NOTHING) {
      start(unit);
      return true;
    }
    Collection<Unit> units = queues[queue];
    if (units == null) {
      units = grid.asksAll(queue) ? new ArrayList<>(2) : new PriorityQueue<>();
      queues[queue] = units;
    }
    units.add(unit);
    unit.queue = queue;
    waiting++;
    return false;
  }

  private void start(Unit unit) {
    long longest = 0;
    for (Task task : unit.tasks) {
      task.endMs = grid.lasts(task);
      longest = Math.max(longest, task.endMs);
    }
    for (Task task : unit.tasks) {
      task.startMs = unit.endTogether ? now + longest - task.endMs : now;
      task.endMs += task.startMs;
      task.position = started.size();
      task.limited = !unit.beyondLimits;
      started.add(task);
      grid.start(unit, task);
      underWay.add(task);
    }
  }

  /** Whether suspends of a vjob all start at once at the beginning. */
  static boolean suspendsFirst(List<Task> tasks, java.util.function.IntPredicate ofVjob) {
    for (Task task : tasks) {
      if (task.kind == Kind.SUSPEND && task.startMs > 0 && ofVjob.test(task.machine)) {
        return false;
      }
    }
    return true;
  }
}
