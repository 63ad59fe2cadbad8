package org.heddle.drivers.qemu;

import static java.nio.charset.StandardCharsets.ISO_8859_1;

import java.io.IOException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;

/**
 * How soon the kernel lets the threads of a machine run among others. Machines of a vjob that are
 * to be paused at one instant are urgent before it: on a host whose processors are all taken, a
 * thread may else wait some tens of milliseconds for its turn to stop, each another time.
 */
enum Urgency {
  NORMAL(0),
  URGENT(-20);

  private static final long PATIENCE_MS = 2_000;

  private final int nice;

  Urgency(int nice) {
    this.nice = nice;
  }

  /**
   * Sets it for all threads. A host that does not let us, for want of privilege or of the command,
   * is no worse than before.
   */
  void give(LiveProcess process) {
    try {
      if (now(process) == nice) {
        return;
      }
      List<String> command = new ArrayList<>(List.of("renice", "-n", "" + nice, "-p"));
      try (DirectoryStream<Path> threads =
          Files.newDirectoryStream(Path.of("/proc", "" + process.pid(), "task"))) {
        threads.forEach(thread -> command.add(thread.getFileName().toString()));
      }
      Process renice =
          new ProcessBuilder(command)
              .redirectErrorStream(true)
              .redirectOutput(ProcessBuilder.Redirect.DISCARD)
              .start();
      renice.waitFor(PATIENCE_MS, TimeUnit.MILLISECONDS);
    } catch (IOException e) {
      return; // Nothing depends on it.
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  /** Field 19 of {@code proc(5)} stat, which is the 17th after the name. */
  private static int now(LiveProcess process) throws IOException {
    String stat = Files.readString(Path.of("/proc", "" + process.pid(), "stat"), ISO_8859_1);
    return Integer.parseInt(stat.substring(stat.lastIndexOf(')') + 2).split(" ", -1)[16]);
  }
}
