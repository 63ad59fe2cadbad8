package org.heddle.agent;

import java.time.Duration;
import java.util.List;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A thread that does the same things again and again, for as long as the agent lives: whatever goes
 * wrong with one of them is for the log, and it is tried again in the next round.
 */
final class Rounds implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(Rounds.class);

  /** One thing to do in each round. */
  record Part(String name, Deed deed) {}

  /** What is done; it ends when it is interrupted. */
  interface Deed {
    void run() throws InterruptedException;
  }

  private final Duration interval;
  private final Duration later;
  private final List<Part> parts;
  private final Semaphore woken = new Semaphore(1);
  private final Thread thread;

  /**
   * @param interval between two rounds that nobody asked for
   * @param later how long after somebody asked a round begins
   * @param parts in the order in which they are done
   */
  Rounds(String name, Duration interval, Duration later, List<Part> parts) {
    this.interval = interval;
    this.later = later;
    this.parts = List.copyOf(parts);
    this.thread = Thread.ofPlatform().daemon().name(name).unstarted(this::run);
  }

  /** The first round comes as if it was asked for. */
  void start() {
    thread.start();
  }

  /** Asks for a round. */
  void wake() {
    if (woken.availablePermits() == 0) {
      woken.release();
    }
  }

  private void run() {
    try {
      while (true) {
        if (woken.tryAcquire(interval.toMillis(), TimeUnit.MILLISECONDS)) {
          Thread.sleep(later);
        }
        for (Part part : parts) {
          tried(part);
        }
      }
    } catch (InterruptedException closed) {
      Thread.currentThread().interrupt();
    }
  }

  /** Memory that was lacking may be there again in the next round. */
  private static void tried(Part part) throws InterruptedException {
    try {
      part.deed().run();
    } catch (RuntimeException | OutOfMemoryError failed) {
      LOG.error("{} failed, and is tried again later", part.name(), failed);
    }
  }

  @Override
  public void close() {
    Threads.end(List.of(thread));
  }
}
