package org.heddle.agent;

import static org.assertj.core.api.Assertions.assertThat;
import static org.heddle.agent.Patience.await;

import java.time.Duration;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;

/** What an agent does in the background goes on, whatever goes wrong with a part of it. */
final class RoundsTest {
  private final AtomicInteger tries = new AtomicInteger();
  private final AtomicInteger others = new AtomicInteger();

  private Rounds rounds(Rounds.Deed first, Duration interval) {
    return new Rounds(
        "rounds",
        interval,
        Duration.ZERO,
        List.of(
            new Rounds.Part("a first part of a test", first),
            new Rounds.Part("another part", others::incrementAndGet)));
  }

  private void fails() {
    if (tries.incrementAndGet() < 4) {
      throw new IllegalStateException("thrown by a test");
    }
  }

  private void lacksMemory() {
    if (tries.incrementAndGet() < 4) {
      throw new OutOfMemoryError("thrown by a test");
    }
  }

  @Test
  void aPartThatFailsKeepsNothingElseFromBeingDoneAndIsTriedAgain() {
    try (Rounds rounds = rounds(this::fails, Duration.ofMillis(1))) {
      rounds.start();
      await().until(() -> tries.get() >= 5 && others.get() >= 5);
    }
    try (Rounds rounds = rounds(this::lacksMemory, Duration.ofMillis(1))) {
      tries.set(0);
      rounds.start();
      await().until(() -> tries.get() >= 5);
    }
  }

  @Test
  void aRoundBeginsWhenItIsAskedForAndNoneAfterTheEnd() {
    Rounds rounds = rounds(tries::incrementAndGet, Duration.ofDays(1));
    try (rounds) {
      rounds.start();
      await().until(() -> others.get() == 1);
      rounds.wake();
      await().until(() -> others.get() == 2);
    }
    rounds.wake();
    assertThat(tries.get()).isEqualTo(2);
  }
}
