package org.heddle.dist.box;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/** What is mounted where, as {@code /proc/self/mountinfo} says. */
final class Mounts {
  /** Field of the mount point (proc(5)). */
  private static final int POINT = 4;

  private Mounts() {}

  /**
   * @param point without symbolic links, as the kernel names it
   */
  static boolean has(Path point) throws IOException {
    return all().contains(point.toString());
  }

  /**
   * The mount points at or below a folder, or whose path begins so, links resolved; the innermost
   * first.
   */
  static List<String> below(String prefix) throws IOException {
    return all().stream().filter(point -> point.startsWith(prefix)).toList().reversed();
  }

  private static List<String> all() throws IOException {
    return Files.readAllLines(Path.of("/proc/self/mountinfo")).stream()
        .map(line -> plain(line.split(" ", -1)[POINT]))
        .toList();
  }

  /** The kernel writes blanks and the like as octal escapes. */
  private static String plain(String escaped) {
    return escaped.replace("\\040", " ").replace("\\011", "\t").replace("\\134", "\\");
  }
}
