package org.heddle.drivers;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.List;
import java.util.stream.Stream;

/** Whole folders. Links are removed, not followed. */
public final class Folders {
  private Folders() {}

  /** Removes the folder and all in it; does nothing when there is none. */
  public static void remove(Path folder) throws IOException {
    List<Path> all;
    try (Stream<Path> walk = Files.walk(folder)) {
      all = walk.sorted(Comparator.reverseOrder()).toList();
    } catch (NoSuchFileException e) {
      return;
    } catch (UncheckedIOException e) {
      throw e.getCause();
    }
    for (Path path : all) {
      Files.deleteIfExists(path);
    }
  }

  /** Makes the folder if need be, and removes all that is in it. */
  public static Path empty(Path folder) throws IOException {
    remove(folder);
    return Files.createDirectories(folder);
  }
}
