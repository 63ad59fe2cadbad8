package org.heddle.store;

import java.io.IOException;
import java.io.InterruptedIOException;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.RunnableFuture;
import java.util.concurrent.TimeUnit;

/**
 * Platform threads for what computes: hashing and compressing would hold virtual threads' carriers
 * for as long as they run.
 */
final class Workers implements AutoCloseable {
  private final ExecutorService threads;
  private final int count;

  Workers(int count) {
    this.count = count;
    this.threads =
        Executors.newFixedThreadPool(
            count, Thread.ofPlatform().daemon().name("store-", 1).factory());
  }

  /** As many as this machine has cores. */
  static Workers all() {
    return new Workers(Runtime.getRuntime().availableProcessors());
  }

  int count() {
    return count;
  }

  <T> Future<T> start(Callable<T> task) {
    return threads.submit(task);
  }

  /**
   * The result of a task, with its own exception if it failed. A task that nobody has begun yet is
   * done here: whoever needs a result works rather than waits.
   */
  static <T> T result(Future<T> task) throws IOException {
    if (task instanceof RunnableFuture<T> mine) {
      mine.run();
    }
    try {
      return task.get();
    } catch (InterruptedException stopped) {
      Thread.currentThread().interrupt();
      throw new InterruptedIOException("interrupted");
    } catch (ExecutionException failed) {
      switch (failed.getCause()) {
        case IOException outside -> throw StoreException.again(outside);
        case Error error -> throw error;
        case RuntimeException bug -> throw bug;
        case null, default -> throw new IOException(failed);
      }
    }
  }

  /** Interrupts what still runs, and waits until it has ended. */
  @Override
  public void close() {
    threads.shutdownNow();
    boolean interrupted = false;
    while (true) {
      try {
        if (threads.awaitTermination(1, TimeUnit.HOURS)) {
          break;
        }
      } catch (InterruptedException again) {
        interrupted = true;
      }
    }
    if (interrupted) {
      Thread.currentThread().interrupt();
    }
  }
}
