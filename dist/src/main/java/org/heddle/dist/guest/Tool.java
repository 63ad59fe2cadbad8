package org.heddle.dist.guest;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.IOException;
import java.nio.file.Path;
import java.util.Map;

/** Runs a program to its end. */
public final class Tool {
  private Tool() {}

  /**
   * What it printed.
   *
   * @throws IOException when it failed, with the end of what it said
   */
  public static String run(String... words) throws IOException, InterruptedException {
    return run(Map.of(), words);
  }

  /** The same with more environment variables. */
  public static String run(Map<String, String> environment, String... words)
      throws IOException, InterruptedException {
    ProcessBuilder builder =
        new ProcessBuilder(words)
            .redirectErrorStream(true)
            .redirectInput(Path.of("/dev/null").toFile());
    builder.environment().putAll(environment);
    Process process = builder.start();
    try {
      String said = new String(process.getInputStream().readAllBytes(), UTF_8);
      int code = process.waitFor();
      if (code != 0) {
        String end = said.substring(Math.max(0, said.length() - 2000)).strip();
        throw new IOException(words[0] + " ended with " + code + ": " + end);
      }
      return said;
    } finally {
      process.descendants().forEach(ProcessHandle::destroyForcibly);
      process.destroyForcibly();
    }
  }
}
