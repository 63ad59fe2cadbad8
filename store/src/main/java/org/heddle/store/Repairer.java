package org.heddle.store;

import java.io.IOException;
import java.io.InterruptedIOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;

/**
 * Mends a store from others: what is sound of damaged packs is written anew, what is missing comes
 * from the sources, checked chunk by chunk; a damaged index is replaced by the source's of its
 * name. Damaged packs are deleted only when no index needs anything more of them.
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
        return repair(found.packs().size(), condemnation, sources, writer);
      }
    }
  }

  private Report repair(
      int packs, Condemnation condemnation, List<? extends ChunkSource> sources, StoreWriter writer)
      throws IOException {
    List<String> failures = new ArrayList<>();
    Survey survey = survey(writer);
    Set<String> unreadable = survey.unreadable;
    Set<ChunkRef> missing = survey.missing;
    Map<String, IndexDraft> drafts = new TreeMap<>();
    try {
      for (String name : unreadable) {
        fetch(name, sources, writer, failures).ifPresent(draft -> drafts.put(name, draft));
      }
      for (IndexDraft draft : drafts.values()) {
        missing.addAll(writer.missing(draft));
      }
      long wanted = missing.size();
      for (ChunkSource source : sources) {
        fetch(source, missing, writer).ifPresent(failures::add);
        missing.removeIf(chunk -> writer.has(chunk.id()));
      }
      writer.flush();
      for (Map.Entry<String, IndexDraft> draft : drafts.entrySet()) {
        if (writer.missing(draft.getValue()).isEmpty()) {
          writer.publish(draft.getKey(), draft.getValue(), true);
          unreadable.remove(draft.getKey());
        }
      }
      boolean gone =
          missing.isEmpty()
              && unreadable.isEmpty()
              && condemnation.awaitWriters(writer.session(), PATIENCE);
      if (gone) {
        condemnation.rescue(writer);
        condemnation.delete();
      }
      return new Report(wanted - missing.size(), missing.size(), gone ? packs : 0, failures);
    } finally {
      for (IndexDraft draft : drafts.values()) {
        draft.close();
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

  /**
   * What the indexes need.
   *
   * @param unreadable indexes that cannot be read, so that nobody knows what they need
   * @param missing what the others need and is not here
   */
  private record Survey(Set<String> unreadable, Set<ChunkRef> missing) {}

  private Survey survey(StoreWriter writer) throws IOException {
    Survey survey = new Survey(new TreeSet<>(), new HashSet<>());
    for (String name : store.names()) {
      Set<ChunkRef> needed = new HashSet<>();
      try (IndexReader index = store.index(name)) {
        index.eachChunk(chunk -> {
          if (!writer.has(chunk.id())) {
            needed.add(chunk);
          }
        });
        survey.missing.addAll(needed);
      } catch (StoreException broken) {
        if (broken.kind() != StoreException.Kind.NOT_FOUND) {
          survey.unreadable.add(name);
        }
      }
    }
    return survey;
  }

  /** The first source's index of that name that is one; it takes the place of the damaged one. */
  private static Optional<IndexDraft> fetch(
      String name, List<? extends ChunkSource> sources, StoreWriter writer, List<String> failures)
      throws IOException {
    for (ChunkSource source : sources) {
      try {
        Optional<IndexDraft> draft = source.index(name, writer);
        if (draft.isPresent()) {
          return draft;
        }
      } catch (StoreException broken) {
        failures.add(source.name() + ": index '" + name + "': " + broken.getMessage());
      }
    }
    failures.add("index '" + name + "': it is damaged, and no source has one of that name");
    return Optional.empty();
  }
}
