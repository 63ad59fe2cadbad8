package org.heddle.planner.order;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import org.heddle.planner.instance.Arrangement;
import org.heddle.planner.instance.Constraint;
import org.heddle.planner.instance.Constraint.Synchronize;
import org.heddle.planner.instance.Indices;
import org.heddle.planner.instance.Instance;
import org.heddle.planner.instance.MachineState;
import org.heddle.planner.instance.TimedAction.Kind;
import org.jspecify.annotations.Nullable;

/** What has to be done to get from the origin to a placement, in units that start together. */
final class UnitMaker {
  private final Instance instance;
  private final Arrangement goal;
  private final OrderLimits limits;
  private final Set<Integer> interrupted;
  private final List<Unit> units = new ArrayList<>();
  private boolean made;

  /** By machine: its last task, which later ones of a sequence wait for. */
  final @Nullable Task[] lastTask;

  /** By machine: the unit of its first task. */
  final @Nullable Unit[] firstUnit;

  /**
   * @param interrupted vjobs that are suspended at the start and resumed in the end
   */
  UnitMaker(Instance instance, Arrangement goal, OrderLimits limits, Set<Integer> interrupted) {
    this.instance = instance;
    this.goal = goal;
    this.limits = limits;
    this.interrupted = interrupted;
    this.lastTask = new Task[instance.machines()];
    this.firstUnit = new Unit[instance.machines()];
  }

  /** Made at the first call; scheduling changes them, so that each try has a maker of its own. */
  List<Unit> units() throws Refusal {
    if (made) {
      return units;
    }
    made = true;
    List<List<Task>> suspends = lists(instance.vjobs());
    List<List<Task>> resumes = lists(instance.vjobs());
    @Nullable Task[] migrations = new Task[instance.machines()];
    boolean[] bound = bound();
    for (int m = 0; m < instance.machines(); m++) {
      int vjob = instance.vjob(m);
      if (vjob >= 0 && interrupted.contains(vjob) && stays(m)) {
        suspends.get(vjob).add(Task.of(Kind.SUSPEND, m, instance.host(m), instance.host(m)));
        resumes.get(vjob).add(Task.of(Kind.RESUME, m, instance.host(m), goal.host(m)));
        continue;
      }
      Task task = task(m);
      if (task == null) {
        continue;
      }
      if (vjob >= 0 && task.kind == Kind.SUSPEND) {
        suspends.get(vjob).add(task);
      } else if (vjob >= 0 && task.kind == Kind.RESUME) {
        resumes.get(vjob).add(task);
      } else if (bound[m] && task.relocates()) {
        migrations[m] = task;
      } else {
        unit(List.of(task), false, false);
      }
    }
    wholeVjobs(suspends);
    together(suspends);
    together(resumes);
    ends(migrations, endTogether(migrations));
    hosts();
    return units;
  }

  private static List<List<Task>> lists(int count) {
    List<List<Task>> lists = new ArrayList<>();
    for (int i = 0; i < count; i++) {
      lists.add(new ArrayList<>(0));
    }
    return lists;
  }

  private boolean stays(int m) {
    return instance.state(m) == MachineState.RUNNING && instance.wanted(m) == MachineState.RUNNING;
  }

  private void unit(List<Task> tasks, boolean endTogether, boolean beyondLimits) {
    Unit unit = new Unit(tasks, endTogether, beyondLimits, units.size());
    units.add(unit);
    for (Task task : tasks) {
      int m = task.machine;
      if (m >= 0) {
        if (firstUnit[m] == null) {
          firstUnit[m] = unit;
        }
        Task before = lastTask[m];
        if (before != null) {
          before.last = false;
          before.then = unit;
          unit.barriers++;
        }
        lastTask[m] = task;
      }
    }
  }

  private void wholeVjobs(List<List<Task>> suspends) throws Refusal {
    for (int v = 0; v < suspends.size(); v++) {
      long running =
          instance.vjobMachines(v).stream()
              .filter(m -> instance.state(m) == MachineState.RUNNING)
              .count();
      int asleep = suspends.get(v).size();
      if (asleep > 0 && asleep < running) {
        throw Refusal.because(
            "vjob "
                + instance.vjobName(v)
                + " is suspended as a whole, and "
                + asleep
                + " of its "
                + running
                + " running machines shall sleep");
      }
    }
  }

  private void together(List<List<Task>> byVjob) {
    for (List<Task> tasks : byVjob) {
      if (!tasks.isEmpty()) {
        unit(tasks, false, true);
      }
    }
  }

  private boolean[] bound() {
    boolean[] bound = new boolean[instance.machines()];
    for (Constraint constraint : instance.constraints()) {
      if (constraint instanceof Synchronize(Indices machines)) {
        for (int i = 0; i < machines.size(); i++) {
          bound[machines.at(i)] = true;
        }
      }
    }
    return bound;
  }

  /** Migrations of one group are one unit. */
  private void ends(@Nullable Task[] migrations, int[] group) {
    Map<Integer, List<Task>> groups = new TreeMap<>();
    for (int m = 0; m < group.length; m++) {
      Task task = migrations[m];
      if (task != null) {
        groups.computeIfAbsent(root(group, m), _ -> new ArrayList<>()).add(task);
      }
    }
    groups.values().forEach(tasks -> unit(tasks, true, tasks.size() > 1));
  }

  /**
   * By machine: its group of machines that end together, itself when it is alone. Synchronize
   * constraints that share a machine make one group, if that machine migrates.
   */
  private int[] endTogether(@Nullable Task[] migrations) {
    int[] group = new int[instance.machines()];
    Arrays.setAll(group, m -> m);
    for (Constraint constraint : instance.constraints()) {
      if (constraint instanceof Synchronize(Indices machines)) {
        int[] moving = machines.stream().filter(m -> migrations[m] != null).toArray();
        for (int m : moving) {
          group[root(group, m)] = root(group, moving[0]);
        }
      }
    }
    return group;
  }

  private static int root(int[] group, int machine) {
    int at = machine;
    while (group[at] != at) {
      group[at] = group[group[at]];
      at = group[at];
    }
    return at;
  }

  private @Nullable Task task(int m) throws Refusal {
    MachineState wanted = instance.wanted(m);
    int host = instance.host(m);
    return switch (instance.state(m)) {
      case READY ->
          switch (wanted) {
            case READY -> null;
            case RUNNING -> Task.of(Kind.BOOT, m, -1, placed(m));
            case SLEEPING -> throw impossible(m, "is ready and cannot be put to sleep");
            case KILLED -> Task.kill(m, -1, false);
          };
      case RUNNING ->
          switch (wanted) {
            case READY -> Task.of(Kind.SHUTDOWN, m, host, -1);
            case RUNNING -> going(m, host, placed(m));
            case SLEEPING -> Task.of(Kind.SUSPEND, m, host, sleeps(m, host));
            case KILLED -> Task.kill(m, host, true);
          };
      case SLEEPING ->
          switch (wanted) {
            case READY -> throw impossible(m, "sleeps; it can be resumed or killed only");
            case RUNNING -> Task.of(Kind.RESUME, m, host, placed(m));
            case SLEEPING -> null;
            case KILLED -> Task.kill(m, host, false);
          };
      case KILLED ->
          switch (wanted) {
            case KILLED -> null;
            case READY, RUNNING, SLEEPING -> throw impossible(m, "is gone");
          };
    };
  }

  private int sleeps(int m, int host) {
    return goal.host(m) >= 0 ? goal.host(m) : host;
  }

  private @Nullable Task going(int m, int from, int to) {
    if (from == to) {
      return instance.demandChanges(m) ? Task.of(Kind.ALLOCATE, m, from, to) : null;
    }
    Kind kind = limits.startsAnew(instance, m, from, to) ? Kind.RELAUNCH : Kind.MIGRATE;
    return Task.of(kind, m, from, to);
  }

  private int placed(int m) throws Refusal {
    int host = goal.host(m);
    if (host < 0 || host >= instance.hosts()) {
      throw impossible(m, "shall run and the placement has no host for it");
    }
    if (!goal.online(host)) {
      throw impossible(m, "shall run on " + instance.hostName(host) + ", which goes off line");
    }
    return host;
  }

  private Refusal impossible(int m, String why) {
    return Refusal.because("machine " + instance.machineName(m) + " " + why);
  }

  private void hosts() {
    for (int h = 0; h < instance.hosts(); h++) {
      if (goal.online(h) && !instance.online(h)) {
        unit(List.of(Task.of(Kind.BOOT_HOST, -1, -1, h)), false, false);
      } else if (!goal.online(h) && instance.online(h)) {
        unit(List.of(Task.of(Kind.SHUTDOWN_HOST, -1, h, -1)), false, false);
      }
    }
  }
}
