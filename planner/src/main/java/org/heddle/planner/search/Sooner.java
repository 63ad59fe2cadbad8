package org.heddle.planner.search;

import java.util.Arrays;
import java.util.Comparator;
import java.util.function.BooleanSupplier;
import org.heddle.planner.instance.Instance;
import org.heddle.planner.instance.MachineState;

/**
 * Where what comes to a host would have to wait until something leaves it, another host that is
 * used, costs as much and has room at once is taken: fewer actions wait for others, at no cost.
 */
final class Sooner {
  private final Dense dense;
  private final State state;

  /** By host * resources + resource: what is free now, less what shall come. */
  private final long[] now;

  private Sooner(State state) {
    this.dense = state.dense;
    this.state = state;
    now = dense.usable.clone();
  }

  /**
   * The placement, changed where that lets actions start sooner; no goal gets worse.
   *
   * @param state any; it is the answer then
   */
  static int[] change(State state, int[] placement, BooleanSupplier stop) {
    Sooner sooner = new Sooner(state);
    sooner.state.restore(placement);
    sooner.count();
    for (int h = 0; h < sooner.dense.hosts && !stop.getAsBoolean(); h++) {
      if (sooner.crowded(h)) {
        sooner.relieve(h);
      }
    }
    return sooner.state.complete() ? sooner.state.at.clone() : placement;
  }

  private void count() {
    Instance instance = dense.instance;
    int[] goal = new int[instance.machines()];
    Arrays.fill(goal, -1);
    for (int u = 0; u < dense.units; u++) {
      for (int m : dense.members[u]) {
        goal[m] = state.at[u];
      }
    }
    for (int m = 0; m < goal.length; m++) {
      boolean runs = instance.state(m) == MachineState.RUNNING;
      boolean stays = runs && goal[m] == instance.host(m);
      for (int r = 0; r < dense.resources; r++) {
        if (runs) {
          long present = instance.present(m, r);
          now[instance.host(m) * dense.resources + r] -=
              stays ? Math.max(present, instance.next(m, r)) : present;
        }
        if (!stays && goal[m] >= 0) {
          now[goal[m] * dense.resources + r] -= instance.next(m, r);
        }
      }
    }
  }

  private boolean crowded(int host) {
    for (int r = 0; r < dense.resources; r++) {
      if (now[host * dense.resources + r] < 0) {
        return true;
      }
    }
    return false;
  }

  /** Sends what comes elsewhere, the largest first, until the rest can come at once. */
  private void relieve(int host) {
    int[] coming = Arrays.stream(state.on(host)).filter(this::movable).toArray();
    Integer[] order = Arrays.stream(coming).boxed().toArray(Integer[]::new);
    Arrays.sort(order, Comparator.comparingDouble(u -> -dense.size[u]));
    for (int u : order) {
      if (crowded(host)) {
        elsewhere(u, host);
      }
    }
  }

  /** Comes as a whole: no machine of it runs there now. */
  private boolean movable(int unit) {
    for (int m : dense.members[unit]) {
      if (dense.instance.host(m) == state.at[unit]) {
        return false;
      }
    }
    return true;
  }

  private void elsewhere(int unit, int host) {
    long cost = dense.cost(unit, host);
    state.remove(unit);
    int other =
        state
            .index()
            .tightest(
                state,
                unit,
                h ->
                    h != host
                        && state.count[h] > 0
                        && dense.instance.online(h)
                        && fitsNow(unit, h)
                        && dense.cost(unit, h) <= cost);
    boolean moved = other >= 0;
    state.place(unit, moved ? other : host);
    if (moved && state.idling()) {
      state.remove(unit);
      state.place(unit, host);
      moved = false;
    }
    for (int r = 0; moved && r < dense.resources; r++) {
      long demand = dense.demand[unit * dense.resources + r];
      now[host * dense.resources + r] += demand;
      now[other * dense.resources + r] -= demand;
    }
  }

  private boolean fitsNow(int unit, int host) {
    for (int r = 0; r < dense.resources; r++) {
      if (dense.demand[unit * dense.resources + r] > now[host * dense.resources + r]) {
        return false;
      }
    }
    return true;
  }
}
