package org.heddle.cli;

import java.time.Duration;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;

/**
 * While it is open, a process that is told to end (Ctrl-C) interrupts the thread that opened it and
 * waits until it is closed, so that temporary files and mounts are taken away before the end.
 */
public final class Interruption implements AutoCloseable {
  private final CountDownLatch closed = new CountDownLatch(1);
  private final Thread hook;

  private Interruption(Thread worker, Duration patience) {
    this.hook = new Thread(() -> interrupt(worker, patience), "interrupt");
  }

  /**
   * For the calling thread.
   *
   * @param patience after so long the process ends nevertheless
   */
  public static Interruption ofThisThread(Duration patience) {
    Interruption interruption = new Interruption(Thread.currentThread(), patience);
    Runtime.getRuntime().addShutdownHook(interruption.hook);
    return interruption;
  }

  private void interrupt(Thread worker, Duration patience) {
    worker.interrupt();
    try {
      if (!closed.await(patience.toMillis(), TimeUnit.MILLISECONDS)) {
        Runtime.getRuntime().halt(1);
      }
    } catch (InterruptedException hurried) {
      Thread.currentThread().interrupt();
    }
  }

  @Override
  public void close() {
    closed.countDown();
    try {
      Runtime.getRuntime().removeShutdownHook(hook);
    } catch (IllegalStateException endingNow) {
      // It has run already.
    }
  }
}
