package org.heddle.store.transfer;

import java.io.FilterInputStream;
import java.io.FilterOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.InterruptedIOException;
import java.io.OutputStream;

/** Lets so many bytes a second pass, all streams that share it together. Safe for threads. */
public final class RateLimit {
  /** No limit. */
  public static final RateLimit NONE = new RateLimit(0);

  private static final int PIECE = 1 << 14;

  /** Time that may be made up for after a pause: as long as a scheduler's slice. */
  private static final long SLACK = 20_000_000;

  private final long bytesPerSecond;
  private long free = System.nanoTime();

  /**
   * @param bytesPerSecond 0: no limit
   */
  public RateLimit(long bytesPerSecond) {
    if (bytesPerSecond < 0) {
      throw new IllegalArgumentException("a rate cannot be negative: " + bytesPerSecond);
    }
    this.bytesPerSecond = bytesPerSecond;
  }

  /** Whether there is one. */
  boolean limits() {
    return bytesPerSecond > 0;
  }

  private void pass(int bytes) throws InterruptedIOException {
    if (bytesPerSecond == 0 || bytes <= 0) {
      return;
    }
    long wait;
    synchronized (this) {
      long now = System.nanoTime();
      free = Math.max(free, now - SLACK) + (long) (1e9 * bytes / bytesPerSecond);
      wait = free - now;
    }
    try {
      Thread.sleep(Math.max(0, wait / 1_000_000), (int) Math.max(0, wait % 1_000_000));
    } catch (InterruptedException interrupted) {
      Thread.currentThread().interrupt();
      throw new InterruptedIOException("interrupted while waiting for the rate limit");
    }
  }

  /** The same stream, slower. */
  InputStream slow(InputStream in) {
    return bytesPerSecond == 0
        ? in
        : new FilterInputStream(in) {
          @Override
          public int read() throws IOException {
            pass(1);
            return super.read();
          }

          @Override
          public int read(byte[] to, int offset, int length) throws IOException {
            int count = super.read(to, offset, Math.min(PIECE, length));
            pass(count);
            return count;
          }
        };
  }

  /** The same stream, slower. */
  OutputStream slow(OutputStream out) {
    return bytesPerSecond == 0
        ? out
        : new FilterOutputStream(out) {
          @Override
          public void write(int value) throws IOException {
            pass(1);
            out.write(value);
          }

          @Override
          public void write(byte[] from, int offset, int length) throws IOException {
            for (int at = offset; at < offset + length; at += PIECE) {
              int count = Math.min(PIECE, offset + length - at);
              pass(count);
              out.write(from, at, count);
            }
          }
        };
  }
}
