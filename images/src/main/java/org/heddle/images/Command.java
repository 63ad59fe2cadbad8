package org.heddle.images;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.FutureTask;
import java.util.concurrent.TimeUnit;

/**
 * Runs a program and ends it, with all that it started, when its time is over or the waiting thread
 * is interrupted. The process belongs to a thread of its own for as long as it lives, since the
 * kernel's death signal of children follows the thread that started them.
 *
 * @param input file for its standard input; empty: nothing
 */
record Command(
    List<String> words, Map<String, String> environment, Optional<Path> input, Duration time) {
  /** What an ended process leaves running may hold its pipes open: no longer than this. */
  private static final Duration DRAIN = Duration.ofSeconds(10);

  static Command of(String... words) {
    return of(List.of(words));
  }

  static Command of(List<String> words) {
    return new Command(List.copyOf(words), Map.of(), Optional.empty(), Duration.ofMinutes(30));
  }

  Command with(Map<String, String> more) {
    return new Command(words, more, input, time);
  }

  Command within(Duration limit) {
    return new Command(words, environment, input, limit);
  }

  Command reading(Path file) {
    return new Command(words, environment, Optional.of(file), time);
  }

  /** How it ended. */
  record Ended(int code, boolean late, String errors) {
    boolean well() {
      return code == 0 && !late;
    }
  }

  /** Runs it and gives its standard output as text; errors go to the log. */
  String output(OutputStream log) throws IOException, InterruptedException, FarmException {
    ByteArrayOutputStream text = new ByteArrayOutputStream();
    Ended ended = run(text, log);
    if (!ended.well()) {
      throw FarmException.failed(words.getFirst() + " failed: " + lastLines(ended.errors(), 12));
    }
    return text.toString(StandardCharsets.UTF_8);
  }

  /** Runs it, with its output in the log. */
  void check(OutputStream log) throws IOException, InterruptedException, FarmException {
    Ended ended = run(log, log);
    if (!ended.well()) {
      throw FarmException.failed(words.getFirst() + " failed: " + lastLines(ended.errors(), 12));
    }
  }

  static String lastLines(String text, int most) {
    List<String> lines = text.strip().lines().toList();
    return String.join("\n", lines.subList(Math.max(0, lines.size() - most), lines.size()));
  }

  /**
   * Runs it to its end.
   *
   * @param out gets standard output
   * @param log gets standard error, of which the end is also in the answer
   * @throws IOException also when one of them cannot take what the program says: it is ended then
   */
  Ended run(OutputStream out, OutputStream log) throws IOException, InterruptedException {
    FutureTask<Ended> task = new FutureTask<>(() -> supervised(out, log));
    Thread owner = Thread.ofPlatform().daemon().name("command").start(task);
    try {
      return task.get();
    } catch (InterruptedException cancelled) {
      owner.interrupt();
      owner.join();
      throw cancelled;
    } catch (ExecutionException failed) {
      switch (failed.getCause()) {
        case IOException outside -> throw new IOException(outside.getMessage(), outside);
        case InterruptedException cancelled -> throw cancelled;
        case null, default -> throw new IllegalStateException(failed.getCause());
      }
    }
  }

  private Ended supervised(OutputStream out, OutputStream log)
      throws IOException, InterruptedException {
    ProcessBuilder builder = new ProcessBuilder(words);
    builder.redirectInput(input.orElse(Path.of("/dev/null")).toFile());
    builder.environment().putAll(environment);
    builder.environment().put("LC_ALL", "C.UTF-8");
    Process process = builder.start();
    ByteArrayOutputStream errors = new ByteArrayOutputStream();
    Runnable end = process::destroyForcibly;
    Pump first = new Pump(process.getInputStream(), out, errors, end).start();
    Pump second = new Pump(process.getErrorStream(), log, errors, end).start();
    boolean late = false;
    try {
      late = !process.waitFor(time.toMillis(), TimeUnit.MILLISECONDS);
      if (!late) {
        // Before anything is destroyed: that closes the pipes, and what was not read yet is lost.
        first.drain(DRAIN);
        second.drain(DRAIN);
      }
    } finally {
      process.descendants().forEach(ProcessHandle::destroyForcibly);
      process.destroyForcibly().waitFor();
      first.drain(DRAIN);
      second.drain(DRAIN);
    }
    first.check();
    second.check();
    String said;
    synchronized (errors) {
      said = errors.toString(StandardCharsets.UTF_8);
    }
    return new Ended(process.exitValue(), late, said);
  }
}
