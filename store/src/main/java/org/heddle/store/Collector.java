package org.heddle.store;

import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/**
 * Deletes what no published index needs, while others read and write. Packs of which little is
 * needed are written anew without the rest, and so are small packs when there are many.
 */
public final class Collector {
  /** Less than this share of a pack needed: it is worth copying that. */
  private static final double SPARSE = 0.7;

  /** So many packs below a quarter of the usual size become one. */
  private static final int MANY_SMALL = 8;

  private final Store store;
  private final Duration patience;

  /**
   * @param patience how long writers that go on are waited for; after that their packs stay for the
   *     next collection
   */
  public Collector(Store store, Duration patience) {
    this.store = store;
    this.patience = patience;
  }

  /**
   * What a collection did, or would do.
   *
   * @param packs packs deleted or written anew
   * @param bytesFreed bytes by which the store became smaller
   * @param bytesCopied bytes of new packs with what was needed of the old ones
   * @param liveBytes bytes before compression that indexes need
   * @param deadBytes bytes before compression in packs that no index needs
   * @param waiting whether writers go on that the collection did not wait for to the end, so that
   *     it deleted nothing
   */
  public record Report(
      int packs,
      long bytesFreed,
      long bytesCopied,
      long liveBytes,
      long deadBytes,
      boolean waiting) {}

  private record Choice(List<PackFile> packs, long liveBytes, long deadBytes, long stays) {}

  /** Says what {@link #collect} would do; changes nothing. What is copied is an estimate. */
  public Report plan() throws IOException {
    store.refresh();
    Set<String> condemned = new Condemnation(store).names();
    Choice choice = choose(Marks.of(store, condemned), condemned);
    long all = choice.packs.stream().mapToLong(PackFile::size).sum();
    return new Report(
        choice.packs.size(),
        all - choice.stays,
        choice.stays,
        choice.liveBytes,
        choice.deadBytes,
        false);
  }

  /**
   * Collects.
   *
   * @throws StoreException conflict when another collection goes on
   */
  public Report collect() throws IOException {
    try (Guard _ =
        Guard.tryTake(store.layout.collectorLock())
            .orElseThrow(() ->
                new StoreException(
                    StoreException.Kind.CONFLICT,
                    "a collection of " + store.folder() + " goes on already"))) {
      Session.living(store.layout, store.disk);
      store.refresh();
      Condemnation condemnation = new Condemnation(store);
      Marks marks = Marks.of(store, condemnation.names());
      Choice choice = choose(marks, condemnation.names());
      Set<String> names = new HashSet<>();
      choice.packs.forEach(pack -> names.add(pack.name()));
      if (names.isEmpty() && condemnation.names().isEmpty()) {
        return new Report(0, 0, 0, choice.liveBytes, choice.deadBytes, false);
      }
      condemnation.mark(names);
      return finish(condemnation, marks, choice);
    }
  }

  private Report finish(Condemnation condemnation, Marks marks, Choice choice) throws IOException {
    // Begun after the marks, so it does not rely on the marked packs itself.
    try (StoreWriter writer = store.writer()) {
      for (PackFile pack : choice.packs) {
        copy(pack, marks, writer);
      }
      writer.flush();
      boolean done = condemnation.awaitWriters(writer.session(), patience);
      long freed = 0;
      if (done) {
        condemnation.rescue(writer);
        freed = condemnation.delete();
      }
      long copied = writer.bytesWritten();
      return new Report(
          choice.packs.size(), freed - copied, copied, choice.liveBytes, choice.deadBytes, !done);
    }
  }

  private Choice choose(Marks marks, Set<String> condemned) throws IOException {
    List<PackFile> chosen = new ArrayList<>();
    List<PackFile> small = new ArrayList<>();
    long live = 0;
    long dead = 0;
    double stays = 0;
    for (PackFile pack : store.packFiles()) {
      long raw = 0;
      for (int i = 0; i < pack.blockCount(); i++) {
        raw += pack.block(i).raw();
      }
      long needed = marks.liveBytes(pack);
      live += needed;
      dead += raw - needed;
      if (needed < raw * SPARSE || condemned.contains(pack.name())) {
        chosen.add(pack);
        stays += pack.size() * (double) needed / raw;
      } else if (pack.size() < Limits.PACK / 4) {
        small.add(pack);
      }
    }
    if (small.size() >= MANY_SMALL) {
      chosen.addAll(small);
      stays += small.stream().mapToLong(PackFile::size).sum();
    }
    return new Choice(chosen, live, dead, (long) stays);
  }

  /** A block that is needed as a whole goes as it is; of others the chunks that are needed. */
  private void copy(PackFile pack, Marks marks, StoreWriter writer) throws IOException {
    for (int i = 0; i < pack.blockCount(); i++) {
      PackFile.Placed placed = pack.block(i);
      int needed = marks.liveChunks(pack, placed);
      boolean whole = needed * 4 >= placed.chunks() * 3 || marks.isReferenced(placed);
      if (whole && placed.codec() != Codec.ZSTD_WITH_REFERENCE) {
        Block block = pack.read(i);
        block.open(null);
        writer.append(block);
      } else if (needed > 0) {
        copyChunks(pack, placed, i, marks, writer);
      }
    }
  }

  private void copyChunks(
      PackFile pack, PackFile.Placed placed, int number, Marks marks, StoreWriter writer)
      throws IOException {
    byte[] raw = store.shelf().raw(pack, number);
    for (int c = placed.firstChunk(); c < placed.firstChunk() + placed.chunks(); c++) {
      if (marks.isLive(pack, c)) {
        PackFile.Slice slice = pack.slice(c);
        writer.add(pack.chunk(c), raw, slice.start(), slice.length());
      }
    }
  }
}
