package org.heddle.store;

import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;

/**
 * Mends a store from others: what is sound of damaged packs is written anew, what is missing comes
 * from the sources, checked chunk by chunk; a damaged index is replaced by a source's of its name,
 * as far as there is {@link Evidence} that it is the one. Damaged packs are deleted only when no
 * index needs anything more of them.
 */
public final class Repairer {
  private static final Duration PATIENCE = Duration.ofSeconds(60);

  /**
   * What an index that is believed for its name alone may bring above the quota: itself, and what
   * of its chunks is damaged too; the others are here, since no collection deletes while it is.
   */
  private static final long UNPROVED = Limits.PACK;

  private final Store store;
  private final Evidence evidence;
  private final long unproved;

  /** Believes what damaged indexes say of themselves. */
  public Repairer(Store store) {
    this(store, Evidence.ofFiles());
  }

  public Repairer(Store store, Evidence evidence) {
    this(store, evidence, UNPROVED);
  }

  Repairer(Store store, Evidence evidence, long unproved) {
    this.store = store;
    this.evidence = evidence;
    this.unproved = unproved;
  }

  /**
   * An index that took the place of a damaged one.
   *
   * @param from the source that gave it
   * @param by what it is believed for
   */
  public record Mended(String name, String from, Evidence.Kind by) {}

  /**
   * What a repair did.
   *
   * @param chunks chunks that came from the sources
   * @param stillMissing chunks that indexes need and nobody had
   * @param packs damaged packs that are gone
   * @param indexes those that were replaced
   * @param failures sources that did not give what they were asked for, each with the reason
   */
  public record Report(
      long chunks, long stillMissing, int packs, List<Mended> indexes, List<String> failures) {
    public Report {
      indexes = List.copyOf(indexes);
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
        return repair(found.packs().size(), condemnation, new Sources(sources), writer);
      }
    }
  }

  /** Repairs what indexes say is damaged or missing, without reading what the packs hold. */
  public Report repairIndexes(List<? extends ChunkSource> sources) throws IOException {
    return repair(new Verifier.Report(0, 0, List.of(), Set.of(), List.of()), sources);
  }

  private Report repair(int packs, Condemnation condemnation, Sources sources, StoreWriter writer)
      throws IOException {
    Wanted wanted = new Wanted(sources);
    List<String> unreadable = survey(wanted, writer);
    wanted.ask(writer);
    writer.flush();
    List<Mended> mended =
        new IndexMender(store, evidence, sources, wanted, unproved).mendAll(unreadable);
    boolean gone =
        packs > 0
            && wanted.lost() == 0
            && mended.size() == unreadable.size()
            && condemnation.awaitWriters(writer.session(), PATIENCE);
    if (gone) {
      condemnation.rescue(writer);
      condemnation.delete();
    }
    return new Report(wanted.came(), wanted.lost(), gone ? packs : 0, mended, sources.failures());
  }

  /**
   * Looks for what is missing.
   *
   * @return indexes that cannot be read, so that nobody knows all that they need
   */
  private List<String> survey(Wanted wanted, StoreWriter writer) throws IOException {
    List<String> unreadable = new ArrayList<>();
    for (String name : store.names()) {
      try (IndexReader index = store.index(name)) {
        wanted.addAll(index, writer);
      } catch (StoreException broken) {
        switch (broken.kind()) {
          case NOT_FOUND -> {} // Removed meanwhile.
          case CORRUPT, MALFORMED -> unreadable.add(name);
          case CONFLICT, FULL, INVALID -> throw broken;
        }
      }
    }
    return unreadable;
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
}
