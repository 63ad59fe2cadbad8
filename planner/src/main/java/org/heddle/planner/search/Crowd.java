package org.heddle.planner.search;

/**
 * The best of a host with many units at given prices: one knapsack over its own units (each once)
 * and the market (as often as wanted), instead of all subsets.
 */
final class Crowd {
  private final Exchange exchange;
  private final Grid grid;
  private final double[] value;
  private boolean[][] keeps = new boolean[0][];
  private final long[] room;

  Crowd(Exchange exchange, Grid grid) {
    this.exchange = exchange;
    this.grid = grid;
    value = new double[grid.cells];
    room = new long[exchange.dense.resources];
  }

  double value(int h, double[] price, double[] earn, int[] take, int[] surplus) {
    int[] units = exchange.present[h];
    reserve(units.length);
    if (exchange.open[h]) {
      System.arraycopy(earn, 0, value, 0, value.length);
    } else {
      java.util.Arrays.fill(value, 0);
    }
    double all = 0;
    for (int i = 0; i < units.length; i++) {
      double worth = exchange.cost[units[i]] + price[grid.typeOf[units[i]]];
      all += worth;
      keep(i, grid.typeOf[units[i]], worth);
    }
    System.arraycopy(exchange.free, h * room.length, room, 0, room.length);
    int cell = grid.cell(room);
    if (cell < 0) {
      return 0;
    }
    double best = all - value[cell];
    for (int i = units.length - 1; i >= 0; i--) {
      if (keeps[i][cell]) {
        cell -= grid.shift[grid.typeOf[units[i]]];
      } else {
        surplus[grid.typeOf[units[i]]]++;
      }
    }
    if (exchange.open[h]) {
      for (int c = cell; take[c] >= 0; c -= grid.shift[take[c]]) {
        surplus[take[c]]--;
      }
    }
    return best;
  }

  private void reserve(int units) {
    if (keeps.length < units) {
      keeps = new boolean[units][grid.cells];
    }
  }

  private void keep(int i, int type, double worth) {
    boolean[] kept = keeps[i];
    int shift = grid.shift[type];
    for (int c = grid.cells - 1; c >= 0; c--) {
      boolean fits = c >= shift && grid.fits(type, c);
      double with = fits ? value[c - shift] + worth : -1;
      kept[c] = fits && with > value[c];
      if (kept[c]) {
        value[c] = with;
      }
    }
  }
}
