package org.heddle.controller;

import java.time.InstantSource;
import java.util.function.LongSupplier;
import org.heddle.model.Operation;

/**
 * Two times, in milliseconds of the epoch. Wall time is what people and hosts read: it may jump.
 * Engine time never goes back nor stands still, so that back-offs, bans and deadlines go on when
 * the wall clock is set back: then it passes at half its pace until the wall clock has caught up,
 * which is the gentlest way to come together again in bounded time. A wall clock that is set
 * forward it follows at once. Safe for several threads.
 */
final class GridClock {
  private static final int PACE_WHEN_AHEAD = 2;
  private static final long NANOS = 1_000_000;

  private final InstantSource wall;
  private final LongSupplier nanos;
  private long engineMs;
  private long readNanos;

  /**
   * @param nanos only grows; its zero means nothing
   */
  GridClock(InstantSource wall, LongSupplier nanos) {
    this.wall = wall;
    this.nanos = nanos;
    this.engineMs = wall.millis();
    this.readNanos = nanos.getAsLong();
  }

  static GridClock system() {
    return new GridClock(InstantSource.system(), System::nanoTime);
  }

  /** Engine time goes on from here, unless it is later already: an earlier run had come so far. */
  synchronized void notBefore(long ms) {
    engineMs = Math.max(engineMs, ms);
  }

  synchronized long engineMs() {
    long passed = (nanos.getAsLong() - readNanos) / NANOS;
    long slowly = passed / PACE_WHEN_AHEAD;
    // What is too short to count yet stays on the clock.
    readNanos += slowly * PACE_WHEN_AHEAD * NANOS;
    engineMs = Math.max(engineMs + slowly, wall.millis());
    return engineMs;
  }

  long wallMs() {
    return wall.millis();
  }

  /** What a host is asked to do at an instant of engine time, for its clock, which is wall time. */
  Operation forHosts(Operation operation) {
    return switch (operation) {
      case Operation.Pause pause -> new Operation.Pause(pause.machine(), wall(pause.atEpochMs()));
      case Operation.Continue proceed ->
          new Operation.Continue(proceed.machine(), wall(proceed.atEpochMs()));
      case Operation.Boot _,
          Operation.Stop _,
          Operation.Save _,
          Operation.Restore _,
          Operation.Migrate _,
          Operation.Discard _,
          Operation.StartRun _ ->
          operation;
    };
  }

  /** 0 is "now" and stays so. */
  private long wall(long ms) {
    return ms == 0 ? 0 : ms - (engineMs() - wallMs());
  }
}
