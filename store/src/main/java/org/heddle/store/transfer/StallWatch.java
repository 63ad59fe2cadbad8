package org.heddle.store.transfer;

import java.io.IOException;
import java.io.InputStream;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;

/**
 * Ends what does not move, or moves too slowly: a peer that says nothing for ever, or a byte now
 * and then, must not hold anybody up. One thread looks after all that is watched.
 */
public final class StallWatch implements AutoCloseable {
  private final Duration most;
  private final long leastRate;
  private final Map<Watched, Runnable> watched = new HashMap<>();
  private final Thread thread;

  /**
   * @param most what is behind its pace by so much is ended
   * @param leastRate bytes a second; 0: any byte will do
   */
  public StallWatch(Duration most, long leastRate) {
    this.most = most;
    this.leastRate = leastRate;
    this.thread = Thread.ofVirtual().name("stall-watch").start(this::look);
  }

  /** One thing that should move; closing it ends the watch. */
  public final class Watched implements AutoCloseable {
    private final Pace pace;
    private volatile boolean stalled;
    private volatile boolean trickled;

    private Watched(Pace pace) {
      this.pace = pace;
    }

    /** Whether it was ended. */
    public boolean stalled() {
      return stalled;
    }

    /** The failure that its end is. */
    CutException failure(String name) {
      return trickled
          ? CutException.slow(name + " moves " + pace.text(most))
          : new CutException(name + " did not answer in time");
    }

    /** The stream, watched. */
    public InputStream watch(InputStream in) {
      return Counted.input(in, bytes -> pace.moved(bytes, System.nanoTime()));
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
  public Watched begin(Runnable end) {
    return begin(new Pace(leastRate, System.nanoTime()), end);
  }

  /** The same for what has been watched before. */
  Watched begin(Pace pace, Runnable end) {
    Watched one = new Watched(pace);
    synchronized (watched) {
      watched.put(one, end);
    }
    return one;
  }

  private void look() {
    try {
      while (true) {
        Thread.sleep(Duration.ofNanos(Math.clamp(most.toNanos() / 8, 1_000_000, 1_000_000_000)));
        Map<Watched, Runnable> now;
        synchronized (watched) {
          now = Map.copyOf(watched);
        }
        now.forEach((one, end) -> {
          long time = System.nanoTime();
          if (!one.stalled && one.pace.behind(time) > most.toNanos()) {
            one.trickled = one.pace.trickles(time);
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
    if (!one.stalled()) {
      return failure;
    }
    CutException cut = one.failure(name);
    cut.addSuppressed(failure);
    return cut;
  }
}
