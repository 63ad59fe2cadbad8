package org.heddle.store.transfer;

import java.io.FilterInputStream;
import java.io.FilterOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.time.Duration;

/**
 * For the streams of a server's connection: a read or write that lasts too long, because the other
 * side has vanished, is interrupted, which closes the connection. Nothing but that one call is ever
 * interrupted: elsewhere an interrupt would close the file that others write too.
 */
final class Impatience implements AutoCloseable {
  /**
   * Bytes a second of a request: far below what any caller is limited to. A reply goes in pieces of
   * 64 KiB, each of which has to be taken in time.
   */
  private static final long LEAST_RATE = 64;

  private final StallWatch watch;

  Impatience(Duration most) {
    this.watch = new StallWatch(most, 0);
  }

  private interface Call {
    int go() throws IOException;
  }

  /** Within the call its thread may be interrupted, and not after it. */
  private static final class Gate {
    private final Thread thread = Thread.currentThread();
    private boolean inside = true;
    private boolean fired;

    synchronized void interrupt() {
      if (inside) {
        fired = true;
        thread.interrupt();
      }
    }

    synchronized boolean leave() {
      inside = false;
      return fired && Thread.interrupted();
    }
  }

  private int timed(Call call) throws IOException {
    return timed(new Pace(0, System.nanoTime()), call);
  }

  private int timed(Pace pace, Call call) throws IOException {
    Gate gate = new Gate();
    StallWatch.Watched watched = watch.begin(pace, gate::interrupt);
    try (watched) {
      return call.go();
    } catch (IOException failed) {
      throw StallWatch.explain(watched, "the caller", failed);
    } finally {
      gate.leave();
    }
  }

  OutputStream output(OutputStream out) {
    return new FilterOutputStream(out) {
      @Override
      public void write(int value) throws IOException {
        write(new byte[] {(byte) value}, 0, 1);
      }

      @Override
      public void write(byte[] from, int offset, int length) throws IOException {
        timed(() -> {
          out.write(from, offset, length);
          return length;
        });
      }

      @Override
      public void flush() throws IOException {
        timed(() -> {
          out.flush();
          return 0;
        });
      }

      @Override
      public void close() throws IOException {
        timed(() -> {
          out.close();
          return 0;
        });
      }
    };
  }

  InputStream input(InputStream in) {
    return new FilterInputStream(in) {
      private final Pace pace = new Pace(LEAST_RATE, System.nanoTime());
      private long left = System.nanoTime();

      @Override
      public int read() throws IOException {
        byte[] one = new byte[1];
        return read(one, 0, 1) < 0 ? -1 : one[0] & 0xff;
      }

      @Override
      public int read(byte[] to, int offset, int length) throws IOException {
        // What we did in between is not the caller's fault.
        pace.excuse(System.nanoTime() - left);
        int count = timed(pace, () -> in.read(to, offset, length));
        left = System.nanoTime();
        pace.moved(Math.max(0, count), left);
        return count;
      }
    };
  }

  @Override
  public void close() {
    watch.close();
  }
}
