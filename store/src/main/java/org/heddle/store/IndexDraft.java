package org.heddle.store;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/** A whole and checked index that has no name yet: its chunks may still be missing. */
public final class IndexDraft implements AutoCloseable {
  private final Disk disk;
  private final Path file;
  private final IndexInfo info;

  IndexDraft(Disk disk, Path file, IndexInfo info) {
    this.disk = disk;
    this.file = file;
    this.info = info;
  }

  public IndexInfo info() {
    return info;
  }

  /** Reads it from its start. */
  public IndexReader open() throws IOException {
    return IndexReader.open(Files.newInputStream(file), info.id());
  }

  Path file() {
    return file;
  }

  /** Forgets it, unless it was published. */
  @Override
  public void close() throws IOException {
    disk.delete(file);
  }
}
