package org.heddle.images;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/**
 * Brings what a process says to where it shall go. That this cannot take it, such as a full disk,
 * is no end of the process, but a failure, which is told.
 */
final class Pump {
  private static final int PART = 1 << 16;
  private static final int REMEMBERED = 1 << 22;
  private static final long LOOK_MS = 100;

  private final InputStream from;
  private final OutputStream to;
  private final ByteArrayOutputStream copy;
  private final Runnable refused;
  private final Thread thread = Thread.ofVirtual().unstarted(this::run);
  private volatile boolean writing;
  private volatile @Nullable Exception failure;

  /**
   * @param copy keeps the end of it, too
   * @param refused told when {@code to} has failed: nobody reads what the process says from then on
   */
  Pump(InputStream from, OutputStream to, ByteArrayOutputStream copy, Runnable refused) {
    this.from = from;
    this.to = to;
    this.copy = copy;
    this.refused = refused;
  }

  Pump start() {
    thread.start();
    return this;
  }

  private void run() {
    byte[] part = new byte[PART];
    try (from) {
      for (int got = from.read(part); got >= 0; got = from.read(part)) {
        if (!write(part, got)) {
          return;
        }
        remember(part, got);
      }
    } catch (IOException ended) {
      // The process has ended.
    }
  }

  private boolean write(byte[] part, int size) {
    writing = true;
    try {
      synchronized (to) {
        to.write(part, 0, size);
      }
      return true;
    } catch (IOException | RuntimeException full) {
      failure = full;
      refused.run();
      return false;
    } finally {
      writing = false;
    }
  }

  private void remember(byte[] part, int size) {
    synchronized (copy) {
      if (copy.size() > REMEMBERED) {
        copy.reset();
      }
      copy.write(part, 0, size);
    }
  }

  /**
   * Waits until all that the ended process has said is written, however long that takes.
   *
   * @param patience for what it has left running and holds its pipes open, but says nothing
   */
  void drain(Duration patience) throws InterruptedException {
    long last = System.nanoTime();
    while (thread.isAlive() && System.nanoTime() - last < patience.toNanos()) {
      thread.join(Math.min(LOOK_MS, patience.toMillis()));
      if (writing) {
        last = System.nanoTime();
      }
    }
  }

  /**
   * @throws IOException when not all could be written
   */
  void check() throws IOException {
    Exception known = failure;
    if (known != null) {
      throw new IOException("what it says cannot be written: " + known.getMessage(), known);
    }
  }
}
