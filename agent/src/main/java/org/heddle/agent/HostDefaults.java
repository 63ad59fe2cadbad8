package org.heddle.agent;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.heddle.model.Resources;

/** What an agent offers of its machine when nobody says otherwise. */
public final class HostDefaults {
  private static final Pattern TOTAL = Pattern.compile("(?m)^MemTotal:\\s+(\\d+) kB$");

  /** A quarter of the memory and a fifth of the free disk stay with the machine itself. */
  private static final double MEMORY_SHARE = 0.75;

  private static final double DISK_SHARE = 0.8;

  private HostDefaults() {}

  /**
   * All processors, most of the memory, most of what is free on the disk.
   *
   * @param state folder whose file system counts; its parents when it is not there yet
   */
  public static Resources capacity(Path state) throws IOException {
    return new Resources(
        Runtime.getRuntime().availableProcessors(),
        memoryMiB(Files.readString(Path.of("/proc/meminfo"))),
        (long) (usable(state.toAbsolutePath()) * DISK_SHARE) >> 20);
  }

  static long memoryMiB(String meminfo) {
    Matcher total = TOTAL.matcher(meminfo);
    if (!total.find()) {
      throw new IllegalStateException("/proc/meminfo has no MemTotal: give --memory");
    }
    return (long) (Long.parseLong(total.group(1)) * MEMORY_SHARE) >> 10;
  }

  private static long usable(Path folder) throws IOException {
    Path there = folder;
    while (!Files.exists(there)) {
      there = DurableFiles.parent(there);
    }
    return Files.getFileStore(there).getUsableSpace();
  }
}
