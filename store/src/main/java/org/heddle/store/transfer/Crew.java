package org.heddle.store.transfer;

import java.io.IOException;
import java.io.InterruptedIOException;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Threads that work on one thing together: when one fails all are told to stop. None is ever
 * interrupted, since an interrupt in the middle of a write closes the file that others write too.
 */
final class Crew {
  /** What one of them does. */
  interface Task {
    void run() throws IOException, InterruptedException;
  }

  private final Runnable stop;
  private final List<Thread> threads = new ArrayList<>();
  private @Nullable Throwable failure;

  /**
   * @param stop makes the others end soon; may be called more than once
   */
  Crew(Runnable stop) {
    this.stop = stop;
  }

  void start(String name, Task task) {
    threads.add(Thread.ofPlatform().daemon().name(name).start(() -> run(task)));
  }

  private void run(Task task) {
    try {
      task.run();
    } catch (Throwable failed) {
      fail(failed);
    }
  }

  private void fail(Throwable failed) {
    synchronized (this) {
      if (failure == null) {
        failure = failed;
      }
    }
    stop.run();
  }

  private synchronized @Nullable Throwable failure() {
    return failure;
  }

  /** Waits for all, then tells the first failure. When interrupted it has stopped them first. */
  void join() throws IOException {
    for (Thread thread : threads) {
      boolean ended = false;
      while (!ended) {
        try {
          thread.join();
          ended = true;
        } catch (InterruptedException interrupted) {
          fail(new InterruptedIOException("interrupted; what has arrived stays"));
        }
      }
    }
    switch (failure()) {
      case null -> {}
      case IOException outside -> throw outside;
      case RuntimeException bug -> throw bug;
      case Error error -> throw error;
      case Throwable other -> throw new IllegalStateException(other);
    }
  }
}
