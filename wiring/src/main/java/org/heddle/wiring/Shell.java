package org.heddle.wiring;

import java.io.IOException;
import java.io.InputStream;
import java.io.InterruptedIOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.FutureTask;
import java.util.concurrent.TimeUnit;

/**
 * Runs short commands, in this process's network namespace or in a named one.
 *
 * @param prefix words put before every command, such as {@code ip netns exec NAME}
 */
public record Shell(List<String> prefix) {
  /** Longer than any of our commands takes on a busy machine; a command that hangs must end. */
  private static final Duration LIMIT = Duration.ofSeconds(60);

  public Shell {
    prefix = List.copyOf(prefix);
  }

  /** Commands run where this process is. */
  public static Shell here() {
    return new Shell(List.of());
  }

  /** Commands run in a named network namespace. */
  public static Shell in(String namespace) {
    return new Shell(List.of("ip", "netns", "exec", namespace));
  }

  /** Thrown when a command ended with another exit code than 0. */
  public static final class Failed extends IOException {
    private static final long serialVersionUID = 1;
    private final int exitCode;
    private final String error;

    Failed(List<String> command, int exitCode, String error) {
      super("'" + String.join(" ", command) + "' failed with " + exitCode + ": " + error.strip());
      this.exitCode = exitCode;
      this.error = error;
    }

    /** What the command said. */
    public String error() {
      return error;
    }

    public int exitCode() {
      return exitCode;
    }
  }

  /** What the command printed; it gets nothing to read. */
  public String run(String... command) throws IOException {
    return run(List.of(command), "");
  }

  /**
   * What the command printed.
   *
   * @param input what it reads
   * @throws Failed if it ended with another exit code than 0
   * @throws IOException if it is not installed or takes too long
   */
  public String run(List<String> command, String input) throws IOException {
    List<String> words = new ArrayList<>(prefix);
    words.addAll(command);
    Process process = new ProcessBuilder(words).start();
    try {
      return talk(process, words, input);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new InterruptedIOException("interrupted in '" + String.join(" ", words) + "'");
    } finally {
      process.destroyForcibly();
    }
  }

  private static String talk(Process process, List<String> words, String input)
      throws IOException, InterruptedException {
    FutureTask<String> output = reading(process.getInputStream());
    FutureTask<String> error = reading(process.getErrorStream());
    write(process.getOutputStream(), input);
    if (!process.waitFor(LIMIT.toMillis(), TimeUnit.MILLISECONDS)) {
      throw new IOException(
          "'" + String.join(" ", words) + "' has not ended after " + LIMIT.toSeconds() + " s");
    }
    String printed = result(output);
    if (process.exitValue() != 0) {
      String said = result(error);
      throw new Failed(words, process.exitValue(), said.isBlank() ? printed : said);
    }
    return printed;
  }

  private static FutureTask<String> reading(InputStream stream) {
    FutureTask<String> task =
        new FutureTask<>(() -> {
          try (stream) {
            return new String(stream.readAllBytes(), StandardCharsets.UTF_8);
          }
        });
    Thread.ofVirtual().start(task);
    return task;
  }

  private static String result(FutureTask<String> task) throws IOException, InterruptedException {
    try {
      return task.get();
    } catch (ExecutionException e) {
      throw new IOException(e.getCause());
    }
  }

  private static void write(OutputStream stream, String input) {
    try (stream) {
      stream.write(input.getBytes(StandardCharsets.UTF_8));
    } catch (IOException ended) {
      // The command ended without reading all: its exit code and its words say why.
      return;
    }
  }
}
