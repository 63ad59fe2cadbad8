package org.heddle.planner.order;

import java.util.ArrayList;
import java.util.List;
import org.heddle.planner.instance.Arrangement;
import org.heddle.planner.instance.Instance;
import org.heddle.planner.instance.MachineState;
import org.heddle.planner.instance.TimedAction.Kind;

/**
 * The least sum of ends of a direct plan (each machine does one action), by trying every set of
 * actions that may start whenever an action ends. For instances of boots, migrations and changed
 * demands, without constraints.
 */
final class BruteForceOrders {
  static final long NONE = Long.MAX_VALUE;

  /** One action: what it takes on its host from its start, and gives back elsewhere at its end. */
  private record Action(int from, int to, long lasts, List<Long> takes, List<Long> gives) {}

  private final Instance instance;
  private final List<Action> actions = new ArrayList<>();
  private long best = NONE;

  private BruteForceOrders(Instance instance, Arrangement goal) {
    this.instance = instance;
    Durations durations = new AttributeDurations(instance);
    for (int m = 0; m < instance.machines(); m++) {
      int to = goal.host(m);
      if (instance.wanted(m) != MachineState.RUNNING) {
        continue;
      }
      boolean runs = instance.state(m) == MachineState.RUNNING;
      int from = runs ? instance.host(m) : to;
      boolean stays = runs && from == to;
      if (stays && !instance.demandChanges(m)) {
        continue;
      }
      Kind kind = !runs ? Kind.BOOT : stays ? Kind.ALLOCATE : Kind.MIGRATE;
      List<Long> takes = new ArrayList<>();
      List<Long> gives = new ArrayList<>();
      for (int r = 0; r < instance.resources(); r++) {
        long present = runs ? instance.present(m, r) : 0;
        long next = instance.next(m, r);
        takes.add(stays ? Math.max(0, next - present) : next);
        gives.add(stays ? Math.max(0, present - next) : present);
      }
      long lasts = durations.ms(kind, m, from, to, Durations.UNBOUNDED);
      actions.add(new Action(from, to, lasts, takes, gives));
    }
  }

  /** {@link #NONE} when no direct plan exists. */
  static long leastSumOfEnds(Instance instance, Arrangement goal) {
    BruteForceOrders search = new BruteForceOrders(instance, goal);
    int n = search.actions.size();
    long[] free = new Layout(instance, OrderLimits.of(new AttributeDurations(instance))).origin();
    search.go(0, new long[n], new boolean[n], free, 0, 0);
    return search.best;
  }

  /**
   * @param end by action, 0 when it has not started
   * @param next only actions from here on are tried at this moment: the others have been
   */
  private void go(long now, long[] end, boolean[] done, long[] free, long sum, int next) {
    long least = sum;
    int left = 0;
    for (int i = 0; i < end.length; i++) {
      if (!started(end, i)) {
        least += now + actions.get(i).lasts();
        left++;
      }
    }
    if (left == 0 || least >= best) {
      best = Math.min(best, least);
      return;
    }
    for (int i = next; i < end.length; i++) {
      if (!started(end, i) && fits(i, free)) {
        change(actions.get(i).to(), actions.get(i).takes(), free, -1);
        end[i] = now + actions.get(i).lasts() + 1;
        go(now, end, done, free, sum + now + actions.get(i).lasts(), i + 1);
        end[i] = 0;
        change(actions.get(i).to(), actions.get(i).takes(), free, 1);
      }
    }
    later(end, done, free, sum);
  }

  /** Ends are kept one higher than they are, so that 0 means not started. */
  private static boolean started(long[] end, int i) {
    return end[i] > 0;
  }

  private void later(long[] end, boolean[] done, long[] free, long sum) {
    long at = NONE;
    for (int i = 0; i < end.length; i++) {
      if (started(end, i) && !done[i]) {
        at = Math.min(at, end[i] - 1);
      }
    }
    if (at == NONE) {
      return;
    }
    boolean[] ended = done.clone();
    long[] room = free.clone();
    for (int i = 0; i < end.length; i++) {
      if (started(end, i) && !done[i] && end[i] - 1 == at) {
        ended[i] = true;
        change(actions.get(i).from(), actions.get(i).gives(), room, 1);
      }
    }
    go(at, end, ended, room, sum, 0);
  }

  private boolean fits(int i, long[] free) {
    Action action = actions.get(i);
    for (int r = 0; r < instance.resources(); r++) {
      long need = action.takes().get(r);
      if (need > 0 && free[action.to() * instance.resources() + r] < need) {
        return false;
      }
    }
    return true;
  }

  private void change(int host, List<Long> amounts, long[] free, int sign) {
    for (int r = 0; r < instance.resources(); r++) {
      free[host * instance.resources() + r] += sign * amounts.get(r);
    }
  }
}
