package org.heddle.agent;

import java.util.function.BooleanSupplier;
import org.heddle.store.Progress;

/** Makes what reports its progress slower, so that it does not disturb others. For one thread. */
final class Pace implements Progress {
  private final long bytesPerSecond;
  private final BooleanSupplier hurry;
  private long last;

  /**
   * @param bytesPerSecond 0: no limit
   * @param hurry whether somebody waits for the end of it
   */
  Pace(long bytesPerSecond, BooleanSupplier hurry) {
    this.bytesPerSecond = bytesPerSecond;
    this.hurry = hurry;
  }

  @Override
  public void at(long done, long whole) {
    long bytes = done < last ? done : done - last;
    last = done;
    if (bytesPerSecond > 0 && bytes > 0 && !hurry.getAsBoolean()) {
      try {
        Thread.sleep(1000 * bytes / bytesPerSecond);
      } catch (InterruptedException closing) {
        // Who reports progress looks at this between two steps.
        Thread.currentThread().interrupt();
      }
    }
  }
}
