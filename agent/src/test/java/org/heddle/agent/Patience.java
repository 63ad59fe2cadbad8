package org.heddle.agent;

import java.time.Duration;
import org.awaitility.Awaitility;
import org.awaitility.core.ConditionFactory;

/** How tests wait for what comes by itself: for exactly that, however busy the machine is. */
final class Patience {
  private static final Duration LIMIT = Duration.ofMinutes(4);

  private Patience() {}

  static ConditionFactory await() {
    return Awaitility.await().atMost(LIMIT).pollInterval(Duration.ofMillis(20));
  }
}
