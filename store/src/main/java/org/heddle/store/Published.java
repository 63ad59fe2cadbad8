package org.heddle.store;

import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;

/** The published indexes of a store: files with names. Safe for threads. */
final class Published {
  private static final String SUFFIX = ".hix";

  private final Layout layout;
  private final Disk disk;

  Published(Layout layout, Disk disk) {
    this.layout = layout;
    this.disk = disk;
  }

  /** By name; but those that are {@link #damaged}. */
  List<NamedIndex> indexes() throws IOException {
    List<NamedIndex> indexes = new ArrayList<>();
    for (String name : names()) {
      try (IndexReader reader = read(name)) {
        indexes.add(new NamedIndex(name, reader.info(), published(name)));
      } catch (StoreException damagedOrRemoved) {
        // Not one that can be used.
      }
    }
    return indexes;
  }

  /** Those that do not even begin as an index, by name. */
  List<Store.DamagedIndex> damaged() throws IOException {
    List<Store.DamagedIndex> damaged = new ArrayList<>();
    for (String name : names()) {
      try (IndexReader _ = read(name)) {
        // This one can be used.
      } catch (StoreException broken) {
        if (broken.kind() != StoreException.Kind.NOT_FOUND) {
          damaged.add(
              new Store.DamagedIndex(name, published(name), String.valueOf(broken.getMessage())));
        }
      }
    }
    return damaged;
  }

  private Instant published(String name) throws IOException {
    try {
      return Files.getLastModifiedTime(file(name)).toInstant();
    } catch (NoSuchFileException removedMeanwhile) {
      throw StoreException.notFound("index '" + name + "' was removed");
    }
  }

  /** The names of the published indexes, sorted. */
  List<String> names() throws IOException {
    List<String> names = new ArrayList<>();
    for (Path file : Session.list(layout.indexes())) {
      String name = String.valueOf(file.getFileName());
      if (name.endsWith(SUFFIX)) {
        names.add(name.substring(0, name.length() - SUFFIX.length()));
      }
    }
    names.sort(null);
    return names;
  }

  /**
   * Reads a published index from its start.
   *
   * @throws StoreException not found when there is none of that name
   */
  IndexReader read(String name) throws IOException {
    InputStream in = open(name);
    boolean opened = false;
    try {
      IndexReader reader = IndexReader.open(in, null);
      opened = true;
      return reader;
    } catch (StoreException broken) {
      throw new StoreException(
          broken.kind(),
          "index '" + name + "' in " + layout.folder() + " is damaged: " + broken.getMessage(),
          broken);
    } finally {
      if (!opened) {
        in.close();
      }
    }
  }

  InputStream open(String name) throws IOException {
    try {
      return Files.newInputStream(file(name));
    } catch (NoSuchFileException missing) {
      throw StoreException.notFound(
          "there is no index '" + name + "' in " + layout.folder() + "; see: heddle store ls");
    }
  }

  /**
   * Refuses what would be another index of this name, before it is made.
   *
   * @param fileSize bytes of the file that is to be stored
   * @throws StoreException conflict; it may still be one if this does not refuse it
   */
  void refuseOther(String name, long fileSize) throws IOException {
    try (IndexReader there = read(name)) {
      if (there.info().fileSize() != fileSize) {
        throw taken(name);
      }
    } catch (StoreException refused) {
      switch (refused.kind()) {
        case NOT_FOUND -> {}
        case MALFORMED, CORRUPT ->
            throw new StoreException(
                StoreException.Kind.CONFLICT,
                refused.getMessage()
                    + "; replace it, or mend it with 'heddle store verify"
                    + " --repair-from DIR|URL'",
                refused);
        case CONFLICT, FULL, INVALID -> throw refused;
      }
    }
  }

  StoreException taken(String name) {
    return new StoreException(
        StoreException.Kind.CONFLICT,
        "there is another index '"
            + name
            + "' in "
            + layout.folder()
            + ": take another name, or replace it");
  }

  /**
   * For who is about to remove several.
   *
   * @throws StoreException not found, with all names that are not here
   */
  void require(Collection<String> wanted) throws IOException {
    List<String> missing = new ArrayList<>();
    for (String name : wanted) {
      if (!Files.exists(file(name))) {
        missing.add("'" + name + "'");
      }
    }
    if (!missing.isEmpty()) {
      throw StoreException.notFound(
          "there is no index " + String.join(", ", missing) + " in " + layout.folder());
    }
  }

  /** The file of a published index, to send it as it is. */
  Path file(String name) throws StoreException {
    return layout.indexes().resolve(Names.check(name) + SUFFIX);
  }

  /** Takes a name away; its chunks go with the next collection. */
  void remove(String name) throws IOException {
    require(List.of(name));
    disk.delete(file(name));
    disk.syncFolder(layout.indexes());
  }
}
