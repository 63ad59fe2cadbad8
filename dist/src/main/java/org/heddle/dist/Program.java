package org.heddle.dist;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.CountDownLatch;
import org.heddle.api.GridException;
import org.heddle.cli.ExitCode;
import org.heddle.cli.Failure;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** What the programs that run until they are ended have in common. */
final class Program {
  private static final Logger LOG = LoggerFactory.getLogger(Program.class);

  private Program() {}

  /** Waits for the end that a program comes to by itself: empty if it was closed, else why. */
  interface End {
    Optional<Throwable> await() throws InterruptedException;
  }

  /** Runs until the process is told to end, then closes; or until the program fails by itself. */
  static int untilEnded(AutoCloseable program, End end) throws InterruptedException {
    Runtime.getRuntime().addShutdownHook(new Thread(() -> close(program), "close"));
    Optional<Throwable> failure = end.await();
    if (failure.isPresent()) {
      LOG.error("ended by a failure", failure.get());
      return ExitCode.FAILED.number();
    }
    // Closed by the hook: the process ends with it.
    new CountDownLatch(1).await();
    return ExitCode.OK.number();
  }

  private static void close(AutoCloseable program) {
    try {
      program.close();
    } catch (Exception failed) {
      LOG.warn("closing: {}", failed.toString());
    }
  }

  /** The first label of this machine's name. */
  static String hostName() {
    try {
      return Files.readString(Path.of("/proc/sys/kernel/hostname")).strip().split("\\.", 2)[0];
    } catch (IOException unknown) {
      throw Failure.invalid("this machine has no name: give one with --name");
    }
  }

  static GridException failure(String what, Exception failed) {
    return Failure.failed(
        what + ": " + Objects.requireNonNullElse(failed.getMessage(), failed.toString()));
  }
}
