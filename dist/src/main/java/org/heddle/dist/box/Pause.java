package org.heddle.dist.box;

import java.io.InterruptedIOException;
import java.time.Duration;

/** A wait that ends as an I/O failure when the thread is interrupted. */
final class Pause {
  private Pause() {}

  static void of(Duration time) throws InterruptedIOException {
    try {
      Thread.sleep(time);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new InterruptedIOException("interrupted");
    }
  }
}
