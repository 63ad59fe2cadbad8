package org.heddle.cli;

import java.io.File;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;

/**
 * The user's terminal with every key handed on as it is typed, by {@code stty}. It is put back when
 * this is closed, and also when the process is ended by a signal.
 */
final class RawTerminal implements AutoCloseable {
  private static final File TTY = new File("/dev/tty");
  private final String saved;
  private final Thread hook = new Thread(this::restore);

  RawTerminal() {
    saved = stty("-g").strip();
    Runtime.getRuntime().addShutdownHook(hook);
    stty("raw", "-echo");
  }

  @Override
  public void close() {
    restore();
    Runtime.getRuntime().removeShutdownHook(hook);
  }

  private void restore() {
    stty(saved);
  }

  private static String stty(String... arguments) {
    List<String> command = new ArrayList<>(List.of("stty"));
    command.addAll(List.of(arguments));
    try {
      Process process =
          new ProcessBuilder(command).redirectInput(TTY).redirectErrorStream(true).start();
      try (var output = process.getInputStream()) {
        return new String(output.readAllBytes(), StandardCharsets.US_ASCII);
      }
    } catch (IOException missing) {
      throw Failure.failed("the terminal cannot be set up: " + missing.getMessage());
    }
  }
}
