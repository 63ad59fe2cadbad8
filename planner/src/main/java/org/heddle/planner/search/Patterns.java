package org.heddle.planner.search;

import java.util.Objects;
import java.util.function.BooleanSupplier;
import org.jspecify.annotations.Nullable;

/** The exchange of units seen as patterns: its bound, and balanced choices of patterns. */
final class Patterns {
  /** Prices below this share of a unit of cost would list endless patterns of useless arrivals. */
  private static final double LEAST_PRICE = 0.005;

  private static final double HOT = 0.6;
  private static final double WARM = 0.25;
  private static final double COLD = 0.02;
  private static final int RELIEVED = 40;

  private final Exchange exchange;
  private final Grid grid;
  private final Compatible compatible;
  private final long fixed;
  private final long seed;
  private final BooleanSupplier stop;
  private long bound;
  private double[] price = new double[0];
  private @Nullable Market market;
  private @Nullable Pool pool;
  private @Nullable Annealing annealing;

  /**
   * @param empty a state in which nothing is placed while this is made and {@link #price} runs
   */
  Patterns(State empty, long scale, long seed, BooleanSupplier stop) {
    Dense dense = empty.dense;
    compatible = new Compatible(empty);
    this.seed = seed;
    this.stop = stop;
    exchange = new Exchange(dense, scale);
    grid = new Grid(exchange, true);
    long sum = dense.constant / scale;
    for (int u = 0; u < dense.units; u++) {
      sum += dense.atHome[u] / scale;
    }
    for (int u : exchange.pending) {
      sum += dense.leaving(u) / scale;
    }
    fixed = sum;
  }

  /** Whether there is anything to exchange. */
  boolean usable() {
    return grid.kept.length > 0 && grid.types > 0;
  }

  /** What every placement costs beside the units that leave their homes. */
  long fixed() {
    return fixed;
  }

  /** No placement costs less in the first goal; known after {@link #price}. */
  long bound() {
    return bound;
  }

  /**
   * Finds prices and bound.
   *
   * @param known cost of units that leave, {@link Long#MAX_VALUE} when unknown
   */
  void price(long known) {
    double goal = known == Long.MAX_VALUE ? Double.POSITIVE_INFINITY : known;
    Market first = new Market(exchange, grid, compatible);
    market = first;
    Prices prices = new Prices(first);
    prices.climb(goal, stop);
    price = prices.best;
    double relaxed = prices.bound;
    if (!grid.exact) {
      Prices lower = new Prices(new Market(exchange, new Grid(exchange, false), compatible));
      lower.climb(goal, stop);
      relaxed = lower.bound;
    }
    double steps = Math.ceil(relaxed / exchange.divisor - 1e-5);
    bound = fixed + ((long) Math.max(0, steps)) * exchange.divisor;
  }

  /**
   * The next choice of a pattern for every host: balanced if one was found, else nearly so. Asked
   * after {@link #price}.
   */
  Pool.Pattern[] next(long moves) {
    Annealing running = annealing;
    if (running == null) {
      running = start(Objects.requireNonNull(market, "priced before"));
      annealing = running;
      running.run(HOT, COLD, moves, stop);
    } else {
      running.rewind();
      running.run(WARM, COLD, moves, stop);
    }
    Pool.Pattern[] answer = running.answer();
    if (pool != null) {
      for (int t = 0; t < grid.types; t++) {
        if (running.surplus(t) > 0) {
          pool.relieve(t, running.chosen, RELIEVED);
        }
      }
    }
    return answer;
  }

  private Annealing start(Market used) {
    double[] listing = new double[grid.types];
    int[] pending = new int[grid.types];
    for (int t = 0; t < grid.types; t++) {
      if (!grid.weightless(t)) {
        double least = LEAST_PRICE * exchange.unit;
        listing[t] = Math.max(price[t], least * (1 + grid.bulk(t)));
      }
    }
    for (int u : exchange.pending) {
      if (!grid.weightless(grid.typeOf[u])) {
        pending[grid.typeOf[u]]++;
      }
    }
    Pool made = new Pool(used, listing, exchange.unit);
    pool = made;
    return new Annealing(made, used, listing, pending, seed);
  }

  /** Puts the units of the empty state where the patterns say. */
  void deal(Pool.Pattern[] chosen, State state) {
    new Dealing(exchange, grid, state, stop).deal(chosen);
  }
}
