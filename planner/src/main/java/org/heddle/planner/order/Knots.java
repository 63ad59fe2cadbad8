package org.heddle.planner.order;

import java.util.ArrayList;
import java.util.BitSet;
import java.util.Collection;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.heddle.planner.instance.Arrangement;
import org.heddle.planner.instance.Constraint;
import org.heddle.planner.instance.Constraint.Ban;
import org.heddle.planner.instance.Constraint.Fence;
import org.heddle.planner.instance.Constraint.Quarantine;
import org.heddle.planner.instance.Constraint.Root;
import org.heddle.planner.instance.Indices;
import org.heddle.planner.instance.Instance;
import org.heddle.planner.instance.MachineState;
import org.heddle.planner.instance.TimedAction.Kind;
import org.jspecify.annotations.Nullable;

/**
 * Breaks circles of units that wait for each other's room: one machine of each circle goes by
 * another host, or sleeps for a while, whichever costs less (memory that is moved or stored, then
 * time). Each machine goes by another host once and sleeps once at most, and sleeping needs no
 * room, so there is an end.
 */
final class Knots {
  /** Of the cheapest machines so many are tried for a detour before they are put to sleep. */
  private static final int TRIED = 8;

  /** Ahead of all that waits. */
  private static final double URGENT = Double.MAX_VALUE;

  /**
   * A migration that goes another way: first, then second, instead of one unit.
   *
   * @param rest the other migrations of the unit, that go on ending together; null for none
   */
  record Detour(Unit instead, Unit first, Unit second, @Nullable Unit rest) {}

  private final Instance instance;
  private final Arrangement goal;
  private final Grid grid;
  private final Durations durations;
  private final boolean[] rooted;
  private final boolean[] closed;
  private final Map<Integer, List<Constraint>> bounds = new LinkedHashMap<>();
  private final int[] group;
  private int number;
  private int firstHost;
  private int detours;

  Knots(Instance instance, Arrangement goal, Grid grid, Durations durations, int units) {
    this.instance = instance;
    this.goal = goal;
    this.grid = grid;
    this.durations = durations;
    this.number = units;
    this.rooted = new boolean[instance.machines()];
    this.closed = new boolean[instance.hosts()];
    this.group = new int[instance.hosts()];
    for (Constraint constraint : instance.constraints()) {
      switch (constraint) {
        case Root(var machines) -> machines.stream().forEach(m -> rooted[m] = true);
        case Quarantine(var hosts) -> hosts.stream().forEach(h -> closed[h] = true);
        case Fence(var machines, var _, boolean continuous) -> {
          if (continuous) {
            bind(machines, constraint);
          }
        }
        case Ban(var machines, var _, boolean continuous) -> {
          if (continuous) {
            bind(machines, constraint);
          }
        }
        case Constraint _ -> {}
      }
    }
  }

  private void bind(Indices machines, Constraint constraint) {
    machines.stream()
        .forEach(m -> bounds.computeIfAbsent(m, _ -> new ArrayList<>(1)).add(constraint));
  }

  /** Machines that went another way so far. */
  int detours() {
    return detours;
  }

  /**
   * A detour for each circle among what waits.
   *
   * @param nothingElse whether whatever waits is stuck, since nothing is under way
   * @throws Refusal when nothing is under way and no detour is possible
   */
  List<Detour> untie(List<Unit> notStarted, Collection<Task> underWay, boolean nothingElse)
      throws Refusal {
    List<Detour> found = new ArrayList<>();
    for (List<Unit> knot : knots(notStarted, underWay, nothingElse)) {
      detour(knot).ifPresent(found::add);
    }
    if (found.isEmpty() && nothingElse) {
      throw stuck(notStarted.stream().filter(unit -> unit.queue >= 0).toList());
    }
    detours += found.size();
    return found;
  }

  /** Groups of waiting units that share hosts with nothing that still moves. */
  private Collection<List<Unit>> knots(
      List<Unit> notStarted, Collection<Task> underWay, boolean nothingElse) {
    for (int h = 0; h < group.length; h++) {
      group[h] = h;
    }
    notStarted.forEach(unit -> join(unit.tasks));
    underWay.forEach(task -> join(List.of(task)));
    BitSet moving = new BitSet();
    for (Task task : underWay) {
      moving.set(root(anchor(task)));
    }
    for (Unit unit : notStarted) {
      boolean stuck = unit.queue >= 0 && grid.layout.hostQueue(unit.queue);
      if (!stuck && !nothingElse && anchor(unit.task()) >= 0) {
        moving.set(root(anchor(unit.task())));
      }
    }
    Map<Integer, List<Unit>> knots = new LinkedHashMap<>();
    for (Unit unit : notStarted) {
      int host = anchor(unit.task());
      if (unit.queue >= 0 && host >= 0 && !moving.get(root(host))) {
        knots.computeIfAbsent(root(host), _ -> new ArrayList<>()).add(unit);
      }
    }
    return knots.values();
  }

  private static int anchor(Task task) {
    return task.to >= 0 ? task.to : task.from;
  }

  private void join(List<Task> tasks) {
    int with = anchor(tasks.getFirst());
    for (Task task : tasks) {
      if (task.from >= 0 && with >= 0) {
        group[root(task.from)] = root(with);
      }
      if (task.to >= 0 && with >= 0) {
        group[root(task.to)] = root(with);
      }
    }
  }

  private int root(int host) {
    int at = Math.max(0, host);
    while (group[at] != at) {
      group[at] = group[group[at]];
      at = group[at];
    }
    return at;
  }

  private Optional<Detour> detour(List<Unit> knot) {
    List<Unit> movable =
        knot.stream()
            .filter(unit -> unit.single() && unit.task().relocates())
            .filter(unit -> !rooted[unit.task().machine])
            .sorted(Comparator.comparingLong(this::memory).thenComparingInt(Unit::number))
            .toList();
    List<Unit> helping = movable.stream().filter(unit -> helps(unit, knot)).toList();
    Optional<Detour> best = cheapest(helping);
    return best.isPresent() ? best : cheapest(movable).or(() -> apart(knot));
  }

  /** Of migrations that shall end together, one machine sleeps instead. */
  private Optional<Detour> apart(List<Unit> knot) {
    for (Unit unit : knot) {
      Task smallest = null;
      for (Task task : unit.tasks) {
        boolean may = unit.endTogether && !rooted[task.machine] && instance.vjob(task.machine) < 0;
        if (may
            && (smallest == null
                || instance.memory(task.machine) < instance.memory(smallest.machine))) {
          smallest = task;
        }
      }
      if (smallest != null && !unit.single()) {
        return Optional.of(apart(unit, smallest));
      }
    }
    return Optional.empty();
  }

  private Detour apart(Unit unit, Task sleeper) {
    List<Task> others = unit.tasks.stream().filter(task -> !task.equals(sleeper)).toList();
    Unit rest = new Unit(others, true, others.size() > 1, number++);
    rest.priority = unit.priority;
    rest.passed.addAll(unit.passed);
    Unit first = unit(sleeper.suspended(), URGENT, unit);
    Unit second = unit(sleeper.resumed(), unit.priority, unit);
    second.barriers = 1;
    second.task().then = sleeper.then;
    first.task().then = second;
    return new Detour(unit, first, second, rest);
  }

  private long memory(Unit unit) {
    return instance.memory(unit.task().machine);
  }

  private boolean helps(Unit leaving, List<Unit> knot) {
    int host = leaving.task().from;
    for (Unit unit : knot) {
      if (unit != leaving && unit.queue == host && grid.freedBy(leaving.task(), unit)) {
        return true;
      }
    }
    return false;
  }

  /** A detour costs the machine's memory once more, a suspend and resume elsewhere twice more. */
  private Optional<Detour> cheapest(List<Unit> units) {
    Unit sleeper =
        units.stream()
            .filter(unit -> instance.vjob(unit.task().machine) < 0)
            .findFirst()
            .orElse(null);
    int tried = 0;
    for (Unit unit : units) {
      if ((sleeper != null && dearer(unit, sleeper)) || tried++ == TRIED) {
        break;
      }
      Detour detour = unit.task().detourBack ? null : byHost(unit);
      if (detour != null) {
        return Optional.of(detour);
      }
    }
    return sleeper == null ? Optional.empty() : Optional.of(asleep(sleeper));
  }

  private boolean dearer(Unit detour, Unit sleeper) {
    long byHost = memory(detour);
    long asleep = 2 * memory(sleeper);
    return byHost > asleep || (byHost == asleep && 2 * ms(detour) > sleepMs(sleeper));
  }

  private long ms(Unit unit) {
    Task task = unit.task();
    return durations.ms(task.kind, task.machine, task.from, task.to, Durations.UNBOUNDED);
  }

  private long sleepMs(Unit unit) {
    Task task = unit.task();
    return durations.ms(Kind.SUSPEND, task.machine, task.from, task.from, Durations.UNBOUNDED)
        + durations.ms(Kind.RESUME, task.machine, task.from, task.to, Durations.UNBOUNDED);
  }

  private @Nullable Detour byHost(Unit unit) {
    Task task = unit.task();
    for (int i = 0; i < instance.hosts(); i++) {
      int host = (firstHost + i) % instance.hosts();
      boolean other = host != task.from && host != task.to;
      if (!other || !grid.hasRoom(task.machine, host) || !open(task.machine, host)) {
        continue;
      }
      Unit first = unit(task.detourTo(host), URGENT, unit);
      if (grid.reserve(first) == Grid.NOTHING) {
        grid.unreserve(first);
        firstHost = host + 1;
        return follow(unit, first, task.backFrom(host));
      }
    }
    return null;
  }

  private Detour asleep(Unit unit) {
    Task task = unit.task();
    return follow(unit, unit(task.suspended(), URGENT, unit), task.resumed());
  }

  private Detour follow(Unit instead, Unit first, Task last) {
    Unit second = unit(last, instead.priority, instead);
    second.barriers = 1;
    last.then = instead.task().then;
    first.task().then = second;
    return new Detour(instead, first, second, null);
  }

  private Unit unit(Task task, double priority, Unit instead) {
    Unit unit = new Unit(List.of(task), false, false, number++);
    unit.priority = priority;
    unit.passed.addAll(instead.passed);
    return unit;
  }

  private boolean open(int machine, int host) {
    if (!grid.up(host) || !goal.online(host) || closed[host]) {
      return false;
    }
    for (Constraint bound : bounds.getOrDefault(machine, List.of())) {
      boolean allowed =
          switch (bound) {
            case Fence(var _, var hosts, boolean _) -> hosts.contains(host);
            case Ban(var _, var hosts, boolean _) -> !hosts.contains(host);
            case Constraint _ -> true;
          };
      if (!allowed) {
        return false;
      }
    }
    return true;
  }

  /** Nothing moves any more: a vjob may have to be interrupted, or there is no order. */
  private Refusal stuck(List<Unit> waiting) {
    int[] inTheWay = machines(waiting.stream().filter(unit -> frees(unit, waiting)).toList());
    Indices machines = Indices.of(inTheWay.length > 0 ? inTheWay : machines(waiting));
    Indices mayBe =
        Indices.of(
            machines.stream()
                .filter(m -> instance.vjob(m) < 0 || interruptible(instance.vjob(m)))
                .toArray());
    int vjob =
        mayBe.isEmpty()
            ? OrderLimits.Interrupts.NONE
            : grid.layout.limits.interrupts().choose(instance, mayBe);
    int[] hindered =
        waiting.stream()
            .mapToInt(unit -> unit.task().machine)
            .filter(m -> m >= 0)
            .sorted()
            .distinct()
            .toArray();
    return new Refusal(words(waiting), vjob, machines, Indices.of(hindered));
  }

  /** Whether others wait to come to the host that the unit would leave. */
  private static boolean frees(Unit unit, List<Unit> waiting) {
    int from = unit.task().from;
    return unit.task().relocates()
        && waiting.stream()
            .flatMap(other -> other.tasks.stream())
            .anyMatch(task -> task.enters() && task.to == from);
  }

  private static int[] machines(List<Unit> units) {
    return units.stream()
        .map(Unit::task)
        .filter(Task::relocates)
        .mapToInt(task -> task.machine)
        .distinct()
        .toArray();
  }

  /** Whether a vjob may sleep for a while: what runs of it goes on running, and may start again. */
  private boolean interruptible(int vjob) {
    return vjob >= 0
        && instance.vjobMachines(vjob).stream()
            .filter(m -> instance.state(m) == MachineState.RUNNING)
            .allMatch(m ->
                instance.wanted(m) == MachineState.RUNNING
                    && !closed[instance.host(m)]
                    && !closed[goal.host(m)]);
  }

  private String words(List<Unit> waiting) {
    Unit unit = waiting.getFirst();
    Task task = unit.task();
    String what =
        task.machine < 0
            ? "host " + instance.hostName(anchor(task))
            : "machine " + instance.machineName(task.machine);
    String where = task.to >= 0 ? " on " + instance.hostName(task.to) : "";
    return what
        + " waits for ever to "
        + task.kind.name().toLowerCase(java.util.Locale.ROOT).replace('_', ' ')
        + where
        + " (and "
        + (waiting.size() - 1)
        + " more wait): what holds it cannot go first within the constraints";
  }

  /** Why a unit was never free to start. */
  Refusal behindBarrier(Unit unit) {
    Task task = unit.task();
    String words =
        (task.machine < 0 ? "a host" : "machine " + instance.machineName(task.machine))
            + " waits for machines that wait for it: sequence and precedence contradict each other"
            + " or the vjobs";
    return Refusal.because(words, task.machine < 0 ? Indices.NONE : Indices.of(task.machine));
  }
}
