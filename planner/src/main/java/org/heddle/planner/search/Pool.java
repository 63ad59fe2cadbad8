package org.heddle.planner.search;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * For each host the patterns worth choosing: a set of its units that leave and the types that come
 * in their place. Those within a margin of the host's best at the given prices are listed, fewest
 * reduced cost first.
 */
final class Pool {
  /** One pattern. */
  static final class Pattern {
    /** Of the moves away; the lesser goals are the fraction. */
    final double cost;

    /** How much worse than the host's best it is at the prices. */
    final double reduced;

    /** Units that leave, by bit. */
    final int leaving;

    /** Type + 1 for each unit that leaves, -(type + 1) for each that comes. */
    final int[] change;

    Pattern(double cost, double reduced, int leaving, int[] change) {
      this.cost = cost;
      this.reduced = reduced;
      this.leaving = leaving;
      this.change = change;
    }
  }

  private static final int MOST_PATTERNS = 300;
  private static final int MOST_CHANGES = 48;
  private static final int MOST_NODES = 20_000;

  private final Exchange exchange;
  private final Grid grid;
  private final Market market;
  private final double[] price;
  private final double[][] prefix;
  private final Pattern[][] patterns;
  private final int[] buffer = new int[MOST_CHANGES];
  private List<Pattern> found = new ArrayList<>();
  private int nodes;

  /**
   * @param price at which to list; positive for every type that has weight
   */
  Pool(Market market, double[] price, double margin) {
    this.market = market;
    this.exchange = market.exchange;
    this.grid = market.grid;
    this.price = price;
    market.evaluate(price, new int[grid.types], true);
    prefix = prefixes();
    patterns = new Pattern[exchange.dense.hosts][];
    for (int h = 0; h < patterns.length; h++) {
      patterns[h] = list(h, margin);
    }
  }

  Pattern[] of(int host) {
    return patterns[host];
  }

  /** Earnings with the first types only, so that every set of arrivals is listed once. */
  private double[][] prefixes() {
    double[][] tables = new double[grid.types + 1][];
    tables[0] = new double[grid.cells];
    for (int t = 0; t < grid.types; t++) {
      if (grid.weightless(t) || price[t] <= 0) {
        tables[t + 1] = tables[t];
        continue;
      }
      double[] table = tables[t].clone();
      for (int c = grid.shift[t]; c < grid.cells; c++) {
        if (grid.fits(t, c)) {
          table[c] = Math.max(table[c], table[c - grid.shift[t]] + price[t]);
        }
      }
      tables[t + 1] = table;
    }
    return tables;
  }

  private Pattern[] list(int h, double margin) {
    found = new ArrayList<>();
    if (!market.listed(h)) {
      return unchanged();
    }
    double limit = market.least[h] + margin;
    nodes = 0;
    double[] beside = market.prices(h, price);
    for (int i = 0; i < market.subsets(h); i++) {
      double paid = market.cost(h, i) + beside[market.mask(h, i)];
      int cell = market.cell(h, i);
      double most = exchange.open[h] ? market.earn[cell] : 0;
      if (paid - most <= limit) {
        leave(h, i, paid, limit);
      }
    }
    if (found.isEmpty()) {
      leaveOnly(h, beside);
    }
    if (found.isEmpty()) {
      return unchanged(); // nothing fits, whatever leaves
    }
    found.sort((a, b) -> Double.compare(a.reduced, b.reduced));
    int kept = Math.min(MOST_PATTERNS, found.size());
    return found.subList(0, kept).toArray(new Pattern[0]);
  }

  /**
   * The best pattern in which nothing comes, however bad it is: where nothing fits on other hosts
   * prices rise without end, and all that come may be too many to be listed.
   */
  private void leaveOnly(int h, double[] beside) {
    int best = -1;
    double least = Double.POSITIVE_INFINITY;
    for (int i = 0; i < market.subsets(h); i++) {
      double paid = market.cost(h, i) + beside[market.mask(h, i)];
      if (paid < least) {
        best = i;
        least = paid;
      }
    }
    if (best >= 0) {
      leave(h, best, least, Double.NEGATIVE_INFINITY);
      add(least);
    }
  }

  private static Pattern[] unchanged() {
    return new Pattern[] {new Pattern(0, 0, 0, new int[0])};
  }

  private int count;
  private long left;
  private int mask;
  private double moved;
  private int host;

  private void leave(int h, int subset, double paid, double limit) {
    host = h;
    mask = market.mask(h, subset);
    count = 0;
    left = 0;
    moved = market.cost(h, subset);
    int[] units = exchange.present[h];
    for (int bits = mask; bits != 0; bits &= bits - 1) {
      int u = units[Integer.numberOfTrailingZeros(bits)];
      int type = grid.typeOf[u];
      moved += exchange.fraction[u];
      if (!grid.weightless(type)) {
        buffer[count++] = type + 1;
        left |= type < Long.SIZE ? 1L << type : 0;
      }
    }
    if (exchange.open[h]) {
      arrive(grid.types, market.cell(h, subset), paid, limit);
    } else {
      add(paid);
    }
  }

  private void add(double paid) {
    found.add(new Pattern(moved, paid - market.least[host], mask, Arrays.copyOf(buffer, count)));
  }

  /** Tries the types below {@code types} in the room of the cell. */
  private void arrive(int types, int cell, double paid, double limit) {
    if (paid <= limit) {
      add(paid);
    }
    for (int t = types - 1; t >= 0 && paid - prefix[t + 1][cell] <= limit; t--) {
      boolean leaves = t < Long.SIZE && ((left >>> t) & 1) != 0;
      if (leaves || price[t] <= 0 || grid.weightless(t) || count == MOST_CHANGES) {
        continue;
      }
      if (grid.fits(t, cell) && ++nodes < MOST_NODES) {
        buffer[count++] = -(t + 1);
        arrive(t + 1, cell - grid.shift[t], paid - price[t], limit);
        count--;
      }
    }
  }

  /**
   * Adds patterns for types of which more leave than can come: the best that take one in, and for
   * the hosts that send one away the best that keep it.
   *
   * @param chosen pattern of each host now
   */
  void relieve(int type, int[] chosen, int most) {
    List<int[]> order = new ArrayList<>();
    double[] value = new double[patterns.length];
    int[] subset = new int[patterns.length];
    for (int h = 0; h < patterns.length; h++) {
      subset[h] = exchange.open[h] && market.listed(h) ? bestTaking(h, type, value) : -1;
      if (subset[h] >= 0) {
        order.add(new int[] {h});
      }
    }
    order.sort((a, b) -> Double.compare(value[a[0]], value[b[0]]));
    for (int[] entry : order.subList(0, Math.min(most, order.size()))) {
      append(entry[0], subset[entry[0]], type);
    }
    for (int h = 0; h < patterns.length; h++) {
      if (sends(patterns[h][chosen[h]], type)) {
        appendKeeping(h, type);
      }
    }
  }

  private static boolean sends(Pattern pattern, int type) {
    for (int change : pattern.change) {
      if (change == type + 1) {
        return true;
      }
    }
    return false;
  }

  private boolean contains(int h, int leaving, int type) {
    int[] units = exchange.present[h];
    for (int bits = leaving; bits != 0; bits &= bits - 1) {
      if (grid.typeOf[units[Integer.numberOfTrailingZeros(bits)]] == type) {
        return true;
      }
    }
    return false;
  }

  private int bestTaking(int h, int type, double[] value) {
    double[] beside = market.prices(h, price);
    int best = -1;
    for (int i = 0; i < market.subsets(h); i++) {
      int cell = market.cell(h, i);
      int leaving = market.mask(h, i);
      if (grid.fits(type, cell) && !contains(h, leaving, type)) {
        double paid = market.cost(h, i) + beside[leaving] - price[type];
        double reduced = paid - market.earn[cell - grid.shift[type]] - market.least[h];
        if (best < 0 || reduced < value[h]) {
          best = i;
          value[h] = reduced;
        }
      }
    }
    return best;
  }

  private void appendKeeping(int h, int type) {
    if (!market.listed(h)) {
      return;
    }
    double[] beside = market.prices(h, price);
    int best = -1;
    double least = 0;
    for (int i = 0; i < market.subsets(h); i++) {
      if (!contains(h, market.mask(h, i), type)) {
        double earned = exchange.open[h] ? market.earn[market.cell(h, i)] : 0;
        double value = market.cost(h, i) + beside[market.mask(h, i)] - earned;
        if (best < 0 || value < least) {
          best = i;
          least = value;
        }
      }
    }
    if (best >= 0) {
      append(h, best, -1);
    }
  }

  /** The subset leaves; the type, if any, and then the best arrivals come. */
  private void append(int h, int subset, int type) {
    host = h;
    double paid = market.cost(h, subset) + market.prices(h, price)[market.mask(h, subset)];
    found = new ArrayList<>();
    leave(h, subset, paid, Double.NEGATIVE_INFINITY);
    int cell = market.cell(h, subset);
    double earned = 0;
    if (!exchange.open[h]) {
      add(paid);
    } else {
      if (type >= 0) {
        buffer[count++] = -(type + 1);
        cell -= grid.shift[type];
        earned += price[type];
      }
      for (int c = cell; market.take[c] >= 0 && count < MOST_CHANGES; ) {
        int t = market.take[c];
        buffer[count++] = -(t + 1);
        earned += price[t];
        c -= grid.shift[t];
      }
      add(paid - earned);
    }
    Pattern[] more = Arrays.copyOf(patterns[h], patterns[h].length + 1);
    more[more.length - 1] = found.getLast();
    patterns[h] = more;
  }
}
