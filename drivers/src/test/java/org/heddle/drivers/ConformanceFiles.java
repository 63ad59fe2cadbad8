package org.heddle.drivers;

import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.List;
import java.util.stream.Stream;

/** What tests do with the folder of a saved state. */
public final class ConformanceFiles {
  private ConformanceFiles() {}

  /** Copies a saved state as a transfer between hosts does; links only where nothing is changed. */
  static void copy(Path from, Path to, boolean link) throws IOException {
    Files.createDirectories(to);
    for (Path file : files(from)) {
      Path target = to.resolve(from.relativize(file));
      Files.createDirectories(target.getParent());
      if (link) {
        Files.createLink(target, file);
      } else {
        Files.copy(file, target);
      }
    }
  }

  static List<Path> files(Path folder) throws IOException {
    try (Stream<Path> all = Files.walk(folder)) {
      return all.filter(Files::isRegularFile).toList();
    }
  }

  /** Flips one bit in the middle of the largest file. */
  public static void flip(Path folder) throws IOException {
    Path largest =
        files(folder).stream()
            .max(Comparator.comparingLong(file -> file.toFile().length()))
            .orElseThrow();
    try (RandomAccessFile file = new RandomAccessFile(largest.toFile(), "rw")) {
      long position = file.length() / 2;
      file.seek(position);
      int old = file.read();
      file.seek(position);
      file.write(old ^ 4);
    }
  }
}
