package org.heddle.store;

import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/**
 * Mends a store from others: what is sound of damaged packs is written anew, what is missing comes
 * from the sources, checked chunk by chunk. Damaged packs are deleted only when no index needs
 * anything more of them.
 */
public final class Repairer {
  private static final Duration PATIENCE = Duration.ofSeconds(60);

  private final Store store;

  public Repairer(Store store) {
    this.store = store;
  }

  /**
   * What a repair did.
   *
   * @param chunks chunks that came from the sources
   * @param stillMissing chunks that indexes need and nobody had
   * @param packs damaged packs that are gone
   */
  public record Report(long chunks, long stillMissing, int packs) {}

  /**
   * Repairs what a verification found.
   *
   * @param sources asked one after the other for what is still missing
   */
  public Report repair(Verifier.Report found, List<? extends ChunkSource> sources)
      throws IOException {
    try (Guard _ =
        Guard.tryTake(store.layout.collectorLock())
            .orElseThrow(() ->
                new StoreException(
                    StoreException.Kind.CONFLICT,
                    "a collection of " + store.folder() + " goes on: repair when it is done"))) {
      Condemnation condemnation = new Condemnation(store);
      condemnation.mark(found.packs());
      try (StoreWriter writer = store.writer()) {
        copySound(found.packs(), writer);
        Set<ChunkRef> missing = missing(writer);
        long wanted = missing.size();
        for (ChunkSource source : sources) {
          source.fetch(missing, writer::addBlock);
          missing.removeIf(chunk -> writer.has(chunk.id()));
        }
        writer.flush();
        boolean complete = missing.isEmpty();
        if (complete && condemnation.awaitWriters(writer.session(), PATIENCE)) {
          condemnation.rescue(writer);
          condemnation.delete();
        }
        return new Report(
            wanted - missing.size(), missing.size(), complete ? found.packs().size() : 0);
      }
    }
  }

  private void copySound(Set<String> damaged, StoreWriter writer) throws IOException {
    for (PackFile pack : store.packFiles()) {
      for (int i = 0; damaged.contains(pack.name()) && i < pack.blockCount(); i++) {
        copySound(pack, i, writer);
      }
    }
  }

  private void copySound(PackFile pack, int number, StoreWriter writer) throws IOException {
    Block block;
    byte[] raw;
    try {
      block = pack.read(number);
      raw = block.open(store.shelf().referenced(block));
    } catch (StoreException damaged) {
      return;
    }
    add(block, raw, writer);
  }

  private static void add(Block block, byte[] raw, StoreWriter writer) throws IOException {
    int at = 0;
    for (ChunkRef chunk : block.chunks()) {
      writer.add(chunk.id(), raw, at, chunk.length());
      at += chunk.length();
    }
  }

  private Set<ChunkRef> missing(StoreWriter writer) throws IOException {
    Set<ChunkRef> missing = new HashSet<>();
    List<String> unreadable = new ArrayList<>();
    for (String name : store.names()) {
      try (IndexReader index = store.index(name)) {
        for (Optional<Entry> entry = index.next(); entry.isPresent(); entry = index.next()) {
          if (entry.get() instanceof Entry.Data(ChunkRef chunk) && !writer.has(chunk.id())) {
            missing.add(chunk);
          }
        }
      } catch (StoreException broken) {
        unreadable.add(name);
      }
    }
    if (!unreadable.isEmpty()) {
      throw StoreException.corrupt(
          "the indexes "
              + String.join(", ", unreadable)
              + " are damaged themselves: remove them, or fetch them again, then repair");
    }
    return missing;
  }
}
