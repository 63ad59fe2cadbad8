package org.heddle.drivers.qemu;

import java.io.IOException;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.FutureTask;
import java.util.function.BooleanSupplier;
import org.heddle.drivers.DriverException;

/**
 * Work beside that of the calling thread. When it is closed it has ended, by itself or because it
 * was told that nobody wants it any more. Not virtual: it copies and computes for long.
 */
final class SideWork<T> implements AutoCloseable {
  /** What is to be done; asks now and then whether it is still wanted. */
  interface Work<T> {
    T run(BooleanSupplier cancelled) throws DriverException, IOException;
  }

  private final FutureTask<T> task;
  private volatile boolean unwanted;

  SideWork(Work<T> work, BooleanSupplier cancelled) {
    task = new FutureTask<>(() -> work.run(() -> unwanted || cancelled.getAsBoolean()));
    Thread.ofPlatform().daemon().name("heddle-state").start(task);
  }

  /** Waits for its end. */
  T result() throws DriverException, IOException {
    try {
      return task.get();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IOException("interrupted", e);
    } catch (ExecutionException e) {
      switch (e.getCause()) {
        case DriverException driver -> throw driver;
        case IOException io -> throw io;
        case RuntimeException bug -> throw bug;
        case null, default -> throw new IllegalStateException(e);
      }
    }
  }

  @Override
  public void close() {
    unwanted = true;
    boolean interrupted = false;
    while (task.state() == FutureTask.State.RUNNING) {
      try {
        task.get();
      } catch (InterruptedException e) {
        interrupted = true;
      } catch (ExecutionException e) {
        break; // Whoever wanted the result has heard of it.
      }
    }
    if (interrupted) {
      Thread.currentThread().interrupt();
    }
  }
}
