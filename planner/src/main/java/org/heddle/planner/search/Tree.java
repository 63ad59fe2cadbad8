package org.heddle.planner.search;

import java.util.Arrays;
import java.util.function.BooleanSupplier;

/**
 * Places some units on some hosts at the least cost, exactly: depth-first branch and bound that
 * takes the unit with the fewest hosts left first, and its cheapest host first.
 */
final class Tree {
  /** How a search ended. */
  enum End {
    /** Something cheaper was found and is now in the state; nothing is cheaper still. */
    BEST,
    /** Something cheaper was found and is now in the state, before the limit. */
    BETTER,
    /** Nothing cheaper exists; the units are placed nowhere. */
    NONE,
    /** The limit came before anything was found; the units are placed nowhere. */
    LIMIT
  }

  /** Which placements are better than others. */
  interface Ranking {
    /**
     * Whether no placement can be better than the best one known that has what the state has, and
     * in which the units placed by the tree cost no less than this.
     */
    boolean hopeless(long least);

    /** The placement of the state is the best one known now. */
    void found(long cost);
  }

  /** By cost alone. */
  private static final class Cheapest implements Ranking {
    private long limit;

    Cheapest(long limit) {
      this.limit = limit;
    }

    @Override
    public boolean hopeless(long least) {
      return least >= limit;
    }

    @Override
    public void found(long cost) {
      limit = cost;
    }
  }

  private final State state;
  private final Dense dense;
  private final BooleanSupplier stop;
  private int[] units = new int[0];
  private int[] hosts = new int[0];
  private int[] best = new int[0];
  private int[] order = new int[0];
  private Ranking ranking = new Cheapest(0);
  private long nodes;
  private long[] room = new long[0];
  private final long[] need;
  private boolean found;
  private int mustUse;

  Tree(State state, BooleanSupplier stop) {
    this.state = state;
    this.dense = state.dense;
    this.stop = stop;
    need = new long[dense.resources];
  }

  /** How many of the allowed nodes the last search did not use. */
  long nodesLeft() {
    return Math.max(0, nodes);
  }

  /**
   * @param toPlace units placed nowhere
   * @param on hosts that they may use
   * @param below the cost of the units must be less than this
   * @param maxNodes to visit
   */
  End solve(int[] toPlace, int[] on, long below, long maxNodes) {
    return solve(toPlace, on, new Cheapest(below), maxNodes);
  }

  /** The best by another ranking. */
  End solve(int[] toPlace, int[] on, Ranking by, long maxNodes) {
    units = toPlace.clone();
    hosts = on;
    best = new int[units.length];
    ranking = by;
    nodes = maxNodes;
    found = false;
    mustUse = 0;
    room = new long[dense.resources];
    Arrays.fill(need, 0);
    for (int r = 0; r < need.length; r++) {
      for (int h : hosts) {
        room[r] += state.room[h * need.length + r];
      }
      for (int u : units) {
        need[r] += dense.demand[u * need.length + r];
      }
    }
    for (int h : hosts) {
      mustUse += dense.mustUse[h] && state.count[h] == 0 ? 1 : 0;
    }
    search(0, 0);
    boolean ended = nodes > 0;
    if (!found) {
      return ended ? End.NONE : End.LIMIT;
    }
    for (int i = 0; i < units.length; i++) {
      state.place(order[i], best[i]);
    }
    return ended ? End.BEST : End.BETTER;
  }

  private void search(int depth, long cost) {
    if (--nodes <= 0 || ((nodes & 255) == 0 && stop.getAsBoolean())) {
      nodes = Math.min(nodes, 0);
      return;
    }
    if (depth == units.length) {
      if (mustUse == 0 && !ranking.hopeless(cost)) {
        record(cost);
      }
      return;
    }
    if (mustUse > units.length - depth) {
      return;
    }
    for (int r = 0; r < need.length; r++) {
      if (need[r] > room[r]) {
        return;
      }
    }
    int pick = pick(depth, cost);
    if (pick >= 0) {
      swap(depth, pick);
      branch(depth, cost);
    }
  }

  private void record(long cost) {
    ranking.found(cost);
    found = true;
    order = units.clone();
    for (int i = 0; i < units.length; i++) {
      best[i] = state.at[units[i]];
    }
  }

  /** The unit with fewest hosts; -1 if one has none or the cheapest hosts are too dear already. */
  private int pick(int depth, long cost) {
    long sum = cost;
    int pick = -1;
    int fewest = Integer.MAX_VALUE;
    for (int i = depth; i < units.length; i++) {
      int options = 0;
      long cheapest = Long.MAX_VALUE;
      for (int h : hosts) {
        if (state.allows(units[i], h)) {
          options++;
          cheapest = Math.min(cheapest, dense.cost(units[i], h));
        }
      }
      if (options == 0) {
        return -1;
      }
      sum += cheapest;
      if (options < fewest || (options == fewest && larger(units[i], units[pick]))) {
        fewest = options;
        pick = i;
      }
    }
    return ranking.hopeless(sum) ? -1 : pick;
  }

  private boolean larger(int a, int b) {
    return dense.size[a] > dense.size[b];
  }

  private void swap(int i, int j) {
    int keep = units[i];
    units[i] = units[j];
    units[j] = keep;
  }

  private void branch(int depth, long cost) {
    int u = units[depth];
    int[] options = new int[hosts.length];
    int count = 0;
    for (int h : hosts) {
      if (state.allows(u, h)) {
        options[count++] = h;
      }
    }
    sort(u, options, count);
    for (int i = 0; i < count && nodes > 0; i++) {
      int h = options[i];
      if (i > 0 && twin(u, h, options[i - 1])) {
        continue;
      }
      shift(u, -1);
      boolean first = dense.mustUse[h] && state.count[h] == 0;
      mustUse -= first ? 1 : 0;
      state.place(u, h);
      search(depth + 1, cost + dense.cost(u, h));
      state.remove(u);
      mustUse += first ? 1 : 0;
      shift(u, 1);
    }
  }

  private void shift(int unit, int sign) {
    for (int r = 0; r < need.length; r++) {
      long amount = sign * dense.demand[unit * need.length + r];
      need[r] += amount;
      room[r] += amount;
    }
  }

  /** Cheapest first, then the fullest. */
  private void sort(int unit, int[] options, int count) {
    for (int i = 1; i < count; i++) {
      int h = options[i];
      int j = i - 1;
      while (j >= 0 && before(unit, h, options[j])) {
        options[j + 1] = options[j];
        j--;
      }
      options[j + 1] = h;
    }
  }

  private boolean before(int unit, int a, int b) {
    long costA = dense.cost(unit, a);
    long costB = dense.cost(unit, b);
    return costA != costB
        ? costA < costB
        : state.room[a * need.length] < state.room[b * need.length];
  }

  /** Empty hosts of the same room that nothing tells apart need not both be tried. */
  private boolean twin(int unit, int a, int b) {
    if (!dense.plain[a] || !dense.plain[b] || state.count[a] != 0 || state.count[b] != 0) {
      return false;
    }
    if (dense.cost(unit, a) != dense.cost(unit, b)) {
      return false;
    }
    for (int r = 0; r < need.length; r++) {
      if (state.room[a * need.length + r] != state.room[b * need.length + r]) {
        return false;
      }
    }
    return true;
  }
}
