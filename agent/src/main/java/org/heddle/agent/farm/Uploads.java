package org.heddle.agent.farm;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Base64;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.SequencedMap;
import java.util.Set;
import java.util.UUID;
import org.heddle.api.FarmApi.RecipeText;
import org.heddle.api.FarmApi.SourceFile;
import org.heddle.drivers.Folders;

/**
 * Recipes that were sent, with the files beside them: a folder each for as long as they are built.
 */
final class Uploads {
  private static final String LINK = "link";

  private final Path folder;

  /** What an agent that was killed has left is taken away. */
  Uploads(Path folder) throws IOException {
    this.folder = folder;
    Folders.remove(folder);
    Files.createDirectories(folder.getParent());
    Files.createDirectory(
        folder, PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rwx------")));
  }

  /**
   * Writes a recipe and what lies beside it. Nothing is written through a link: the recipe comes
   * first and links come last, and what would lie on another source, or below a link, is refused
   * before anything is written.
   *
   * @return the recipe's file, alone with its own in a folder
   */
  Path take(RecipeText recipe) throws IOException {
    Path own = Files.createDirectory(folder.resolve(UUID.randomUUID().toString()));
    boolean whole = false;
    try {
      String base = base(recipe);
      SequencedMap<Path, SourceFile> sources = places(recipe.sources(), Path.of(base));
      Path file =
          Files.writeString(own.resolve(base), recipe.text(), StandardOpenOption.CREATE_NEW);
      for (Map.Entry<Path, SourceFile> source : sources.entrySet()) {
        if (!source.getValue().kind().equals(LINK)) {
          write(source.getValue(), own.resolve(source.getKey()));
        }
      }
      for (Map.Entry<Path, SourceFile> source : sources.entrySet()) {
        if (source.getValue().kind().equals(LINK)) {
          link(own, own.resolve(source.getKey()), source.getValue());
        }
      }
      whole = true;
      return file;
    } catch (IllegalArgumentException | java.nio.file.FileAlreadyExistsException wrong) {
      throw Builds.refused("invalid", 400, "sources: " + wrong.getMessage());
    } finally {
      if (!whole) {
        Folders.remove(own);
      }
    }
  }

  private static String base(RecipeText recipe) {
    String base = recipe.file().substring(recipe.file().lastIndexOf('/') + 1);
    return base.matches("[A-Za-z0-9_-][A-Za-z0-9._-]*\\.yaml") ? base : "r.yaml";
  }

  /** Where each source goes, relative to the folder: no two to one place, none below a link. */
  private static SequencedMap<Path, SourceFile> places(List<SourceFile> sources, Path recipe) {
    SequencedMap<Path, SourceFile> places = new LinkedHashMap<>();
    Set<Path> links = new HashSet<>();
    for (SourceFile source : sources) {
      Path place = place(source.path());
      if (place.equals(recipe)) {
        throw new IllegalArgumentException(
            "'" + source.path() + "' has the name of the recipe itself: rename one of them");
      }
      if (places.put(place, source) != null) {
        throw new IllegalArgumentException("'" + source.path() + "' is there twice");
      }
      if (source.kind().equals(LINK)) {
        links.add(place);
      }
    }
    for (Path place : places.keySet()) {
      for (Path above = place.getParent(); above != null; above = above.getParent()) {
        if (links.contains(above)) {
          throw new IllegalArgumentException(
              "'" + place + "' lies below '" + above + "', which is a link: send it as a folder");
        }
      }
    }
    return places;
  }

  /** Always below the folder. */
  private static Path place(String path) {
    Path relative = Path.of(path).normalize();
    if (relative.toString().isBlank() || relative.isAbsolute() || relative.startsWith("..")) {
      throw new IllegalArgumentException("'" + path + "' does not lie beside the recipe");
    }
    return relative;
  }

  private static void link(Path own, Path link, SourceFile source) throws IOException {
    Path parent = Objects.requireNonNull(link.getParent());
    Files.createDirectories(parent);
    if (!parent.toRealPath().startsWith(own.toRealPath())) {
      throw new IllegalArgumentException("'" + source.path() + "' does not lie beside the recipe");
    }
    Files.createSymbolicLink(link, Path.of(source.content()));
  }

  private static void write(SourceFile source, Path to) throws IOException {
    switch (source.kind()) {
      case "folder" -> Files.createDirectories(to);
      case "file", "program" -> {
        Files.createDirectories(to.getParent());
        Files.write(
            to, Base64.getDecoder().decode(source.content()), StandardOpenOption.CREATE_NEW);
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
}
