package org.heddle.planner;

import java.util.ArrayList;
import java.util.BitSet;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.SortedSet;
import java.util.TreeSet;
import org.heddle.model.Action;
import org.heddle.model.HostId;
import org.heddle.model.MachineId;
import org.heddle.model.Placement;
import org.heddle.model.Plan;
import org.heddle.planner.Problem.MachineSlot;
import org.heddle.planner.Task.Move;

/**
 * List scheduling: goes through time, starts every task as soon as its room is free, in order of
 * precedence, and notes whose room each action took. When nothing is under way and nothing can
 * start, a machine goes through a third host.
 */
final class Timetable {
  private final Floor floor;
  private final Tasks tasks;
  private final RoomLedger ledger;
  private final boolean movesFirst;
  private final List<Task> pending = new ArrayList<>();
  private final List<Task> underWay = new ArrayList<>();
  private final List<Plan.Step> steps = new ArrayList<>();
  private final List<BitSet> ancestors = new ArrayList<>();
  private long now;
  private long cost;

  /**
   * @param movesFirst boots and resumes wait until every migration has started, so that they do not
   *     take the room that a machine could go through
   */
  Timetable(Floor floor, Problem problem, Tasks tasks, boolean movesFirst) {
    this.floor = floor;
    this.movesFirst = movesFirst;
    this.tasks = tasks;
    this.ledger = new RoomLedger(free(floor, problem));
    pending.addAll(tasks.all());
    pending.sort(Comparator.comparing(Task::takesRoom));
  }

  /** What is free now, of the whole capacity. */
  private static long[][] free(Floor floor, Problem problem) {
    long[][] free = new long[floor.size()][];
    for (int h = 0; h < free.length; h++) {
      free[h] = Floor.amounts(floor.slot(h).capacity());
    }
    for (MachineSlot slot : problem.machines().values()) {
      if (slot.now() instanceof Placement.Running(HostId on) && floor.indexOf(on) >= 0) {
        Floor.subtract(free[floor.indexOf(on)], Floor.amounts(slot.demand()));
      }
    }
    return free;
  }

  Plan plan() {
    return new Plan(steps, cost);
  }

  /** Empty when all is ordered; else the vjobs that stand in the way and cannot move. */
  List<VjobView> run() {
    while (true) {
      startAllThatCan();
      if (pending.isEmpty()) {
        return List.of();
      }
      if (underWay.isEmpty() && !bounce()) {
        return inTheWay();
      }
      endNext();
    }
  }

  private void startAllThatCan() {
    for (Task task : List.copyOf(pending)) {
      if (task.mayStart() && !heldBack(task) && fits(task)) {
        start(task);
      }
    }
  }

  private boolean heldBack(Task task) {
    return movesFirst
        && task.takesRoom()
        && task.migration().isEmpty()
        && pending.stream().anyMatch(other -> other.migration().isPresent());
  }

  private boolean fits(Task task) {
    long[][] needed = new long[floor.size()][];
    for (Move move : task.moves) {
      Optional<HostId> to = move.takes();
      if (to.isPresent()) {
        int host = floor.indexOf(to.get());
        if (needed[host] == null) {
          needed[host] = new long[Floor.DIMENSIONS];
        }
        Floor.add(needed[host], task.demand(move));
        if (!Floor.fits(needed[host], ledger.free(host))) {
          return false;
        }
      }
    }
    return true;
  }

  private void start(Task task) {
    pending.remove(task);
    underWay.add(task);
    SortedSet<Integer> after = new TreeSet<>();
    if (task.before != null) {
      after.addAll(task.before.steps);
    }
    for (Move move : task.moves) {
      move.takes().ifPresent(to -> after.addAll(ledger.take(floor.indexOf(to), task.demand(move))));
    }
    SortedSet<Integer> direct = withoutImplied(after);
    long longest = task.moves.stream().mapToLong(Move::durationMs).max().orElse(0);
    task.endMs = now + longest;
    for (Move move : task.moves) {
      boolean together = move.action() instanceof Action.Resume;
      long end = now + (together ? longest : move.durationMs());
      int id = steps.size();
      steps.add(new Plan.Step(id, move.action(), direct, now, end, move.why()));
      task.steps.add(id);
      ancestors.add(ancestorsOf(direct));
      cost += cost(move.action(), task.vjob.slots().get(move.index()).demand().memoryMiB());
    }
  }

  private static long cost(Action action, long memoryMiB) {
    return switch (action) {
      case Action.Boot _, Action.Shutdown _ -> 0;
      case Action.Suspend _, Action.Migrate _ -> memoryMiB;
      case Action.Resume resume -> resume.from().equals(resume.to()) ? memoryMiB : 2 * memoryMiB;
    };
  }

  private BitSet ancestorsOf(SortedSet<Integer> direct) {
    BitSet all = new BitSet();
    for (int step : direct) {
      all.set(step);
      all.or(ancestors.get(step));
    }
    return all;
  }

  /** Leaves out steps that others of the set wait for anyway. */
  private SortedSet<Integer> withoutImplied(SortedSet<Integer> after) {
    BitSet implied = new BitSet();
    after.forEach(step -> implied.or(ancestors.get(step)));
    SortedSet<Integer> direct = new TreeSet<>(after);
    direct.removeIf(implied::get);
    return direct;
  }

  private void endNext() {
    now = underWay.stream().mapToLong(task -> task.endMs).min().orElse(now);
    for (Task task : List.copyOf(underWay)) {
      if (task.endMs == now) {
        end(task);
      }
    }
  }

  /** The room of a suspended vjob counts when the vjob is suspended as a whole. */
  private void end(Task task) {
    underWay.remove(task);
    task.ended = true;
    for (Move move : task.moves) {
      move.frees()
          .ifPresent(from -> ledger.give(floor.indexOf(from), task.demand(move), task.steps));
    }
  }

  private boolean wanted(HostId host) {
    return pending.stream().anyMatch(task -> task.comesTo(host));
  }

  /** Migrations that cannot start and leave a host that others wait for. */
  private List<Task> blockers() {
    return pending.stream()
        .filter(task -> task.migration().filter(migrate -> wanted(migrate.from())).isPresent())
        .toList();
  }

  private List<VjobView> inTheWay() {
    List<VjobView> vjobs = blockers().stream().map(task -> task.vjob).distinct().toList();
    if (vjobs.isEmpty()) {
      throw new IllegalStateException("no order found for " + pending.size() + " tasks");
    }
    return vjobs;
  }

  /** Sends the smallest machine that stands in the way through a third host, once. */
  private boolean bounce() {
    List<Task> smallestFirst = new ArrayList<>(blockers());
    smallestFirst.removeIf(task -> task.bounced || !task.mayStart());
    smallestFirst.sort(
        Comparator.comparingLong(
            task -> task.vjob.slots().get(task.moves.getFirst().index()).demand().memoryMiB()));
    for (Task task : smallestFirst) {
      Optional<HostId> over = third(task);
      if (over.isPresent()) {
        split(task, over.get());
        return true;
      }
    }
    return false;
  }

  private Optional<HostId> third(Task task) {
    Move move = task.moves.getFirst();
    HostId from = move.frees().orElseThrow();
    HostId to = move.takes().orElseThrow();
    Comparator<Integer> best =
        Comparator.<Integer>comparingInt(h -> wanted(floor.id(h)) ? 1 : 0)
            .thenComparingLong(h -> -ledger.free(h)[Floor.MEMORY])
            .thenComparingInt(h -> h);
    return floor.allowed(task.vjob.slots().get(move.index())).stream()
        .filter(h -> !floor.id(h).equals(from) && !floor.id(h).equals(to))
        .filter(h -> Floor.fits(task.demand(move), ledger.free(h)))
        .min(best)
        .map(floor::id);
  }

  private void split(Task task, HostId over) {
    Move move = task.moves.getFirst();
    HostId from = move.frees().orElseThrow();
    HostId to = move.takes().orElseThrow();
    MachineId machine = task.vjob.machine(move.index());
    String through = move.why() + "; goes through " + over + ", because " + to + " is still full";
    Move out = tasks.migrate(task.vjob, move.index(), from, over, through);
    String rest = machine + " goes on to its place";
    Move in = tasks.migrate(task.vjob, move.index(), over, to, rest);
    Task first = new Task(task.vjob, List.of(out), null, true);
    pending.set(pending.indexOf(task), new Task(task.vjob, List.of(in), first, true));
    start(first);
  }
}
