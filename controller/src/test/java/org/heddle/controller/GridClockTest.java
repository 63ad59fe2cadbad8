package org.heddle.controller;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.concurrent.atomic.AtomicLong;
import org.heddle.model.MachineId;
import org.heddle.model.Operation;
import org.junit.jupiter.api.Test;

class GridClockTest {
  private static final long START = 1_800_000_000_000L;
  private static final long HOUR = 3_600_000;

  private final AtomicLong wall = new AtomicLong(START);
  private final AtomicLong nanos = new AtomicLong(-5);
  private final GridClock clock =
      new GridClock(() -> java.time.Instant.ofEpochMilli(wall.get()), nanos::get);

  private void pass(long ms) {
    wall.addAndGet(ms);
    nanos.addAndGet(ms * 1_000_000);
  }

  @Test
  void engineTimeIsWallTimeWhileThatOnlyGoesForward() {
    pass(1_234);
    assertThat(clock.engineMs()).isEqualTo(START + 1_234);
    wall.addAndGet(HOUR);
    assertThat(clock.engineMs()).isEqualTo(START + 1_234 + HOUR);
  }

  @Test
  void engineTimeGoesOnSlowlyWhenTheWallClockIsSetBackAndBothMeetAgain() {
    pass(10_000);
    assertThat(clock.engineMs()).isEqualTo(START + 10_000);
    wall.addAndGet(-HOUR);
    long before = clock.engineMs();
    for (int i = 0; i < 1_000; i++) {
      pass(1);
      long now = clock.engineMs();
      assertThat(now).isBetween(before, before + 1);
      before = now;
    }
    assertThat(before).isEqualTo(START + 10_000 + 500);
    pass(2 * HOUR);
    assertThat(clock.engineMs()).isEqualTo(wall.get());
  }

  @Test
  void engineTimeDoesNotFallBehindWhatAnEarlierRunHadReached() {
    clock.notBefore(START + HOUR);
    pass(1_000);
    assertThat(clock.engineMs()).isEqualTo(START + HOUR + 500);
    assertThat(clock.wallMs()).isEqualTo(START + 1_000);
  }

  @Test
  void hostsAreToldTheInstantByTheirOwnTime() {
    MachineId machine = MachineId.parse("m.v");
    wall.addAndGet(-HOUR);
    long soon = clock.engineMs() + 150;
    assertThat(clock.forHosts(new Operation.Pause(machine, soon)))
        .isEqualTo(new Operation.Pause(machine, wall.get() + 150));
    assertThat(clock.forHosts(new Operation.Continue(machine, soon)))
        .isEqualTo(new Operation.Continue(machine, wall.get() + 150));
    Operation now = new Operation.Continue(machine, 0);
    assertThat(clock.forHosts(now)).isEqualTo(now);
  }
}
