package org.heddle.planner.search;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.Iterator;
import java.util.List;
import java.util.function.BooleanSupplier;

/**
 * From chosen patterns back to units: what leaves goes to the places made for its type, as far as
 * the rules of the instance allow it; the rest is left to the greedy placement.
 */
final class Dealing {
  private final Exchange exchange;
  private final Grid grid;
  private final State state;
  private final BooleanSupplier stop;

  /**
   * @param stop once true, what is not dealt yet is left over
   */
  Dealing(Exchange exchange, Grid grid, State state, BooleanSupplier stop) {
    this.exchange = exchange;
    this.grid = grid;
    this.state = state;
    this.stop = stop;
  }

  /** Fills the empty state. */
  void deal(Pool.Pattern[] patterns) {
    Dense dense = exchange.dense;
    boolean[] leaves = new boolean[dense.units];
    List<Deque<Integer>> leaving = new ArrayList<>();
    for (int t = 0; t < grid.types; t++) {
      leaving.add(new ArrayDeque<>());
    }
    for (int u : exchange.pending) {
      leaving.get(grid.typeOf[u]).add(u);
      leaves[u] = true;
    }
    for (int h = 0; h < patterns.length; h++) {
      int[] units = exchange.present[h];
      for (int left = patterns[h].leaving; left != 0; left &= left - 1) {
        int u = units[Integer.numberOfTrailingZeros(left)];
        leaving.get(grid.typeOf[u]).add(u);
        leaves[u] = true;
      }
    }
    for (int u = 0; u < dense.units; u++) {
      if (!leaves[u] && !stop.getAsBoolean() && state.allows(u, dense.home[u])) {
        state.place(u, dense.home[u]);
      }
    }
    for (int h = 0; h < patterns.length; h++) {
      for (int change : patterns[h].change) {
        if (change < 0) {
          assign(leaving.get(-change - 1), h);
        }
      }
    }
  }

  /** The first of the units that may come to the host goes there. */
  private void assign(Deque<Integer> units, int host) {
    for (Iterator<Integer> all = units.iterator(); all.hasNext() && !stop.getAsBoolean(); ) {
      int u = all.next();
      if (state.allows(u, host)) {
        state.place(u, host);
        all.remove();
        return;
      }
    }
  }
}
