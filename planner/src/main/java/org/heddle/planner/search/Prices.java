package org.heddle.planner.search;

import java.util.Arrays;
import java.util.function.BooleanSupplier;

/**
 * Seeks the prices with the largest bound: subgradient steps of Polyak's length along a smoothed
 * direction (Camerini, Fratta and Maffioli 1975), each type scaled by how common it is.
 */
final class Prices {
  private static final int MAX_STEPS = 1_200;
  private static final int PATIENCE = 12;
  private static final double SHRINK = 0.7;
  private static final double SMALLEST = 2e-5;

  private final Market market;
  private final int types;

  /** The best prices found. */
  double[] best;

  /** The bound they give: no choice of what leaves costs less, in the unit of the first goal. */
  double bound;

  private double[] price;
  private final double[] direction;
  private final double[] scale;
  private final int[] surplus;

  Prices(Market market) {
    this.market = market;
    types = market.grid.types;
    best = new double[types];
    price = new double[types];
    direction = new double[types];
    surplus = new int[types];
    scale = new double[types];
    for (int t = 0; t < types; t++) {
      scale[t] = market.grid.weightless(t) ? 0 : 1 / Math.sqrt(market.grid.population[t]);
    }
  }

  /**
   * @param goal a cost that is known to be possible, or infinite
   */
  void climb(double goal, BooleanSupplier stop) {
    bound = market.evaluate(price, surplus, true);
    double guide = bound;
    double theta = 1;
    int failures = 0;
    int steps = 0;
    while (steps++ < MAX_STEPS && theta > SMALLEST && !stop.getAsBoolean()) {
      if (!step(theta, guide, goal)) {
        return;
      }
      double value = market.evaluate(price, surplus, false);
      if (value > guide + 1e-7 * market.exchange.unit) {
        guide = value;
        best = price.clone();
        failures = 0;
      } else if (++failures >= PATIENCE) {
        failures = 0;
        theta *= SHRINK;
        price = best.clone();
        guide = market.evaluate(price, surplus, true);
        bound = Math.max(bound, guide);
      }
    }
    bound = Math.max(bound, market.evaluate(best, surplus, true));
  }

  /** False when the direction is zero: the prices are optimal. */
  private boolean step(double theta, double value, double goal) {
    double norm = 0;
    for (int t = 0; t < types; t++) {
      direction[t] = 0.6 * direction[t] + 0.4 * surplus[t];
      boolean blocked = price[t] <= 0 && direction[t] < 0;
      norm += blocked ? 0 : scale[t] * direction[t] * direction[t];
    }
    if (norm < 1e-12) {
      return Arrays.stream(surplus).anyMatch(s -> s != 0) && norm > 0;
    }
    double target = Math.min(goal, value * 1.5 + market.exchange.unit);
    double gap = Math.max(target - value, 0.02 * Math.abs(target));
    double length = theta * gap / norm;
    for (int t = 0; t < types; t++) {
      price[t] = Math.max(0, price[t] + length * scale[t] * direction[t]);
    }
    return true;
  }
}
