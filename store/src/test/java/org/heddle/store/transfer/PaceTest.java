package org.heddle.store.transfer;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import org.junit.jupiter.api.Test;

final class PaceTest {
  private static final long SECOND = 1_000_000_000;

  @Test
  void whoSaysNothingIsBehindByTheTimeOfIt() {
    Pace pace = new Pace(1000, 0);
    assertThat(pace.behind(60 * SECOND)).isEqualTo(60 * SECOND);
    assertThat(pace.trickles(60 * SECOND)).isFalse();
  }

  @Test
  void whoSendsAByteNowAndThenIsBehindByNearlyAsMuch() {
    Pace pace = new Pace(1000, 0);
    for (int second = 2; second <= 60; second += 2) {
      pace.moved(1, second * SECOND);
    }
    assertThat(pace.behind(60 * SECOND)).isBetween(59 * SECOND, 60 * SECOND);
    assertThat(pace.trickles(60 * SECOND)).isTrue();
    assertThat(pace.text(Duration.ofMinutes(1))).isEqualTo("less than 1000 bytes/s for 60 s");
  }

  @Test
  void whoIsFastEnoughIsNeverBehindAndCannotSaveTimeForLater() {
    Pace pace = new Pace(1000, 0);
    for (int second = 1; second <= 60; second++) {
      pace.moved(1_000_000, second * SECOND);
      assertThat(pace.behind(second * SECOND)).isZero();
    }
    assertThat(pace.behind(61 * SECOND)).isEqualTo(SECOND);
  }

  @Test
  void oneThatPausedCatchesUp() {
    Pace pace = new Pace(1000, 0);
    pace.moved(30_000, 50 * SECOND);
    assertThat(pace.behind(50 * SECOND)).isEqualTo(20 * SECOND);
    pace.moved(20_000, 50 * SECOND);
    assertThat(pace.behind(50 * SECOND)).isZero();
  }

  @Test
  void withoutALeastRateAnyByteWillDo() {
    Pace pace = new Pace(0, 0);
    pace.moved(1, 59 * SECOND);
    assertThat(pace.behind(60 * SECOND)).isEqualTo(SECOND);
  }

  @Test
  void whatOthersTookIsExcused() {
    Pace pace = new Pace(1000, 0);
    pace.excuse(30 * SECOND);
    assertThat(pace.behind(40 * SECOND)).isEqualTo(10 * SECOND);
  }

  @Test
  void aLinkThatIsLimitedHereMayBeAsSlowAsItIs() {
    assertThat(ConnectSettings.plain().leastRate()).isPositive();
    assertThat(ConnectSettings.plain().with(new RateLimit(100)).leastRate()).isZero();
  }
}
