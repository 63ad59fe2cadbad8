package org.heddle.store;

import java.io.IOException;
import java.io.InterruptedIOException;
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
   * @param failures sources that did not give what they were asked for, each with the reason
   */
  public record Report(long chunks, long stillMissing, int packs, List<String> failures) {
    public Report {
      failures = List.copyOf(failures);
    }
  }

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
      try (StoreWriter writer = store.writerBeyondQuota()) {
        copySound(found.packs(), writer);
        Set<ChunkRef> missing = missing(writer);
        long wanted = missing.size();
        List<String> failures = new ArrayList<>();
        for (ChunkSource source : sources) {
          fetch(source, missing, writer).ifPresent(failures::add);
          missing.removeIf(chunk -> writer.has(chunk.id()));
        }
        writer.flush();
        boolean gone = missing.isEmpty() && condemnation.awaitWriters(writer.session(), PATIENCE);
        if (gone) {
          condemnation.rescue(writer);
          condemnation.delete();
        }
        return new Report(
            wanted - missing.size(), missing.size(), gone ? found.packs().size() : 0, failures);
      }
    }
  }

  /**
   * One source's failure must not keep the next from being asked; what it gave before stays.
   *
   * @return the failure
   * @throws IOException writing here failed
   */
  private static Optional<String> fetch(
      ChunkSource source, Set<ChunkRef> missing, StoreWriter writer) throws IOException {
    IOException[] here = new IOException[1];
    try {
      source.fetch(
          missing,
          block -> {
            try {
              writer.addBlock(block);
            } catch (IOException failure) {
              here[0] = theirs(failure) ? null : failure;
              throw failure;
            }
          });
      return Optional.empty();
    } catch (IOException failure) {
      if (here[0] != null || failure instanceof InterruptedIOException) {
        throw failure;
      }
      return Optional.of(source.name() + ": " + failure.getMessage());
    }
  }

  private static boolean theirs(IOException failure) {
    return failure instanceof StoreException known
        && switch (known.kind()) {
          case CORRUPT, MALFORMED -> true;
          case NOT_FOUND, CONFLICT, FULL, INVALID -> false;
        };
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
