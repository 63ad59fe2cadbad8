package org.heddle.dist.bench;

import java.io.File;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;

/** Runs other programs and waits for them. */
final class Shell {
  private static final Map<String, String> QUIET =
      Map.of(
          "RESTIC_PASSWORD", "bench",
          "BORG_UNKNOWN_UNENCRYPTED_REPO_ACCESS_IS_OK", "yes",
          "LC_ALL", "C");

  private final Path folder;

  Shell(Path folder) {
    this.folder = folder;
  }

  /** Its output; what it complains about goes to our errors. */
  String run(List<String> command) throws IOException, InterruptedException {
    ProcessBuilder builder =
        new ProcessBuilder(command)
            .directory(folder.toFile())
            .redirectInput(new File("/dev/null"))
            .redirectError(folder.resolve("errors").toFile());
    builder.environment().putAll(QUIET);
    Process process = builder.start();
    String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    int exit = process.waitFor();
    if (exit != 0) {
      throw new IOException(
          String.join(" ", command)
              + " ended with "
              + exit
              + ": "
              + java.nio.file.Files.readString(folder.resolve("errors")).strip());
    }
    return output;
  }

  /** Seconds until it has ended and all that it wrote is on the disk. */
  double timed(List<String> command) throws IOException, InterruptedException {
    long begin = System.nanoTime();
    run(command);
    run(List.of("sync", "-f", "."));
    return (System.nanoTime() - begin) / 1e9;
  }
}
