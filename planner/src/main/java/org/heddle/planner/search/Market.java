package org.heddle.planner.search;

import java.util.Arrays;

/**
 * The best that a host can do when every type of unit has a price: what it sends away costs the
 * move and the price of a place elsewhere, what it takes in earns the price. The sum over all hosts
 * is, for any prices, a lower bound of the cost of every placement: the Lagrangian relaxation of
 * "no more units of a type leave than places are made for them". Its best prices give the bound of
 * a column generation over host patterns (Dantzig and Wolfe 1960, Geoffrion 1974). What a room
 * earns is one unbounded knapsack table, shared by all hosts (Gilmore and Gomory 1966).
 */
final class Market {
  /** Of hosts with more units subsets are not listed; a knapsack over their own units is solved. */
  static final int LISTED = 10;

  /** Subsets this many units of cost worse than the best are priced only in full evaluations. */
  private static final double MARGIN = 4;

  final Exchange exchange;
  final Grid grid;

  /** The most that arrivals can earn, by cell. */
  final double[] earn;

  /** The type that the best arrivals of the cell contain; -1 for none. */
  final int[] take;

  /** The smallest value of each host at the last prices. */
  final double[] least;

  private final int[][] masks;
  private final int[][] cells;
  private final double[][] costs;
  private final int[][] active;
  private final double[] sums = new double[1 << LISTED];
  private final Crowd crowd;

  Market(Exchange exchange, Grid grid, Compatible compatible) {
    this.exchange = exchange;
    this.grid = grid;
    earn = new double[grid.cells];
    take = new int[grid.cells];
    int hosts = exchange.dense.hosts;
    least = new double[hosts];
    masks = new int[hosts][];
    cells = new int[hosts][];
    costs = new double[hosts][];
    active = new int[hosts][];
    crowd = new Crowd(exchange, grid);
    for (int h = 0; h < hosts; h++) {
      if (exchange.present[h].length <= LISTED) {
        list(h, compatible);
      }
    }
  }

  /** Lists the sets of units that may leave so that the rest fits. */
  private void list(int h, Compatible compatible) {
    int[] units = exchange.present[h];
    boolean ruled = compatible.matters(h, units);
    boolean[] leaves = new boolean[units.length];
    int count = 1 << units.length;
    int width = exchange.dense.resources;
    long[] rooms = new long[count * width];
    long[] room = new long[width];
    double[] cost = new double[count];
    double[] keptCosts = new double[count];
    int[] keptMasks = new int[count];
    int[] keptCells = new int[count];
    int kept = 0;
    for (int r = 0; r < width; r++) {
      rooms[r] = exchange.free[h * width + r];
      for (int u : units) {
        rooms[r] -= exchange.dense.demand[u * width + r];
      }
    }
    for (int e = 0; e < count; e++) {
      if (e > 0) {
        int before = (e & (e - 1)) * width;
        int u = units[Integer.numberOfTrailingZeros(e)];
        cost[e] = cost[e & (e - 1)] + exchange.cost[u];
        for (int r = 0; r < width; r++) {
          rooms[e * width + r] = rooms[before + r] + exchange.dense.demand[u * width + r];
        }
      }
      System.arraycopy(rooms, e * width, room, 0, width);
      for (int i = 0; ruled && i < leaves.length; i++) {
        leaves[i] = ((e >>> i) & 1) != 0;
      }
      int cell = grid.cell(room);
      if (cell >= 0 && (!ruled || compatible.stay(h, units, leaves))) {
        keptMasks[kept] = e;
        keptCells[kept] = cell;
        keptCosts[kept++] = cost[e];
      }
    }
    masks[h] = Arrays.copyOf(keptMasks, kept);
    cells[h] = Arrays.copyOf(keptCells, kept);
    costs[h] = Arrays.copyOf(keptCosts, kept);
  }

  boolean listed(int h) {
    return exchange.present[h].length <= LISTED;
  }

  int subsets(int h) {
    return masks[h].length;
  }

  /** The units that leave, one bit each. */
  int mask(int h, int subset) {
    return masks[h][subset];
  }

  int cell(int h, int subset) {
    return cells[h][subset];
  }

  double cost(int h, int subset) {
    return costs[h][subset];
  }

  /** Sets the tables of what arrivals earn. */
  void price(double[] price) {
    Arrays.fill(earn, 0);
    Arrays.fill(take, -1);
    for (int t = 0; t < grid.types; t++) {
      if (price[t] > 0 && !grid.weightless(t)) {
        sweep(t, price[t]);
      }
    }
  }

  private void sweep(int type, double price) {
    int shift = grid.shift[type];
    int last = grid.kept.length - 1;
    int width = grid.size[last];
    int from = grid.level[type][last];
    for (int row = 0; row < grid.cells; row += width) {
      if (!grid.fits(type, row + width - 1)) {
        continue;
      }
      for (int c = row + from; c < row + width; c++) {
        double value = earn[c - shift] + price;
        if (value > earn[c] + 1e-12) {
          earn[c] = value;
          take[c] = type;
        }
      }
    }
  }

  /**
   * The value of the relaxation at these prices; {@code surplus} gets for each type how many more
   * leave than are taken. Only a full evaluation is a bound; one of the recently good sets guides.
   */
  double evaluate(double[] price, int[] surplus, boolean full) {
    price(price);
    Arrays.fill(surplus, 0);
    double sum = 0;
    for (int u : exchange.pending) {
      sum += price[grid.typeOf[u]];
      surplus[grid.typeOf[u]]++;
    }
    for (int h = 0; h < least.length; h++) {
      if (!listed(h)) {
        least[h] = crowd.value(h, price, earn, take, surplus);
      } else if (masks[h].length > 0) {
        int best = full || active[h] == null ? all(h, price) : some(h, price);
        count(h, best, surplus);
      }
      sum += least[h];
    }
    return sum;
  }

  private void count(int h, int best, int[] surplus) {
    int[] units = exchange.present[h];
    for (int left = masks[h][best]; left != 0; left &= left - 1) {
      surplus[grid.typeOf[units[Integer.numberOfTrailingZeros(left)]]]++;
    }
    if (exchange.open[h]) {
      for (int c = cells[h][best]; take[c] >= 0; c -= grid.shift[take[c]]) {
        surplus[take[c]]--;
      }
    }
  }

  /** What the units of each subset cost beside the move; valid until the next call. */
  double[] prices(int h, double[] price) {
    int[] units = exchange.present[h];
    sums[0] = 0;
    for (int e = 1; e < 1 << units.length; e++) {
      int u = units[Integer.numberOfTrailingZeros(e)];
      sums[e] = sums[e & (e - 1)] + price[grid.typeOf[u]];
    }
    return sums;
  }

  private final double[] values = new double[1 << LISTED];

  private int all(int h, double[] price) {
    double[] beside = prices(h, price);
    int[] mask = masks[h];
    int[] cell = cells[h];
    boolean open = exchange.open[h];
    int best = 0;
    for (int i = 0; i < mask.length; i++) {
      values[i] = costs[h][i] + beside[mask[i]] - (open ? earn[cell[i]] : 0);
      if (values[i] < values[best] - 1e-9) {
        best = i;
      }
    }
    least[h] = values[best];
    double limit = least[h] + MARGIN * exchange.unit;
    int kept = 0;
    int[] near = new int[mask.length];
    for (int i = 0; i < mask.length; i++) {
      if (values[i] <= limit) {
        near[kept++] = i;
      }
    }
    active[h] = Arrays.copyOf(near, kept);
    return best;
  }

  private int some(int h, double[] price) {
    int[] units = exchange.present[h];
    boolean open = exchange.open[h];
    int best = -1;
    double bestValue = 0;
    for (int i : active[h]) {
      double value = costs[h][i] - (open ? earn[cells[h][i]] : 0);
      for (int left = masks[h][i]; left != 0; left &= left - 1) {
        value += price[grid.typeOf[units[Integer.numberOfTrailingZeros(left)]]];
      }
      if (best < 0 || value < bestValue - 1e-9) {
        best = i;
        bestValue = value;
      }
    }
    least[h] = bestValue;
    return best;
  }
}
