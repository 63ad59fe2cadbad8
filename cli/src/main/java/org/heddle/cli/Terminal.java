package org.heddle.cli;

import java.io.File;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.function.IntSupplier;

/**
 * What can be shown on one of the process's streams.
 *
 * @param tty whether a person looks at it, so that lines may be cut and rewritten
 * @param colour whether colours are wanted
 * @param unicode whether block characters can be written
 * @param columns asked only when a line may be too long, for the answer can cost a process
 */
public record Terminal(boolean tty, boolean colour, boolean unicode, IntSupplier columns) {
  private static final int USUAL = 80;

  /** A file or a pipe: no colours, nothing cut. */
  public static final Terminal NONE = new Terminal(false, false, true, () -> 120);

  /** The terminal behind a file descriptor of this process: 1 is output, 2 errors. */
  public static Terminal of(int descriptor, PrintStream stream, Map<String, String> environment) {
    boolean tty = isTty(descriptor);
    boolean dumb = "dumb".equals(environment.get("TERM"));
    boolean colour = tty && !dumb && environment.getOrDefault("NO_COLOR", "").isEmpty();
    boolean unicode = stream.charset().newEncoder().canEncode('█');
    return new Terminal(tty && !dumb, colour, unicode, () -> columns(tty, environment));
  }

  /** Whether a descriptor of this process is a terminal (Linux). */
  static boolean isTty(int descriptor) {
    try {
      String target = Files.readSymbolicLink(Path.of("/proc/self/fd/" + descriptor)).toString();
      return target.startsWith("/dev/pts/")
          || target.startsWith("/dev/tty")
          || target.equals("/dev/console");
    } catch (IOException | UnsupportedOperationException unknown) {
      return false;
    }
  }

  public int width() {
    return columns.getAsInt();
  }

  private static int columns(boolean tty, Map<String, String> environment) {
    String named = environment.getOrDefault("COLUMNS", "");
    if (named.matches("[1-9][0-9]{0,3}")) {
      return Integer.parseInt(named);
    }
    return tty ? asked() : USUAL;
  }

  /** Asks {@code stty}, which answers {@code ROWS COLUMNS}. */
  private static int asked() {
    try {
      Process stty = new ProcessBuilder("stty", "size").redirectInput(new File("/dev/tty")).start();
      String answer;
      try (var output = stty.getInputStream()) {
        answer = new String(output.readAllBytes(), StandardCharsets.US_ASCII).strip();
      }
      String columns = answer.substring(answer.indexOf(' ') + 1);
      return columns.matches("[1-9][0-9]{0,3}") ? Integer.parseInt(columns) : USUAL;
    } catch (IOException unknown) {
      return USUAL;
    }
  }
}
