package org.heddle.agent.farm;

import java.io.IOException;
import java.nio.file.FileVisitResult;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.SimpleFileVisitor;
import java.nio.file.attribute.BasicFileAttributes;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Base64;
import java.util.UUID;
import org.heddle.api.FarmApi.RecipeText;
import org.heddle.api.FarmApi.SourceFile;
import org.jspecify.annotations.Nullable;

/**
 * Recipes that were sent, with the files beside them: a folder each for as long as they are built.
 */
final class Uploads {
  private final Path folder;

  /** What an agent that was killed has left is taken away. */
  Uploads(Path folder) throws IOException {
    this.folder = folder;
    delete(folder);
    Files.createDirectories(folder.getParent());
    Files.createDirectory(
        folder, PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rwx------")));
  }

  /**
   * Writes a recipe and what lies beside it; links last, so that nothing is written through one.
   *
   * @return the recipe's file, alone with its own in a folder
   */
  Path take(RecipeText recipe) throws IOException {
    Path own = Files.createDirectory(folder.resolve(UUID.randomUUID().toString()));
    boolean whole = false;
    try {
      for (SourceFile source : recipe.sources()) {
        if (!source.kind().equals("link")) {
          write(source, place(own, source.path()));
        }
      }
      for (SourceFile source : recipe.sources()) {
        if (source.kind().equals("link")) {
          Path link = place(own, source.path());
          Files.createDirectories(link.getParent());
          Files.createSymbolicLink(link, Path.of(source.content()));
        }
      }
      String base = recipe.file().substring(recipe.file().lastIndexOf('/') + 1);
      Path file =
          own.resolve(base.matches("[A-Za-z0-9_-][A-Za-z0-9._-]*\\.yaml") ? base : "r.yaml");
      Files.writeString(file, recipe.text());
      whole = true;
      return file;
    } catch (IllegalArgumentException | java.nio.file.FileAlreadyExistsException wrong) {
      throw Builds.refused("invalid", 400, "sources: " + wrong.getMessage());
    } finally {
      if (!whole) {
        delete(own);
      }
    }
  }

  /** Where a source goes: always below the folder. */
  private static Path place(Path own, String path) {
    Path relative = Path.of(path).normalize();
    if (path.isBlank() || relative.isAbsolute() || relative.startsWith("..")) {
      throw new IllegalArgumentException("'" + path + "' does not lie beside the recipe");
    }
    return own.resolve(relative);
  }

  private static void write(SourceFile source, Path to) throws IOException {
    switch (source.kind()) {
      case "folder" -> Files.createDirectories(to);
      case "file", "program" -> {
        Files.createDirectories(to.getParent());
        Files.write(to, Base64.getDecoder().decode(source.content()));
        if (source.kind().equals("program")) {
          Files.setPosixFilePermissions(to, PosixFilePermissions.fromString("rwxr-xr-x"));
        }
      }
      default ->
          throw new IllegalArgumentException(
              "'"
                  + source.path()
                  + "' is a '"
                  + source.kind()
                  + "': file, program, folder or link");
    }
  }

  static void delete(Path tree) throws IOException {
    if (!Files.isDirectory(tree)) {
      return;
    }
    Files.walkFileTree(
        tree,
        new SimpleFileVisitor<>() {
          @Override
          public FileVisitResult visitFile(Path file, BasicFileAttributes attributes)
              throws IOException {
            Files.delete(file);
            return FileVisitResult.CONTINUE;
          }

          @Override
          public FileVisitResult postVisitDirectory(Path gone, @Nullable IOException failure)
              throws IOException {
            if (failure != null) {
              throw failure;
            }
            Files.delete(gone);
            return FileVisitResult.CONTINUE;
          }
        });
  }
}
