package org.heddle.api;

import java.io.FilterInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.time.Duration;

/**
 * Breaks off a stream whose other end has fallen silent: java.net.http puts no limit on the time
 * between two pieces of a body, so a reader of a dead peer would wait for ever.
 */
final class StallGuard extends FilterInputStream {
  private final Duration silence;
  private final Thread watch;
  private volatile long readingSince = NOT_READING;
  private volatile boolean stalled;

  private static final long NOT_READING = -1;

  StallGuard(InputStream in, Duration silence) {
    super(in);
    this.silence = silence;
    this.watch = Thread.ofVirtual().name("stall-guard").start(this::watch);
  }

  @Override
  public int read() throws IOException {
    byte[] one = new byte[1];
    int count = read(one, 0, 1);
    return count < 0 ? -1 : one[0] & 0xff;
  }

  @Override
  public int read(byte[] buffer, int offset, int length) throws IOException {
    readingSince = System.nanoTime() & Long.MAX_VALUE;
    try {
      return in.read(buffer, offset, length);
    } catch (IOException broken) {
      if (stalled) {
        throw new IOException("nothing came for " + silence.toSeconds() + " s", broken);
      }
      throw broken;
    } finally {
      readingSince = NOT_READING;
    }
  }

  @Override
  public void close() throws IOException {
    watch.interrupt();
    super.close();
  }

  private void watch() {
    try {
      while (true) {
        Thread.sleep(silence.dividedBy(4));
        long since = readingSince;
        if (since != NOT_READING
            && (System.nanoTime() & Long.MAX_VALUE) - since > silence.toNanos()) {
          stalled = true;
          in.close();
          return;
        }
      }
    } catch (InterruptedException | IOException done) {
      return;
    }
  }
}
