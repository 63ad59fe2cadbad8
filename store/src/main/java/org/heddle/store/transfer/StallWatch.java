package org.heddle.store.transfer;

import java.io.IOException;
import java.io.InputStream;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;

/**
 * Ends what does not move: a peer that says nothing for ever must not hold anybody up. One thread
 * looks after all that is watched.
 */
final class StallWatch implements AutoCloseable {
  private final long most;
  private final Map<Watched, Runnable> watched = new HashMap<>();
  private final Thread thread;

  StallWatch(Duration most) {
    this.most = most.toNanos();
    this.thread = Thread.ofVirtual().name("stall-watch").start(this::look);
  }

  /** One thing that should move; closing it ends the watch. */
  final class Watched implements AutoCloseable {
    private volatile long moved = System.nanoTime();
    private volatile boolean stalled;

    void moved() {
      moved = System.nanoTime();
    }

    boolean stalled() {
      return stalled;
    }

    /** The stream, watched. */
    InputStream watch(InputStream in) {
      return Counted.input(in, _ -> moved());
    }

    @Override
    public void close() {
      synchronized (watched) {
        watched.remove(this);
      }
    }
  }

  /**
   * Watches from now on.
   *
   * @param end what is done when nothing moves, once
   */
  Watched begin(Runnable end) {
    Watched one = new Watched();
    synchronized (watched) {
      watched.put(one, end);
    }
    return one;
  }

  private void look() {
    try {
      while (true) {
        Thread.sleep(Duration.ofNanos(Math.clamp(most / 8, 1_000_000, 1_000_000_000)));
        Map<Watched, Runnable> now;
        synchronized (watched) {
          now = Map.copyOf(watched);
        }
        now.forEach((one, end) -> {
          if (!one.stalled && System.nanoTime() - one.moved > most) {
            one.stalled = true;
            end.run();
          }
        });
      }
    } catch (InterruptedException closed) {
      // Nothing is watched any more.
    }
  }

  @Override
  public void close() {
    thread.interrupt();
  }

  /** As a failure that says what happened. */
  static IOException explain(Watched one, String name, IOException failure) {
    return one.stalled() ? new CutException(name + " did not answer in time", failure) : failure;
  }
}
