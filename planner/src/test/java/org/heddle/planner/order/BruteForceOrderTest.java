package org.heddle.planner.order;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class BruteForceOrderTest {
  private static final int SEEDS = 800;

  @Test
  void theBoundIsNeverAboveTheOptimumAndNearlyAllPlansReachIt() {
    int compared = 0;
    int reached = 0;
    for (long seed = 0; seed < SEEDS; seed++) {
      RandomInstances.Case drawn =
          new RandomInstances(seed, 2 + (int) (seed % 5), 3 + (int) (seed % 7), false).next();
      long optimum = BruteForceOrders.leastSumOfEnds(drawn.instance(), drawn.goal());
      Ordering.Done done =
          (Ordering.Done)
              Order.schedule(
                  drawn.instance(),
                  drawn.goal(),
                  OrderLimits.of(new AttributeDurations(drawn.instance())));
      if (optimum == BruteForceOrders.NONE) {
        assertThat(done.detours()).as("seed %d has no direct plan", seed).isPositive();
        continue;
      }
      assertThat(done.leastSumOfEndsMs()).as("seed %d", seed).isLessThanOrEqualTo(optimum);
      compared++;
      reached += done.schedule().sumOfEndsMs() <= optimum ? 1 : 0;
    }
    assertThat(compared).isGreaterThan(SEEDS * 9 / 10);
    assertThat(reached).as("at the optimum, of %d", compared).isGreaterThan(compared * 97 / 100);
  }
}
