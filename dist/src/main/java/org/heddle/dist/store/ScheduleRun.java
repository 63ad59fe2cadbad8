package org.heddle.dist.store;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.SequencedMap;
import java.util.concurrent.CountDownLatch;
import java.util.stream.Collectors;
import org.heddle.store.schedule.Move;
import org.heddle.store.schedule.Schedule;

/**
 * Carries a schedule out: starts each move's command where it has to run, as soon as what it waits
 * for has ended. A move that fails lets those fail that wait for it, and no others.
 */
final class ScheduleRun {
  private static final int OUTPUT = 2_000;

  private final Schedule schedule;
  private final Commands commands;
  private final List<CountDownLatch> begun = new ArrayList<>();
  private final List<CountDownLatch> ended = new ArrayList<>();
  private final boolean[] failed;
  private final double[] seconds;
  private final SequencedMap<Integer, String> failures = new LinkedHashMap<>();
  private final long begin = System.nanoTime();

  /** What has to be run for a move: one command after the other. */
  interface Commands {
    List<List<String>> of(Move move);
  }

  ScheduleRun(Schedule schedule, Commands commands) {
    this.schedule = schedule;
    this.commands = commands;
    this.failed = new boolean[schedule.moves().size()];
    this.seconds = new double[schedule.moves().size()];
    for (int i = 0; i < failed.length; i++) {
      begun.add(new CountDownLatch(1));
      ended.add(new CountDownLatch(1));
    }
  }

  /** Returns when all have ended. */
  void run() throws InterruptedException {
    List<Thread> threads = new ArrayList<>();
    for (Move move : schedule.moves()) {
      threads.add(Thread.ofVirtual().name("move").start(() -> run(move)));
    }
    for (Thread thread : threads) {
      thread.join();
    }
  }

  /** Why moves failed, by their numbers. */
  Map<Integer, String> failures() {
    return failures;
  }

  /** Seconds from the begin to the end of each move. */
  double seconds(int move) {
    return seconds[move];
  }

  private void run(Move move) {
    int i = move.number();
    try {
      for (int before : move.after()) {
        ended.get(before).await();
        if (failed[before]) {
          throw new IOException("move " + before + ", which it waits for, failed");
        }
      }
      if (move.behind().isPresent()) {
        begun.get(move.behind().getAsInt()).await();
      }
      begun.get(i).countDown();
      for (List<String> command : commands.of(move)) {
        execute(command);
      }
    } catch (IOException failure) {
      failed[i] = true;
      synchronized (this) {
        failures.put(i, String.valueOf(failure.getMessage()));
      }
    } catch (InterruptedException interrupted) {
      Thread.currentThread().interrupt();
      failed[i] = true;
    } finally {
      seconds[i] = (System.nanoTime() - begin) / 1e9;
      begun.get(i).countDown();
      ended.get(i).countDown();
    }
  }

  private static void execute(List<String> command) throws IOException, InterruptedException {
    Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
    process.getOutputStream().close();
    String said = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    int exit = process.waitFor();
    if (exit != 0) {
      String text = said.length() <= OUTPUT ? said : said.substring(said.length() - OUTPUT);
      throw new IOException(
          "'" + String.join(" ", command) + "' ended with " + exit + ": " + text.strip());
    }
  }

  /** The command with what runs it in its place; ssh gives it to a shell, so it is quoted. */
  static List<String> in(List<String> run, List<String> command) {
    List<String> all = new ArrayList<>(run);
    boolean shell = !run.isEmpty() && run.getFirst().matches("(.*/)?ssh");
    if (shell) {
      all.add(
          command.stream()
              .map(word -> "'" + word.replace("'", "'\\''") + "'")
              .collect(Collectors.joining(" ")));
    } else {
      all.addAll(command);
    }
    return all;
  }
}
