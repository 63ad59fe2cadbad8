package org.heddle.drivers.memory;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.SortedMap;
import java.util.TreeMap;
import org.heddle.drivers.Capability.GuestExec.ExecResult;

/**
 * What runs in an in-memory machine: files and a handful of programs ({@code true}, {@code false},
 * {@code echo}, {@code cat}, {@code tee}, {@code date +%s}), enough to see that state goes where
 * the machine goes. Its clock stands still while it is stopped, as a real one's does.
 */
final class MemoryGuest {
  /** What is written to this file is printed on the console, too. */
  static final String CONSOLE = "/dev/console";

  private static final int NOT_FOUND = 127;

  private final SortedMap<String, String> files;
  private Duration clockOffset;

  MemoryGuest() {
    this(new Memory(new TreeMap<>(), Duration.ZERO));
  }

  MemoryGuest(Memory memory) {
    files = new TreeMap<>(memory.files());
    clockOffset = memory.clockOffset();
  }

  /** All that a guest knows; what a saved state holds. */
  record Memory(SortedMap<String, String> files, Duration clockOffset) {}

  Memory memory() {
    return new Memory(new TreeMap<>(files), clockOffset);
  }

  void setClock(Instant wanted, Instant now) {
    clockOffset = Duration.between(now, wanted);
  }

  void stoodStill(Duration time) {
    clockOffset = clockOffset.minus(time);
  }

  ExecResult exec(List<String> command, byte[] input, Instant now) {
    List<String> arguments = command.subList(1, command.size());
    return switch (command.getFirst()) {
      case "true" -> result(0, "", "");
      case "false" -> result(1, "", "");
      case "echo" -> result(0, String.join(" ", arguments) + "\n", "");
      case "cat" -> cat(arguments, input);
      case "tee" -> tee(arguments, input);
      case "date" -> result(0, now.plus(clockOffset).getEpochSecond() + "\n", "");
      case String other -> result(NOT_FOUND, "", other + ": not found\n");
    };
  }

  private ExecResult cat(List<String> names, byte[] input) {
    if (names.isEmpty()) {
      return result(0, new String(input, UTF_8), "");
    }
    StringBuilder out = new StringBuilder();
    for (String name : names) {
      String content = files.get(name);
      if (content == null) {
        return result(1, out.toString(), "cat: " + name + ": No such file or directory\n");
      }
      out.append(content);
    }
    return result(0, out.toString(), "");
  }

  private ExecResult tee(List<String> names, byte[] input) {
    String text = new String(input, UTF_8);
    names.forEach(name -> files.put(name, text));
    return result(0, text, "");
  }

  private static ExecResult result(int exitCode, String output, String error) {
    return new ExecResult(exitCode, output, error, false);
  }
}
