package org.heddle.dist.plan;

import java.io.IOException;
import java.util.concurrent.Callable;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import org.heddle.cli.Environment;
import org.heddle.cli.ExitCode;
import org.heddle.cli.Failure;
import org.heddle.planner.instance.InvalidInstance;

/** What the commands about files have in common: refusals and failures become exit codes. */
abstract class FileCommand implements Callable<Integer> {
  /** How long a process that is told to end waits for the best answer so far to be printed. */
  private static final int GRACE_SECONDS = 10;

  final Environment around;

  FileCommand(Environment around) {
    this.around = around;
  }

  abstract ExitCode run() throws IOException;

  @Override
  public Integer call() {
    try {
      return run().number();
    } catch (InvalidInstance refused) {
      throw switch (refused.kind()) {
        case INVALID -> Failure.invalid(refused.words());
        case CONTRADICTION -> Failure.infeasible(refused.words());
      };
    } catch (IOException failed) {
      throw Failure.failed(failed + "; see that the file can be read");
    }
  }

  /** Work that may be interrupted: it gives the best answer so far. */
  interface Interruptible<T> {
    T run(AtomicBoolean interrupted);
  }

  /** When the process is told to end, the work is told too, and its answer is waited for. */
  static <T> T interruptibly(Interruptible<T> work) {
    AtomicBoolean interrupted = new AtomicBoolean();
    CountDownLatch printed = new CountDownLatch(1);
    Thread hook =
        new Thread(
            () -> {
              interrupted.set(true);
              try {
                if (!printed.await(GRACE_SECONDS, TimeUnit.SECONDS)) {
                  return;
                }
              } catch (InterruptedException _) {
                Thread.currentThread().interrupt();
              }
            },
            "interrupt");
    Runtime.getRuntime().addShutdownHook(hook);
    try {
      return work.run(interrupted);
    } finally {
      printed.countDown();
      try {
        Runtime.getRuntime().removeShutdownHook(hook);
      } catch (IllegalStateException _) {
        // the process is ending
      }
    }
  }
}
