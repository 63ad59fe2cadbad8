package org.heddle.store;

import java.io.IOException;
import java.io.InterruptedIOException;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;

/**
 * Platform threads for what computes: hashing and compressing would hold virtual threads' carriers
 * for as long as they run. Closing it ends what still runs.
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

  /** The result of a task, with its own exception if it failed. */
  static <T> T result(Future<T> task) throws IOException {
    try {
      return task.get();
    } catch (InterruptedException stopped) {
      Thread.currentThread().interrupt();
      throw new InterruptedIOException("interrupted");
    } catch (ExecutionException failed) {
      switch (failed.getCause()) {
        case StoreException known -> throw new StoreException(known.kind(), message(known), known);
        case IOException outside -> throw new IOException(message(outside), outside);
        case Error error -> throw error;
        case RuntimeException bug -> throw bug;
        case null, default -> throw new IOException(failed);
      }
    }
  }

  private static String message(Exception failure) {
    String text = failure.getMessage();
    return text == null ? failure.toString() : text;
  }

  @Override
  public void close() {
    threads.shutdownNow();
  }
}
