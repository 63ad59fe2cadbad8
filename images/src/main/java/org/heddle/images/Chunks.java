package org.heddle.images;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import org.heddle.store.Collector;
import org.heddle.store.Effort;
import org.heddle.store.Extractor;
import org.heddle.store.IndexReader;
import org.heddle.store.Maker;
import org.heddle.store.Progress;
import org.heddle.store.Store;
import org.heddle.store.StoreWriter;

/** The farm's seam to the content store: what two images share is there once. */
final class Chunks {
  private static final Progress SILENT = (_, _) -> {};

  /** Who is storing something may take longer: then the next one collects. */
  private static final Duration PATIENCE = Duration.ofSeconds(5);

  private final Path folder;

  Chunks(Path folder) {
    this.folder = folder;
  }

  /** Stores a file under a name. */
  void put(String name, Path file) throws IOException {
    try (StoreWriter writer = Store.openOrCreate(folder).writer(Effort.MEDIUM)) {
      new Maker(writer, SILENT).make(file, name, true);
    }
  }

  boolean has(String name) throws IOException {
    return Files.isDirectory(folder) && Store.open(folder).names().contains(name);
  }

  void get(String name, Path to) throws IOException {
    Store store = Store.open(folder);
    try (IndexReader index = store.index(name)) {
      new Extractor(store, SILENT).extract(index, to);
    }
  }

  /** Deletes chunks that nothing needs any more. */
  void collect() throws IOException {
    if (Files.isDirectory(folder)) {
      new Collector(Store.open(folder), PATIENCE).collect();
    }
  }

  void remove(String name) throws IOException {
    if (has(name)) {
      Store.open(folder).remove(name);
    }
  }
}
