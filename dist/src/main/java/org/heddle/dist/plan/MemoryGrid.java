package org.heddle.dist.plan;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import org.heddle.planner.instance.Arrangement;
import org.heddle.planner.instance.Instance;
import org.heddle.planner.instance.MachineState;
import org.heddle.planner.instance.Schedule;
import org.heddle.planner.instance.TimedAction;
import org.heddle.planner.instance.TimedAction.Kind;

/**
 * Executes a schedule on a grid that is only numbers, moment by moment, counting everything anew
 * each time. Slow and plain: it is there to hold the checker against something else.
 */
final class MemoryGrid {
  private final Instance instance;
  private final MachineState[] states;
  private final int[] hosts;

  /** Where a machine that is on its way runs too; -1 for none. */
  private final int[] arriving;

  /** Where the state of a machine is being saved to; -1 for none. */
  private final int[] saving;

  private final boolean[] grown;
  private final boolean[] changing;
  private final boolean[] busy;
  private final boolean[] online;
  private final boolean[] hostBusy;

  private MemoryGrid(Instance instance) {
    this.instance = instance;
    this.states = new MachineState[instance.machines()];
    this.hosts = new int[instance.machines()];
    this.arriving = new int[instance.machines()];
    this.saving = new int[instance.machines()];
    this.grown = new boolean[instance.machines()];
    this.changing = new boolean[instance.machines()];
    this.busy = new boolean[instance.machines()];
    this.online = new boolean[instance.hosts()];
    this.hostBusy = new boolean[instance.hosts()];
    for (int m = 0; m < states.length; m++) {
      states[m] = instance.state(m);
      hosts[m] = instance.host(m);
      arriving[m] = -1;
      saving[m] = -1;
    }
    for (int h = 0; h < online.length; h++) {
      online[h] = instance.online(h);
    }
  }

  /** What came of it. */
  record Run(Optional<String> failure, Arrangement end) {}

  private record Event(long time, boolean start, TimedAction action, int position) {}

  static Run execute(Instance instance, Schedule schedule) {
    MemoryGrid grid = new MemoryGrid(instance);
    Optional<String> failure = grid.execute(schedule);
    return new Run(failure, new Arrangement(grid.hosts, grid.online));
  }

  private Optional<String> execute(Schedule schedule) {
    List<Event> events = new ArrayList<>();
    for (int i = 0; i < schedule.actions().size(); i++) {
      TimedAction action = schedule.actions().get(i);
      events.add(new Event(action.startMs(), true, action, i));
      events.add(new Event(action.endMs(), false, action, i));
    }
    // What ends at a moment ends before anything starts; what takes no time ends after its start.
    events.sort(
        Comparator.comparingLong(Event::time)
            .thenComparingInt(e -> !e.start && e.action.durationMs() > 0 ? 0 : 1)
            .thenComparingInt(Event::position)
            .thenComparingInt(e -> e.start ? 0 : 1));
    long[][] before = use();
    for (int i = 0; i < events.size(); i++) {
      Event event = events.get(i);
      Optional<String> wrong = event.start ? start(event.action) : end(event.action);
      if (wrong.isPresent()) {
        return Optional.of(wrong.get() + " at " + event.time);
      }
      boolean last = i + 1 == events.size() || events.get(i + 1).time > event.time;
      if (last) {
        long[][] now = use();
        Optional<String> over = over(before, now);
        if (over.isPresent()) {
          return Optional.of(over.get() + " at " + event.time);
        }
        before = now;
      }
    }
    return Optional.empty();
  }

  private Optional<String> start(TimedAction action) {
    if (action.kind().ofHost()) {
      return startHost(action);
    }
    int m = action.machine();
    MachineState needed =
        switch (action.kind()) {
          case BOOT -> MachineState.READY;
          case RESUME -> MachineState.SLEEPING;
          case KILL -> states[m] == MachineState.KILLED ? MachineState.READY : states[m];
          case SHUTDOWN, SUSPEND, MIGRATE, RELAUNCH, ALLOCATE -> MachineState.RUNNING;
          case BOOT_HOST, SHUTDOWN_HOST -> throw new IllegalStateException("of a host");
        };
    boolean from = action.kind() == Kind.BOOT || action.from() == hosts[m];
    boolean way =
        switch (action.kind()) {
          case MIGRATE, RELAUNCH -> action.to() != action.from();
          case ALLOCATE -> action.to() == action.from();
          default -> true;
        };
    if (busy[m] || states[m] != needed || !from || !way) {
      return Optional.of(action.kind() + " of machine " + m + " is not possible");
    }
    if ((action.to() >= 0 && !usable(action.to())) || (hosts[m] >= 0 && !usable(hosts[m]))) {
      return Optional.of(action.kind() + " of machine " + m + " on a host that is off line");
    }
    busy[m] = true;
    switch (action.kind()) {
      case BOOT, RESUME, MIGRATE, RELAUNCH -> arriving[m] = action.to();
      case ALLOCATE -> changing[m] = true;
      case SUSPEND -> saving[m] = action.to();
      default -> {
        // It stays where it is until the end.
      }
    }
    return Optional.empty();
  }

  private boolean usable(int host) {
    return online[host] && !hostBusy[host];
  }

  private Optional<String> startHost(TimedAction action) {
    boolean boots = action.kind() == Kind.BOOT_HOST;
    int host = boots ? action.to() : action.from();
    if (hostBusy[host] || online[host] == boots) {
      return Optional.of(action.kind() + " of host " + host + " is not possible");
    }
    hostBusy[host] = true;
    for (int m = 0; m < hosts.length; m++) {
      if (!boots && (hosts[m] == host || arriving[m] == host || saving[m] == host)) {
        return Optional.of("host " + host + " stops under machine " + m);
      }
    }
    return Optional.empty();
  }

  private Optional<String> end(TimedAction action) {
    if (action.kind().ofHost()) {
      int host = Math.max(action.from(), action.to());
      online[host] = action.kind() == Kind.BOOT_HOST;
      hostBusy[host] = false;
      return Optional.empty();
    }
    int m = action.machine();
    busy[m] = false;
    arriving[m] = -1;
    saving[m] = -1;
    changing[m] = false;
    switch (action.kind()) {
      case BOOT, RESUME, MIGRATE, RELAUNCH -> {
        states[m] = MachineState.RUNNING;
        hosts[m] = action.to();
        grown[m] = true;
      }
      case ALLOCATE -> grown[m] = true;
      case SHUTDOWN -> {
        states[m] = MachineState.READY;
        hosts[m] = -1;
      }
      case KILL -> {
        states[m] = MachineState.KILLED;
        hosts[m] = -1;
      }
      case SUSPEND -> {
        states[m] = MachineState.SLEEPING;
        hosts[m] = action.to();
      }
      case BOOT_HOST, SHUTDOWN_HOST -> throw new IllegalStateException("of a host");
    }
    return Optional.empty();
  }

  /** By host and resource. */
  private long[][] use() {
    long[][] use = new long[instance.hosts()][instance.resources()];
    for (int m = 0; m < hosts.length; m++) {
      for (int r = 0; r < instance.resources(); r++) {
        long present = instance.present(m, r);
        long next = instance.next(m, r);
        if (states[m] == MachineState.RUNNING) {
          use[hosts[m]][r] +=
              changing[m] && !grown[m] ? Math.max(present, next) : grown[m] ? next : present;
        }
        if (arriving[m] >= 0) {
          use[arriving[m]][r] += next;
        }
      }
    }
    return use;
  }

  private Optional<String> over(long[][] before, long[][] now) {
    for (int h = 0; h < now.length; h++) {
      for (int r = 0; r < instance.resources(); r++) {
        if (now[h][r] > instance.usable(h, r) && now[h][r] > before[h][r]) {
          return Optional.of("host " + h + " is over its capacity");
        }
      }
    }
    return Optional.empty();
  }
}
