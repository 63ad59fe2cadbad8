package org.heddle.planner.search;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * What units may be exchanged between hosts when nothing but room counts: the input of the pattern
 * relaxation. Units that may not leave their host are not part of it; their use is taken off the
 * room.
 */
final class Exchange {
  final Dense dense;

  /** Room of each host for the units of the exchange; index host * resources + resource. */
  final long[] free;

  /** Units that are at home on the host and may leave. */
  final int[][] present;

  /** Units that have to be placed, wherever it is. */
  final int[] pending;

  /** Whether anything may come. */
  final boolean[] open;

  /** Cost of leaving home in the first goal. */
  final double[] cost;

  /** Cost of leaving home in the lesser goals: below 1 for all units together. */
  final double[] fraction;

  /** All leaving costs are multiples of it, in the unit of the first goal. */
  final long divisor;

  /** A typical small cost, for steps and temperatures. */
  final double unit;

  Exchange(Dense dense, long scale) {
    this.dense = dense;
    free = dense.usable.clone();
    present = new int[dense.hosts][];
    open = new boolean[dense.hosts];
    cost = new double[dense.units];
    fraction = new double[dense.units];
    List<Integer> homeless = new ArrayList<>();
    for (int u = 0; u < dense.units; u++) {
      long first = dense.leaving(u) / scale;
      cost[u] = (double) first;
      fraction[u] = (double) (dense.leaving(u) % scale) / scale;
      if (!dense.mayStay(u)) {
        homeless.add(u);
      }
    }
    pending = homeless.stream().mapToInt(u -> u).toArray();
    int[][] homes = dense.atHomes();
    for (int h = 0; h < dense.hosts; h++) {
      open[h] = !dense.sealed[h] && !dense.shut[h];
      present[h] = Arrays.stream(homes[h]).filter(u -> dense.mayStay(u) && !pinned(u)).toArray();
      for (int u : homes[h]) {
        if (dense.mayStay(u) && pinned(u)) {
          takeRoom(h, u);
        }
      }
    }
    divisor = divisor(scale);
    unit = typical();
  }

  private void takeRoom(int host, int unit) {
    for (int r = 0; r < dense.resources; r++) {
      free[host * dense.resources + r] -= dense.demand[unit * dense.resources + r];
    }
  }

  private boolean pinned(int unit) {
    long[] bits = dense.domain[unit];
    if (bits == null) {
      return false;
    }
    int width = 0;
    for (long word : bits) {
      width += Long.bitCount(word);
    }
    return width <= 1;
  }

  private long divisor(long scale) {
    long common = 0;
    for (int u = 0; u < dense.units; u++) {
      long away = dense.leaving(u) / scale;
      for (long b = away; b != 0; ) {
        long rest = common % b;
        common = b;
        b = rest;
      }
    }
    return Math.max(1, common);
  }

  private double typical() {
    double sum = 0;
    int count = 0;
    for (int[] units : present) {
      for (int u : units) {
        sum += cost[u];
        count += cost[u] > 0 ? 1 : 0;
      }
    }
    return count == 0 ? 1 : Math.max((double) divisor, sum / count / 4);
  }
}
