package org.heddle.dist.farm;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.heddle.cli.Environment;

/** Folders with the recipes and classes that come with Heddle. */
public final class RecipeFolders {
  private static final Path INSTALLED = Path.of("/usr/share/heddle/images");

  private RecipeFolders() {}

  /**
   * All of them, in the order in which they are looked at.
   *
   * @param own that come before those that come with Heddle
   */
  public static List<Path> all(List<Path> own, Environment around) {
    List<Path> folders = new ArrayList<>(own);
    String home = around.variable("HEDDLE_HOME");
    if (!home.isEmpty()) {
      folders.add(Path.of(home).resolve("images"));
      folders.add(Path.of(home).resolve("examples").resolve("farm"));
    }
    if (Files.isDirectory(INSTALLED)) {
      folders.add(INSTALLED);
    }
    return folders;
  }
}
