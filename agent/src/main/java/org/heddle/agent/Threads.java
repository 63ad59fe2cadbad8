package org.heddle.agent;

import java.time.Duration;
import java.util.Collection;

/** Ends threads that wait when they are interrupted. */
final class Threads {
  private static final Duration PATIENCE = Duration.ofSeconds(1);

  private Threads() {}

  /** Interrupts them all and waits for a short time for each to end. */
  static void end(Collection<Thread> threads) {
    threads.forEach(Thread::interrupt);
    try {
      for (Thread thread : threads) {
        if (thread.isAlive()) {
          thread.join(PATIENCE);
        }
      }
    } catch (InterruptedException hurried) {
      Thread.currentThread().interrupt();
    }
  }
}
