package org.heddle.agent;

import java.time.Duration;
import java.util.Collection;

/** Ends threads that wait when they are interrupted. */
final class Threads {
  /** What waits ends at once; on a machine that is very busy, within this time. */
  private static final Duration PATIENCE = Duration.ofSeconds(5);

  private Threads() {}

  /** Interrupts them all and waits for them to end, but not for long. */
  static void end(Collection<Thread> threads) {
    threads.forEach(Thread::interrupt);
    long deadline = System.nanoTime() + PATIENCE.toNanos();
    try {
      for (Thread thread : threads) {
        if (thread.isAlive()) {
          thread.join(Duration.ofNanos(Math.max(1, deadline - System.nanoTime())));
        }
      }
    } catch (InterruptedException hurried) {
      Thread.currentThread().interrupt();
    }
  }
}
