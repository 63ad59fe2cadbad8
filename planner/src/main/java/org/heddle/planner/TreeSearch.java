package org.heddle.planner;

import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Depth-first branch and bound for placing items, cheapest host first. Exact when it ends before
 * its limit of nodes. Machines of one form are tried in one order only; a branch is left when the
 * hosts that can still take any of the remaining items cannot hold them all, or when it cannot
 * become cheaper than the best known.
 */
final class TreeSearch {
  private final List<Item> items;
  private final long[][] free;
  private final long[][] demandFrom;
  private final long[][] smallestFrom;
  private final long[] costFrom;
  private final int[] choice;
  private final long limit;
  private long bound;
  private long cost;
  private long nodes;
  private boolean exhausted;

  /**
   * @param items in the order in which they are placed; equal forms side by side
   * @param free room of each host, which the search changes and restores
   * @param bound only placements cheaper than this are of interest
   * @param limit of nodes
   */
  TreeSearch(List<Item> items, long[][] free, long bound, long limit) {
    this.items = items;
    this.free = free;
    this.bound = bound;
    this.limit = limit;
    int n = items.size();
    this.choice = new int[n];
    this.costFrom = new long[n + 1];
    this.demandFrom = new long[n + 1][Floor.DIMENSIONS];
    this.smallestFrom = new long[n + 1][];
    smallestFrom[n] = new long[] {Long.MAX_VALUE, Long.MAX_VALUE, Long.MAX_VALUE};
    for (int k = n - 1; k >= 0; k--) {
      Item item = items.get(k);
      costFrom[k] = costFrom[k + 1] + item.leastCost();
      demandFrom[k] = demandFrom[k + 1].clone();
      Floor.add(demandFrom[k], item.demand);
      smallestFrom[k] = smallestFrom[k + 1].clone();
      for (int d = 0; d < Floor.DIMENSIONS; d++) {
        smallestFrom[k][d] = Math.min(smallestFrom[k][d], item.demand[d]);
      }
    }
  }

  /** Whether the last run looked everywhere, so that what it did not find does not exist. */
  boolean exhausted() {
    return exhausted;
  }

  long nodes() {
    return nodes;
  }

  /** The first placement found, or null. */
  int @Nullable [] first() {
    return run(true);
  }

  /** The cheapest placement found, or null when there is none below the bound. */
  int @Nullable [] cheapest() {
    return run(false);
  }

  private int @Nullable [] run(boolean stopAtFirst) {
    int[] best = null;
    exhausted = true;
    int depth = enter(0) ? 0 : -1;
    while (depth >= 0) {
      if (depth == items.size()) {
        best = hosts();
        bound = cost;
        if (stopAtFirst) {
          break;
        }
        depth = back(depth);
        continue;
      }
      if (!advance(depth)) {
        depth = back(depth);
        continue;
      }
      if (++nodes > limit) {
        exhausted = false;
        undo(depth);
        break;
      }
      if (enter(depth + 1)) {
        depth++;
      } else {
        undo(depth);
      }
    }
    unwind(depth);
    return best;
  }

  private int back(int depth) {
    if (depth > 0) {
      undo(depth - 1);
    }
    return depth - 1;
  }

  private void unwind(int depth) {
    for (int k = depth - 1; k >= 0; k--) {
      undo(k);
    }
  }

  /** Prepares the choice at this depth; false when nothing good can come below. */
  private boolean enter(int depth) {
    if (depth == items.size()) {
      return true;
    }
    boolean twin = depth > 0 && items.get(depth).form == items.get(depth - 1).form;
    choice[depth] = twin ? choice[depth - 1] - 1 : -1;
    return cost + costFrom[depth] < bound && enoughRoom(depth);
  }

  private boolean enoughRoom(int depth) {
    long[] usable = new long[Floor.DIMENSIONS];
    for (long[] host : free) {
      if (Floor.fits(smallestFrom[depth], host)) {
        Floor.add(usable, host);
      }
    }
    return Floor.fits(demandFrom[depth], usable);
  }

  /** Places the item of this depth on its next host that has room. */
  private boolean advance(int depth) {
    Item item = items.get(depth);
    for (int c = choice[depth] + 1; c < item.hosts.length; c++) {
      int h = item.hosts[c];
      if (cost + item.cost[h] + costFrom[depth + 1] >= bound) {
        return false;
      }
      if (Floor.fits(item.demand, free[h])) {
        choice[depth] = c;
        Floor.subtract(free[h], item.demand);
        cost += item.cost[h];
        return true;
      }
    }
    return false;
  }

  private void undo(int depth) {
    Item item = items.get(depth);
    int h = item.hosts[choice[depth]];
    Floor.add(free[h], item.demand);
    cost -= item.cost[h];
  }

  private int[] hosts() {
    int[] hosts = new int[items.size()];
    for (int k = 0; k < hosts.length; k++) {
      hosts[k] = items.get(k).hosts[choice[k]];
    }
    return hosts;
  }
}
