package org.heddle.dist.plan;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.heddle.planner.instance.Arrangement;
import org.heddle.planner.instance.Indices;
import org.heddle.planner.instance.Instance;
import org.heddle.planner.instance.InstanceChecker;
import org.heddle.planner.instance.MachineState;
import org.heddle.planner.instance.Schedule;
import org.heddle.planner.instance.TimedAction;
import org.heddle.planner.instance.TimedAction.Kind;
import org.heddle.planner.order.Durations;

/**
 * The plainest plans there are: one action after the other, in every order, without detours. When
 * the checker accepts one of them, a refusal to order is wrong.
 */
final class OneByOne {
  private static final int MOST_ACTIONS = 6;

  private final Instance instance;
  private final Durations durations;
  private final List<TimedAction> hostsFirst = new ArrayList<>();
  private final List<TimedAction> middle = new ArrayList<>();
  private final List<TimedAction> hostsLast = new ArrayList<>();

  private OneByOne(Instance instance, Arrangement end, Durations durations) {
    this.instance = instance;
    this.durations = durations;
    for (int h = 0; h < instance.hosts(); h++) {
      if (end.online(h) && !instance.online(h)) {
        hostsFirst.add(action(Kind.BOOT_HOST, -1, -1, h));
      } else if (!end.online(h) && instance.online(h)) {
        hostsLast.add(action(Kind.SHUTDOWN_HOST, -1, h, -1));
      }
    }
    for (int m = 0; m < instance.machines(); m++) {
      machine(m, end.host(m)).ifPresent(middle::add);
    }
  }

  /** A right plan of that kind; empty when there is none, or too many actions to try. */
  static Optional<Schedule> find(Instance instance, Arrangement end, Durations durations) {
    OneByOne all = new OneByOne(instance, end, durations);
    return all.middle.size() > MOST_ACTIONS
        ? Optional.empty()
        : all.permute(new ArrayList<>(), new boolean[all.middle.size()]);
  }

  private TimedAction action(Kind kind, int machine, int from, int to) {
    long ms = durations.ms(kind, machine, from, to, Durations.UNBOUNDED);
    return new TimedAction(kind, machine, from, to, 0, ms, Indices.NONE);
  }

  private Optional<TimedAction> machine(int m, int to) {
    int from = instance.host(m);
    MachineState wanted = instance.wanted(m);
    return switch (instance.state(m)) {
      case READY ->
          switch (wanted) {
            case RUNNING -> Optional.of(action(Kind.BOOT, m, -1, to));
            case KILLED -> Optional.of(action(Kind.KILL, m, -1, -1));
            case READY, SLEEPING -> Optional.empty();
          };
      case SLEEPING ->
          switch (wanted) {
            case RUNNING -> Optional.of(action(Kind.RESUME, m, from, to));
            case KILLED -> Optional.of(action(Kind.KILL, m, from, -1));
            case READY, SLEEPING -> Optional.empty();
          };
      case RUNNING -> running(m, from, to);
      case KILLED -> Optional.empty();
    };
  }

  private Optional<TimedAction> running(int m, int from, int to) {
    return switch (instance.wanted(m)) {
      case RUNNING ->
          from != to
              ? Optional.of(action(Kind.MIGRATE, m, from, to))
              : changes(m) ? Optional.of(action(Kind.ALLOCATE, m, from, to)) : Optional.empty();
      case SLEEPING -> Optional.of(action(Kind.SUSPEND, m, from, to));
      case READY -> Optional.of(action(Kind.SHUTDOWN, m, from, -1));
      case KILLED -> Optional.of(action(Kind.KILL, m, from, -1));
    };
  }

  private boolean changes(int m) {
    for (int r = 0; r < instance.resources(); r++) {
      if (instance.present(m, r) != instance.next(m, r)) {
        return true;
      }
    }
    return false;
  }

  private Optional<Schedule> permute(List<TimedAction> chosen, boolean[] used) {
    if (chosen.size() == middle.size()) {
      Schedule schedule = inARow(chosen);
      return InstanceChecker.check(instance, schedule).isEmpty()
          ? Optional.of(schedule)
          : Optional.empty();
    }
    for (int i = 0; i < used.length; i++) {
      if (!used[i]) {
        used[i] = true;
        chosen.add(middle.get(i));
        Optional<Schedule> found = permute(chosen, used);
        if (found.isPresent()) {
          return found;
        }
        chosen.removeLast();
        used[i] = false;
      }
    }
    return Optional.empty();
  }

  private Schedule inARow(List<TimedAction> chosen) {
    List<TimedAction> all = new ArrayList<>();
    long now = 0;
    for (List<TimedAction> part : List.of(hostsFirst, chosen, hostsLast)) {
      for (TimedAction a : part) {
        Indices before = all.isEmpty() ? Indices.NONE : Indices.of(all.size() - 1);
        long end = now + a.durationMs();
        all.add(new TimedAction(a.kind(), a.machine(), a.from(), a.to(), now, end, before));
        now = end + 1; // what needs two things at one moment is not one after the other
      }
    }
    return new Schedule(all);
  }
}
