package org.heddle.planner.search;

import java.util.function.BooleanSupplier;

/**
 * The cheapest set of units that must leave an overloaded host, so that the rest fits: an exact
 * covering knapsack by branch and bound. Of several cheapest sets the one that needs least room
 * elsewhere is taken. The sum over all hosts is a lower bound of the cost of every placement.
 */
final class Evictions {
  private static final int MAX_NODES = 200_000;

  /** So many nodes are visited at least, and between two questions whether to stop. */
  private static final int STEP = 256;

  private final Dense dense;
  private final double[] weight;
  private int[] units = new int[0];
  private long[] excess = new long[0];
  private boolean[] leaves = new boolean[0];
  private boolean[] best = new boolean[0];
  private long bestCost;
  private double bestSize;
  private int nodes;
  private BooleanSupplier ended = () -> false;

  /** What the last search could prove. */
  private long bound;

  private final Compatible compatible;
  private boolean ruled;
  private int host;

  Evictions(Dense dense, Compatible compatible) {
    this.dense = dense;
    this.compatible = compatible;
    weight = new double[dense.resources];
    for (int r = 0; r < dense.resources; r++) {
      double sum = 1;
      for (int h = 0; h < dense.hosts; h++) {
        sum += dense.usable[h * dense.resources + r];
      }
      weight[r] = dense.hosts / sum;
    }
  }

  /**
   * Which of the units have to leave the host; all of them have it as their home.
   *
   * @param stop once true, the cheapest set found so far counts
   * @return by position in {@code candidates}
   */
  boolean[] cheapest(int onHost, int[] candidates, BooleanSupplier stop) {
    ended = stop;
    units = candidates;
    host = onHost;
    ruled = compatible.matters(host, units);
    excess = new long[dense.resources];
    boolean over = false;
    for (int r = 0; r < dense.resources; r++) {
      excess[r] = -dense.usable[host * dense.resources + r];
      for (int u : units) {
        excess[r] += dense.demand[u * dense.resources + r];
      }
      over |= excess[r] > 0;
    }
    leaves = new boolean[units.length];
    best = new boolean[units.length];
    bound = 0;
    if (!over && (!ruled || compatible.stay(host, units, leaves))) {
      return best;
    }
    java.util.Arrays.fill(best, true);
    bestCost = 0;
    bestSize = 0;
    for (int u : units) {
      bestCost += saving(u);
      bestSize += size(u);
    }
    nodes = 0;
    long root = rest(0);
    search(0, 0, 0);
    bound = nodes < MAX_NODES ? bestCost : root;
    return best;
  }

  /** What leaves costs at least so much more than if all stayed. */
  long bound() {
    return bound;
  }

  private long saving(int unit) {
    return dense.leaving(unit);
  }

  private double size(int unit) {
    double size = 0;
    for (int r = 0; r < dense.resources; r++) {
      size += weight[r] * dense.demand[unit * dense.resources + r];
    }
    return size;
  }

  private void search(int i, long cost, double size) {
    if (++nodes % STEP == 0 && ended.getAsBoolean()) {
      nodes = MAX_NODES;
    }
    if (nodes >= MAX_NODES) {
      return;
    }
    if (covered() && (!ruled || compatible.stay(host, units, leaves))) {
      if (cost < bestCost || (cost == bestCost && size < bestSize - 1e-12)) {
        bestCost = cost;
        bestSize = size;
        best = leaves.clone();
      }
      return;
    }
    if (i == units.length || cost + rest(i) > bestCost) {
      return;
    }
    int u = units[i];
    leaves[i] = true;
    shift(u, -1);
    search(i + 1, cost + saving(u), size + size(u));
    shift(u, 1);
    leaves[i] = false;
    search(i + 1, cost, size);
  }

  private boolean covered() {
    for (long over : excess) {
      if (over > 0) {
        return false;
      }
    }
    return true;
  }

  private void shift(int unit, int sign) {
    for (int r = 0; r < excess.length; r++) {
      excess[r] += sign * dense.demand[unit * dense.resources + r];
    }
  }

  /** At least this must be paid by units from {@code i} on: per resource, the cheapest share. */
  private long rest(int i) {
    long most = 0;
    for (int r = 0; r < excess.length; r++) {
      if (excess[r] > 0) {
        most = Math.max(most, fractional(i, r));
      }
    }
    return most;
  }

  private long fractional(int from, int r) {
    // the best rate and the sum: cheap, and enough for the few units of a host
    double rate = Double.MAX_VALUE;
    long sum = 0;
    for (int i = from; i < units.length; i++) {
      long asked = dense.demand[units[i] * dense.resources + r];
      sum += asked;
      if (asked > 0) {
        rate = Math.min(rate, (double) saving(units[i]) / asked);
      }
    }
    return sum < excess[r]
        ? Long.MAX_VALUE / 4
        : (long) Math.ceil(rate * excess[r] * (1 - 1e-12) - 1e-6);
  }
}
