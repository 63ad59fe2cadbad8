package org.heddle.planner.search;

import java.util.Arrays;
import java.util.function.BooleanSupplier;

/**
 * Chooses a pattern for every host so that no more units of a type leave than come, at the least
 * cost: simulated annealing (Kirkpatrick, Gelatt and Vecchi 1983) over single hosts with a price on
 * every unit too many, which rises as long as there are some (as in adaptive penalty methods).
 */
final class Annealing {
  private static final int BLOCK = 1_024;
  private static final double MARKUP = 1.1;

  private final Pool pool;
  private final double unit;
  private final int hosts;
  private final int types;
  private final int[] balance;
  private final double[] price;
  private final double[] penalty;
  final int[] chosen;
  private double cost;
  private int missing;
  private long random;

  /** The cheapest balanced choice; valid when {@link #bestCost} is finite. */
  int[] best;

  double bestCost = Double.POSITIVE_INFINITY;

  /**
   * @param pending how many units of each type have no host to begin with
   */
  Annealing(Pool pool, Market market, double[] price, int[] pending, long seed) {
    this.pool = pool;
    this.price = price;
    this.unit = market.exchange.unit;
    hosts = market.exchange.dense.hosts;
    types = price.length;
    balance = pending.clone();
    penalty = new double[types];
    chosen = new int[hosts];
    best = new int[hosts];
    random = seed * 0x9E3779B97F4A7C15L + 0x632BE59BD9B4E019L;
    for (int h = 0; h < hosts; h++) {
      apply(pool.of(h)[0], 1);
    }
    for (int surplus : balance) {
      missing += Math.max(0, surplus);
    }
    for (int t = 0; t < types; t++) {
      penalty[t] = base(t);
    }
  }

  private double base(int type) {
    return MARKUP * price[type] + 0.1 * unit;
  }

  private void apply(Pool.Pattern pattern, int sign) {
    cost += sign * pattern.cost;
    for (int change : pattern.change) {
      if (change > 0) {
        balance[change - 1] += sign;
      } else {
        balance[-change - 1] -= sign;
      }
    }
  }

  /** How many units of the type have no place. */
  int surplus(int type) {
    return balance[type];
  }

  /** How many units have no place. */
  int missing() {
    return missing;
  }

  /** Goes back to the cheapest balanced choice, if there is one. */
  void rewind() {
    if (bestCost < Double.POSITIVE_INFINITY) {
      for (int h = 0; h < hosts; h++) {
        if (chosen[h] != best[h]) {
          move(h, best[h]);
        }
      }
    }
  }

  /**
   * @param from temperature at the start, in units of cost
   * @param to at the end
   * @param moves to try
   */
  void run(double from, double to, long moves, BooleanSupplier stop) {
    long blocks = Math.max(1, moves / BLOCK);
    for (long block = 0; block < blocks && !stop.getAsBoolean(); block++) {
      double share = block / (double) blocks;
      double temperature = unit * from * Math.pow(to / from, share);
      if (block % Math.max(1, blocks / 256) == 0) {
        reprice();
      }
      for (int i = 0; i < BLOCK; i++) {
        attempt(temperature);
      }
    }
  }

  private void reprice() {
    for (int t = 0; t < types; t++) {
      if (balance[t] > 0) {
        penalty[t] = Math.min(100 * unit, penalty[t] * 1.03 + 0.01 * unit);
      } else {
        penalty[t] = Math.max(base(t) * 0.95, penalty[t] * 0.998);
      }
    }
  }

  private void attempt(double temperature) {
    long bits = next();
    int h = (int) (((bits >>> 33) * hosts) >>> 31);
    Pool.Pattern[] options = pool.of(h);
    if (options.length < 2) {
      return;
    }
    double uniform = (bits & 0xFFFFFF) / (double) 0x1000000;
    int q = (int) (uniform * uniform * options.length);
    int p = chosen[h];
    if (q == p) {
      return;
    }
    int missed = missing;
    double delta = options[q].cost - options[p].cost;
    delta += shift(options[p].change, -1);
    delta += shift(options[q].change, 1);
    if (delta <= 0 || accept(delta / temperature)) {
      chosen[h] = q;
      cost += options[q].cost - options[p].cost;
      if (missing == 0 && cost < bestCost - 1e-9) {
        bestCost = cost;
        best = chosen.clone();
      }
    } else {
      shift(options[q].change, -1);
      shift(options[p].change, 1);
      missing = missed;
    }
  }

  private boolean accept(double x) {
    return x < 20 && (next() >>> 11) * 0x1.0p-53 < Math.exp(-x);
  }

  private void move(int h, int to) {
    Pool.Pattern[] options = pool.of(h);
    cost += options[to].cost - options[chosen[h]].cost;
    shift(options[chosen[h]].change, -1);
    shift(options[to].change, 1);
    chosen[h] = to;
  }

  /** Adds ({@code sign} 1) or takes back (-1) the changes; answers the change of all penalties. */
  private double shift(int[] changes, int sign) {
    double delta = 0;
    for (int change : changes) {
      int type = change > 0 ? change - 1 : -change - 1;
      if ((change > 0) == (sign > 0)) {
        if (balance[type]++ >= 0) {
          delta += penalty[type];
          missing++;
        }
      } else if (balance[type]-- > 0) {
        delta -= penalty[type];
        missing--;
      }
    }
    return delta;
  }

  private long next() {
    random ^= random << 13;
    random ^= random >>> 7;
    random ^= random << 17;
    return random * 0x2545F4914F6CDD1DL;
  }

  /** The patterns chosen, balanced if there is a balanced choice. */
  Pool.Pattern[] answer() {
    int[] choice = bestCost < Double.POSITIVE_INFINITY ? best : chosen;
    Pool.Pattern[] answer = new Pool.Pattern[hosts];
    Arrays.setAll(answer, h -> pool.of(h)[choice[h]]);
    return answer;
  }
}
