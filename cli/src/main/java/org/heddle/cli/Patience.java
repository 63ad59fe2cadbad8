package org.heddle.cli;

import java.time.Duration;
import java.util.function.Supplier;
import org.heddle.api.GridException;

/**
 * Asks the controller again and again until something holds or the time is over. A controller that
 * is away for a short time (it restarts) is waited for. For one thread.
 */
final class Patience {
  /** Soon enough for a person, and little work for the controller. */
  private static final long PAUSE_MS = 250;

  /** A controller that is away for longer is taken for gone. */
  private static final Duration AWAY = Duration.ofSeconds(30);

  private final Duration timeout;
  private final Progress progress;
  private final long startNanos = System.nanoTime();
  private long awaySinceNanos;
  private boolean away;

  /**
   * @param timeout zero: for ever
   */
  Patience(Duration timeout, Progress progress) {
    this.timeout = timeout;
    this.progress = progress;
  }

  /** One look at the grid. */
  interface Look {
    /** Whether it is as wanted; throws when it will never be. */
    boolean reached();

    /** Why it is not, for the message when the time is over. */
    String missing();
  }

  /** Returns when it is reached; throws a failure of type {@code timed-out} when it is too late. */
  void until(Look look) {
    while (!asked(look)) {
      if (timeout.isPositive() && elapsed(startNanos).compareTo(timeout) >= 0) {
        throw Failure.timedOut(
            "not within " + Human.duration(timeout.toMillis()) + ": " + look.missing());
      }
      pause();
    }
  }

  /** A question of a follower: repeated while the controller is away for a short time. */
  <T> T answer(Supplier<T> question) {
    while (true) {
      try {
        T answer = question.get();
        away = false;
        return answer;
      } catch (GridException failure) {
        bear(failure);
      }
      pause();
    }
  }

  private boolean asked(Look look) {
    try {
      boolean reached = look.reached();
      away = false;
      return reached;
    } catch (GridException failure) {
      bear(failure);
      return false;
    }
  }

  private void bear(GridException failure) {
    if (!failure.type().equals("unreachable")) {
      throw failure;
    }
    if (!away) {
      away = true;
      awaySinceNanos = System.nanoTime();
    }
    if (elapsed(awaySinceNanos).compareTo(AWAY) >= 0) {
      throw failure;
    }
    progress.live("the controller does not answer, trying again");
  }

  static void pause() {
    try {
      Thread.sleep(PAUSE_MS);
    } catch (InterruptedException stopped) {
      Thread.currentThread().interrupt();
      throw Failure.failed("interrupted; what was started goes on");
    }
  }

  private static Duration elapsed(long sinceNanos) {
    return Duration.ofNanos(System.nanoTime() - sinceNanos);
  }
}
