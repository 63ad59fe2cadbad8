package org.heddle.planner.search;

import java.util.Arrays;
import java.util.Comparator;
import java.util.function.BooleanSupplier;

/**
 * The first placement: every unit stays where it is but for the cheapest eviction set of each
 * overloaded host; what left, and what is new, goes, hardest first, where it leaves least room
 * over.
 */
final class Greedy {
  private final Dense dense;
  private final State state;
  private final BooleanSupplier stop;
  private long bound;
  private long base;

  /**
   * @param stop once true, what has no place yet gets none, and bounds are those that are to be had
   *     at once
   */
  Greedy(Dense dense, State state, BooleanSupplier stop) {
    this.dense = dense;
    this.state = state;
    this.stop = stop;
    bound = 0;
  }

  /** No placement costs less, without the instance's constant; known after {@link #keep}. */
  long bound() {
    return bound;
  }

  /** The part of the bound that no rule has to do with. */
  long base() {
    return base;
  }

  /** Leaves in place what may stay; the state is empty before. */
  void keep() {
    for (int u = 0; u < dense.units; u++) {
      bound += dense.atHome[u];
      if (!dense.mayStay(u)) {
        bound += dense.leaving(u);
      }
    }
    base = bound;
    Evictions evictions = new Evictions(dense, new Compatible(state));
    int[][] homes = dense.atHomes();
    boolean[][] leaves = new boolean[dense.hosts][];
    for (int h = 0; h < dense.hosts; h++) {
      homes[h] = Arrays.stream(homes[h]).filter(dense::mayStay).toArray();
      leaves[h] = evictions.cheapest(h, homes[h], stop);
      bound += evictions.bound();
    }
    for (int h = 0; h < dense.hosts; h++) {
      stay(h, homes[h], leaves[h]);
    }
  }

  private void stay(int host, int[] units, boolean[] leaves) {
    Integer[] order = new Integer[units.length];
    Arrays.setAll(order, i -> i);
    Arrays.sort(order, Comparator.comparingLong(i -> -dense.leaving(units[i])));
    for (int i : order) {
      if (!leaves[i] && state.allows(units[i], host)) {
        state.place(units[i], host);
      }
    }
  }

  /** Puts home what is placed nowhere, where there is room. */
  void stayAll() {
    for (int u = 0; u < dense.units; u++) {
      if (state.at[u] < 0 && dense.mayStay(u) && state.allows(u, dense.home[u])) {
        state.place(u, dense.home[u]);
      }
    }
  }

  /** Places what is placed nowhere; answers how many found no place. */
  int fill() {
    int[] open = hardestFirst();
    int failed = 0;
    for (int u : open) {
      int host = stop.getAsBoolean() ? -1 : bestHost(u);
      if (host < 0) {
        failed++;
      } else {
        state.place(u, host);
      }
    }
    return failed;
  }

  /** Places what is placed nowhere as tightly as it can, wherever its home is. */
  void fillTight() {
    for (int u : hardestFirst()) {
      if (stop.getAsBoolean()) {
        return;
      }
      int host = state.index().tightest(state, u, h -> state.count[h] > 0);
      if (host < 0) {
        host = bestHost(u);
      }
      if (host >= 0) {
        state.place(u, host);
      }
    }
  }

  /** The cheapest host that takes the unit, the tightest of these; -1 if none does. */
  int bestHost(int unit) {
    if (dense.home[unit] >= 0 && state.allows(unit, dense.home[unit])) {
      return dense.home[unit];
    }
    Dense.Costs other = dense.costs[unit];
    int best = -1;
    for (int i = 0; other != null && i < other.hosts.length; i++) {
      int h = other.hosts[i];
      if ((best < 0 || dense.cost(unit, h) < dense.cost(unit, best)) && state.allows(unit, h)) {
        best = h;
      }
    }
    return best >= 0 ? best : state.index().tightest(state, unit, _ -> true);
  }

  /** What is placed nowhere: small domains first, then large demands. */
  private int[] hardestFirst() {
    Integer[] open = new Integer[dense.units];
    int count = 0;
    for (int u = 0; u < dense.units; u++) {
      if (state.at[u] < 0) {
        open[count++] = u;
      }
    }
    int[] width = new int[dense.units];
    for (int i = 0; i < count; i++) {
      width[open[i]] = width(open[i]);
    }
    Arrays.sort(
        open,
        0,
        count,
        Comparator.<Integer>comparingInt(u -> width[u]).thenComparingDouble(u -> -dense.size[u]));
    return Arrays.stream(open, 0, count).mapToInt(u -> u).toArray();
  }

  private int width(int unit) {
    long[] bits = dense.domain[unit];
    if (bits == null) {
      return dense.hosts;
    }
    int width = 0;
    for (long word : bits) {
      width += Long.bitCount(word);
    }
    return width;
  }
}
