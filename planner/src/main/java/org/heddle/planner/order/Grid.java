package org.heddle.planner.order;

import org.heddle.planner.instance.Arrangement;
import org.heddle.planner.instance.Instance;
import org.heddle.planner.instance.MachineState;
import org.heddle.planner.instance.TimedAction.Kind;

/**
 * The grid at one instant of the plan: what is free of every account, who is where. Tasks are
 * reserved, then either taken back or started, and finished.
 */
final class Grid {
  /** {@link #reserve}: nothing lacks. */
  static final int NOTHING = -1;

  final Layout layout;
  private final Instance instance;
  private final Accounts accounts;
  private final Claims claims;
  private final Neighbours neighbours;
  private final Territories territories;
  private final boolean[] up;
  private final int[] occupants;

  /** By host: the task that booted it. */
  private final int[] bootedBy;

  /** By machine: its last task that was started. */
  private final int[] lastStarted;

  private final Accounts.Givers[] leavers;
  private final Accounts.Givers waits = new Accounts.Givers();

  Grid(Layout layout, Arrangement goal, UnitMaker made) {
    this.layout = layout;
    this.instance = layout.instance;
    this.accounts = new Accounts(layout.origin());
    this.claims = new Claims(layout);
    boolean[] enters = new boolean[instance.machines()];
    for (int m = 0; m < enters.length; m++) {
      Task task = made.lastTask[m];
      enters[m] = task != null && task.enters();
    }
    this.neighbours = new Neighbours(instance, enters);
    this.territories = new Territories(instance, enters);
    up = new boolean[instance.hosts()];
    occupants = new int[instance.hosts()];
    bootedBy = new int[instance.hosts()];
    leavers = new Accounts.Givers[instance.hosts()];
    for (int h = 0; h < up.length; h++) {
      up[h] = instance.online(h);
      bootedBy[h] = -1;
      if (up[h] && !goal.online(h)) {
        leavers[h] = new Accounts.Givers();
      }
    }
    lastStarted = new int[instance.machines()];
    java.util.Arrays.fill(lastStarted, -1);
    for (int m = 0; m < instance.machines(); m++) {
      boolean runs = instance.state(m) == MachineState.RUNNING;
      boolean wakes = instance.state(m) == MachineState.SLEEPING && made.lastTask[m] != null;
      if (runs || wakes) {
        occupants[instance.host(m)]++;
      }
    }
  }

  boolean up(int host) {
    return up[host];
  }

  /** The queue of those that wait until a group may enter another part of the hosts. */
  int territoryQueue() {
    return layout.queues();
  }

  int queues() {
    return layout.queues() + 1;
  }

  /** Whether all who wait in a queue have to be asked when something comes free. */
  boolean asksAll(int queue) {
    return layout.hostQueue(queue) || queue == territoryQueue();
  }

  /**
   * Reserves what all tasks of a unit need, or nothing.
   *
   * @return {@link #NOTHING}, or the queue where to wait
   */
  int reserve(Unit unit) {
    for (int i = 0; i < unit.tasks.size(); i++) {
      int lacking = reserve(unit.tasks.get(i), !unit.beyondLimits);
      if (lacking != NOTHING) {
        for (int j = 0; j < i; j++) {
          unreserve(unit.tasks.get(j), !unit.beyondLimits);
        }
        return lacking;
      }
    }
    return NOTHING;
  }

  void unreserve(Unit unit) {
    for (Task task : unit.tasks) {
      unreserve(task, !unit.beyondLimits);
    }
  }

  private int reserve(Task task, boolean limited) {
    if (task.enters()) {
      if (!up[task.to] || !neighbours.mayEnter(task.machine, task.to)) {
        return task.to;
      }
      if (!territories.mayEnter(task.machine, task.to, !task.detourOut)) {
        return territoryQueue();
      }
    } else if (savesElsewhere(task) && !up[task.to]) {
      return task.to;
    } else if (task.kind == Kind.SHUTDOWN_HOST && occupants[task.from] > 0) {
      return task.from;
    }
    if (task.kind == Kind.MIGRATE && layout.ratesShared()) {
      int lacking = claims.share(task, accounts);
      if (lacking >= 0) {
        return layout.queue(lacking);
      }
    }
    return reserveAmounts(task, limited);
  }

  /** A state that is saved on another host needs that host on line, though no room to run. */
  private static boolean savesElsewhere(Task task) {
    return task.kind == Kind.SUSPEND && task.to != task.from;
  }

  private int reserveAmounts(Task task, boolean limited) {
    claims.needs(task, limited);
    for (int i = 0; i < claims.size(); i++) {
      if (!accounts.has(claims.account(i), claims.amount(i))) {
        for (int j = 0; j < i; j++) {
          accounts.unreserve(claims.account(j), claims.amount(j));
        }
        return layout.queue(claims.account(i));
      }
      accounts.reserve(claims.account(i), claims.amount(i));
    }
    if (task.enters()) {
      neighbours.enter(task.machine, task.to);
      territories.enter(task.machine, task.to);
    }
    return NOTHING;
  }

  private void unreserve(Task task, boolean limited) {
    claims.needs(task, limited);
    for (int i = 0; i < claims.size(); i++) {
      accounts.unreserve(claims.account(i), claims.amount(i));
    }
    if (task.enters()) {
      neighbours.leave(task.machine, task.to, -1);
      territories.leave(task.machine, task.to, -1);
    }
  }

  /** How long a reserved task lasts if it starts now. */
  long lasts(Task task) {
    double goodput = task.goodput;
    if (goodput != Durations.UNBOUNDED) {
      goodput *= claims.receiving(task, accounts);
    }
    return layout.limits.durations().ms(task.kind, task.machine, task.from, task.to, goodput);
  }

  /** Settles a reserved task: notes what it waits for. Its position is known. */
  void start(Unit unit, Task task) {
    waits.clear();
    claims.needs(task, !unit.beyondLimits);
    for (int i = 0; i < claims.size(); i++) {
      accounts.take(claims.account(i), claims.amount(i), waits);
    }
    for (int position : unit.passed) {
      waits.add(position);
    }
    if (task.enters()) {
      neighbours.waits(task.machine, task.to, waits);
      territories.waits(task.machine, waits);
      occupants[task.to]++;
    }
    if ((task.enters() || savesElsewhere(task)) && bootedBy[task.to] >= 0) {
      waits.add(bootedBy[task.to]);
    }
    if (task.kind == Kind.SHUTDOWN_HOST && leavers[task.from] != null) {
      waits.addAll(leavers[task.from]);
      up[task.from] = false;
    }
    if (task.machine >= 0) {
      if (lastStarted[task.machine] >= 0) {
        waits.add(lastStarted[task.machine]);
      }
      lastStarted[task.machine] = task.position;
    }
    task.waitsFor = waits.distinct();
  }

  /** Gives back what a task holds, and says which queues have something new. */
  void finish(Task task, boolean limited, java.util.function.IntConsumer woken) {
    claims.gives(task, limited);
    for (int i = 0; i < claims.size(); i++) {
      accounts.give(claims.account(i), claims.amount(i), task.position);
      woken.accept(layout.queue(claims.account(i)));
    }
    if (task.leaves()) {
      neighbours.leave(task.machine, task.from, task.position);
      if (territories.binds(task.machine)) {
        territories.leave(task.machine, task.from, task.position);
        woken.accept(territoryQueue());
      }
    }
    if (vacates(task)) {
      occupants[task.from]--;
      if (leavers[task.from] != null) {
        leavers[task.from].add(task.position);
      }
      woken.accept(task.from);
    }
    if (task.kind == Kind.BOOT_HOST) {
      up[task.to] = true;
      bootedBy[task.to] = task.position;
      woken.accept(task.to);
    }
  }

  /** A machine that only sleeps for a while keeps its host on line. */
  private static boolean vacates(Task task) {
    return switch (task.kind) {
      case SHUTDOWN, MIGRATE, RELAUNCH, RESUME -> true;
      case SUSPEND -> task.last;
      case KILL -> task.from >= 0;
      case BOOT, ALLOCATE, BOOT_HOST, SHUTDOWN_HOST -> false;
    };
  }

  /** Whether the host has room for both demands of a machine, whatever else is asked. */
  boolean hasRoom(int machine, int host) {
    for (int r = 0; r < instance.resources(); r++) {
      long amount = Math.max(instance.present(machine, r), instance.next(machine, r));
      if (!accounts.has(layout.room(host, r), amount)) {
        return false;
      }
    }
    return true;
  }

  /** Whether a task takes of what is waited for in a queue, or is in the way on that host. */
  boolean takes(Task task, int queue) {
    if (layout.hostQueue(queue)) {
      return task.to == queue && (task.enters() || task.kind == Kind.ALLOCATE);
    }
    claims.needs(task, task.limited);
    for (int i = 0; i < claims.size(); i++) {
      if (layout.queue(claims.account(i)) == queue) {
        return true;
      }
    }
    return false;
  }

  /** Whether a unit could start if a machine were gone from its host. */
  boolean freedBy(Task leaving, Unit unit) {
    claims.room(leaving);
    int n = claims.size();
    int[] account = new int[n];
    long[] amount = new long[n];
    for (int i = 0; i < n; i++) {
      account[i] = claims.account(i);
      amount[i] = claims.amount(i);
      accounts.unreserve(account[i], amount[i]);
    }
    neighbours.leave(leaving.machine, leaving.from, -1);
    boolean starts = reserve(unit) == NOTHING;
    if (starts) {
      unreserve(unit);
    }
    neighbours.enter(leaving.machine, leaving.from);
    for (int i = 0; i < n; i++) {
      accounts.reserve(account[i], amount[i]);
    }
    return starts;
  }
}
