package org.heddle.planner.order;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.SplittableRandom;
import org.heddle.planner.instance.Constraint;
import org.heddle.planner.instance.Instance;
import org.heddle.planner.instance.InstanceChecker;
import org.heddle.planner.instance.Schedule;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Every schedule of random instances passes the independent checker. */
class RandomOrderTest {
  private static final int SEEDS = 1500;

  @ParameterizedTest
  @ValueSource(booleans = {false, true})
  void schedulesAreRightAndNotBelowTheirBounds(boolean rich) {
    int refused = 0;
    for (long seed = 0; seed < SEEDS; seed++) {
      RandomInstances.Case drawn = drawn(seed, rich);
      switch (Order.schedule(drawn.instance(), drawn.goal(), limits(drawn, seed, rich))) {
        case Ordering.Refused _ -> refused++;
        case Ordering.Done done -> {
          Instance instance = drawn.instance();
          assertThat(InstanceChecker.check(instance, done.schedule()))
              .as("seed %d", seed)
              .isEmpty();
          assertThat(InstanceChecker.end(instance, done.schedule()))
              .as("seed %d", seed)
              .isEqualTo(drawn.goal());
          assertThat(done.schedule().sumOfEndsMs())
              .as("seed %d", seed)
              .isGreaterThanOrEqualTo(done.leastSumOfEndsMs());
          assertThat(done.schedule().endMs())
              .as("seed %d", seed)
              .isGreaterThanOrEqualTo(done.leastEndMs());
        }
      }
    }
    assertThat(refused).as("refused of %d", SEEDS).isLessThanOrEqualTo(rich ? SEEDS / 25 : 0);
  }

  /** What waits for what is enough, however long the actions really last. */
  @ParameterizedTest
  @ValueSource(booleans = {false, true})
  void plansStayRightWhenActionsLastLongerOrShorter(boolean rich) {
    for (long seed = 0; seed < SEEDS; seed++) {
      RandomInstances.Case drawn = drawn(seed, rich);
      if (drawn.instance().constraints().stream().anyMatch(RandomOrderTest::needsTimes)
          || !(Order.schedule(drawn.instance(), drawn.goal(), limits(drawn, seed, rich))
              instanceof Ordering.Done done)) {
        continue;
      }
      SplittableRandom random = new SplittableRandom(seed);
      for (int i = 0; i < 3; i++) {
        Schedule executed = LaxExecution.of(drawn.instance(), done.schedule(), random);
        assertThat(InstanceChecker.check(drawn.instance(), executed)).as("seed %d", seed).isEmpty();
      }
    }
  }

  /** Ends at one moment, and mending a torn group, cannot be said by waiting alone. */
  private static boolean needsTimes(Constraint constraint) {
    return constraint instanceof Constraint.Synchronize
        || constraint instanceof Constraint.Among
        || constraint instanceof Constraint.SplitAmong
        || constraint instanceof Constraint.Gather;
  }

  private static RandomInstances.Case drawn(long seed, boolean rich) {
    return new RandomInstances(seed, 2 + (int) (seed % 5), 3 + (int) (seed % 9), rich).next();
  }

  private static OrderLimits limits(RandomInstances.Case drawn, long seed, boolean rich) {
    OrderLimits limits =
        OrderLimits.of(new AttributeDurations(drawn.instance())).iterations((int) (seed % 4));
    return rich && seed % 3 == 0 ? limits.atOnce(1, 1) : limits;
  }
}
