package org.heddle.dist.store;

import java.io.IOException;
import java.io.InterruptedIOException;
import java.nio.channels.ClosedByInterruptException;
import java.nio.file.AccessDeniedException;
import java.nio.file.FileSystemException;
import java.nio.file.NoSuchFileException;
import java.time.Duration;
import java.util.Objects;
import org.heddle.api.GridApi.Problem;
import org.heddle.api.GridException;
import org.heddle.cli.Environment;
import org.heddle.cli.Failure;
import org.heddle.cli.Interruption;
import org.heddle.cli.Progress;
import org.heddle.store.StoreException;

/**
 * Runs what a command does: shows progress, says failures as all commands do, ends well on Ctrl-C.
 */
final class Work {
  private static final int BAR = 24;
  private static final Duration PATIENCE = Duration.ofSeconds(10);

  private Work() {}

  /** What a command does. */
  interface Task<T> {
    T run(org.heddle.store.Progress progress) throws IOException;
  }

  /**
   * Runs it with a bar for a person who looks.
   *
   * @param what is being done, before the bar
   */
  static <T> T run(Environment around, String what, Task<T> task) {
    return run(around, what, _ -> "", task);
  }

  /** What else is said of the bytes that are done. */
  interface Detail {
    String text(long done);
  }

  /** The same with more behind the bar. */
  static <T> T run(Environment around, String what, Detail detail, Task<T> task) {
    try (Interruption _ = Interruption.ofThisThread(PATIENCE);
        Progress bar = new Progress(around.err(), around.messages())) {
      return task.run((done, whole) -> bar.live(text(what, done, whole, bar) + detail.text(done)));
    } catch (IOException failure) {
      throw failure(failure);
    }
  }

  private static String text(String what, long done, long whole, Progress bar) {
    double share = whole == 0 ? 1 : (double) done / whole;
    return what
        + " "
        + Progress.bar(share, BAR, bar.terminal())
        + " "
        + Math.round(100 * share)
        + " % of "
        + Amounts.bytes(whole);
  }

  /** As the command line says all failures. */
  static GridException failure(IOException failure) {
    String text = Objects.requireNonNullElse(failure.getMessage(), failure.toString());
    return switch (failure) {
      case StoreException known -> failure(known.kind(), text, known);
      case NoSuchFileException missing -> Failure.notFound("there is no file " + text);
      case AccessDeniedException denied ->
          new GridException(
              new Problem("denied", "Denied", 403, "no permission for " + text, ""), denied);
      case ClosedByInterruptException _ -> Failure.failed("interrupted; nothing was changed");
      case InterruptedIOException _ ->
          Failure.failed(
              text.startsWith("interrupted;") ? text : "interrupted; nothing was changed");
      case FileSystemException other ->
          Failure.failed(
              other.getFile() + ": " + Objects.requireNonNullElse(other.getReason(), text));
      default -> Failure.failed(text);
    };
  }

  private static GridException failure(StoreException.Kind kind, String text, StoreException why) {
    return switch (kind) {
      case NOT_FOUND -> Failure.notFound(text);
      case INVALID -> Failure.invalid(text);
      case CONFLICT, FULL ->
          new GridException(new Problem("conflict", "Conflict", 409, text, ""), why);
      case MALFORMED, CORRUPT -> Failure.failed(text);
    };
  }
}
