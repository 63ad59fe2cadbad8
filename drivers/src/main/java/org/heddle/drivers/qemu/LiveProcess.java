package org.heddle.drivers.qemu;

import static java.nio.charset.StandardCharsets.ISO_8859_1;

import java.io.IOException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Arrays;
import java.util.Optional;
import java.util.concurrent.locks.LockSupport;

/**
 * A process that cannot be mistaken for a later one with the same number.
 *
 * @param startTicks when it started, in clock ticks since the host did ({@code proc(5)}, field 22
 *     of stat)
 */
record LiveProcess(long pid, long startTicks) {
  private static final Path PROC = Path.of("/proc");
  private static final int START_TIME = 22;
  private static final int STATE = 3;
  private static final Duration LOOK_EVERY = Duration.ofMillis(2);

  static Optional<LiveProcess> of(long pid) {
    Optional<String[]> stat = stat(pid);
    return stat.filter(fields -> !dead(fields))
        .map(fields -> new LiveProcess(pid, Long.parseLong(field(fields, START_TIME))));
  }

  /** The process that has been started with this argument after that option. */
  static Optional<LiveProcess> with(String option, String argument) throws IOException {
    String wanted = "\0" + option + "\0" + argument + "\0";
    try (DirectoryStream<Path> all = Files.newDirectoryStream(PROC, "[1-9]*")) {
      for (Path process : all) {
        if (commandLine(process).contains(wanted)) {
          Optional<LiveProcess> found = of(Long.parseLong(process.getFileName().toString()));
          if (found.isPresent()) {
            return found;
          }
        }
      }
    }
    return Optional.empty();
  }

  private static String commandLine(Path process) {
    try {
      return Files.readString(process.resolve("cmdline"), ISO_8859_1);
    } catch (IOException e) {
      return ""; // ended meanwhile
    }
  }

  boolean alive() {
    return of(pid).filter(this::equals).isPresent();
  }

  /** Ends it by force. */
  void kill() {
    if (alive()) {
      ProcessHandle.of(pid).ifPresent(ProcessHandle::destroyForcibly);
    }
  }

  /** Waits for its end; false if it still lives. */
  boolean ends(Duration within) {
    long deadline = System.nanoTime() + within.toNanos();
    while (alive()) {
      if (System.nanoTime() >= deadline) {
        return false;
      }
      LockSupport.parkNanos(LOOK_EVERY.toNanos());
    }
    return true;
  }

  /** The fields of stat after the name, which may hold blanks and brackets. */
  private static Optional<String[]> stat(long pid) {
    try {
      String stat = Files.readString(PROC.resolve(pid + "/stat"), ISO_8859_1);
      return Optional.of(stat.substring(stat.lastIndexOf(')') + 2).split(" ", -1));
    } catch (IOException e) {
      return Optional.empty();
    }
  }

  private static String field(String[] fields, int number) {
    return fields[number - STATE];
  }

  private static boolean dead(String[] fields) {
    return Arrays.asList("Z", "X").contains(field(fields, STATE));
  }
}
