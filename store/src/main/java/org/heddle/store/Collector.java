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
  private final long step;

  /**
   * @param patience how long writers that go on are waited for; after that their packs stay for the
   *     next collection
   */
  public Collector(Store store, Duration patience) {
    this(store, patience, Limits.PACK);
  }

  /**
   * @param step most bytes that are copied before packs are deleted
   */
  Collector(Store store, Duration patience, long step) {
    this.store = store;
    this.patience = patience;
    this.step = step;
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

  private record Choice(Set<String> packs, long bytes, long live, long dead, long stays) {}

  /** Says what {@link #collect} would do; changes nothing. What is copied is an estimate. */
  public Report plan() throws IOException {
    store.refresh();
    Choice choice = choose(new Condemnation(store).names());
    return new Report(
        choice.packs.size(),
        choice.bytes - choice.stays,
        choice.stays,
        choice.live,
        choice.dead,
        false);
  }

  /**
   * Collects. When that fails, what was not deleted may be relied on as before.
   *
   * @throws StoreException conflict when another collection goes on; corrupt when something that is
   *     needed is damaged and stays, after the rest was collected
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
      Set<String> before = condemnation.names();
      Choice choice = choose(before);
      if (choice.packs.isEmpty() && before.isEmpty()) {
        return new Report(0, 0, 0, choice.live, choice.dead, false);
      }
      try {
        condemnation.mark(choice.packs);
        return finish(condemnation, choice);
      } catch (IOException failed) {
        pardon(condemnation, before, failed);
        throw failed;
      }
    }
  }

  /** Writers must not do without packs that stay; those that were marked before had a reason. */
  private static void pardon(Condemnation condemnation, Set<String> before, IOException failed) {
    Set<String> marked = new HashSet<>(condemnation.names());
    marked.removeAll(before);
    try {
      condemnation.pardon(marked);
    } catch (IOException too) {
      failed.addSuppressed(too);
    }
  }

  private Report finish(Condemnation condemnation, Choice choice) throws IOException {
    // Begun after the marks, so it does not rely on the marked packs itself.
    try (StoreWriter writer = store.writerBeyondQuota()) {
      if (!condemnation.awaitWriters(writer.session(), patience)) {
        return new Report(0, 0, 0, choice.live, choice.dead, true);
      }
      store.refresh();
      Marks marks = Marks.of(store, condemnation.names());
      Evacuation evacuation = new Evacuation(store, condemnation, writer, marks, step);
      evacuation.run();
      long copied = writer.bytesWritten();
      return new Report(
          evacuation.packs(), evacuation.freed() - copied, copied, choice.live, choice.dead, false);
    }
  }

  private Choice choose(Set<String> condemned) throws IOException {
    Marks marks = Marks.of(store, condemned);
    List<PackFile> chosen = new ArrayList<>();
    List<PackFile> small = new ArrayList<>();
    long live = 0;
    long dead = 0;
    for (PackFile pack : store.packFiles()) {
      long raw = Marks.rawBytes(pack);
      long needed = marks.liveBytes(pack);
      live += needed;
      dead += raw - needed;
      if (needed < raw * SPARSE || condemned.contains(pack.name())) {
        chosen.add(pack);
      } else if (pack.size() < Limits.PACK / 4) {
        small.add(pack);
      }
    }
    if (small.size() >= MANY_SMALL) {
      chosen.addAll(small);
    }
    Set<String> names = new HashSet<>();
    long bytes = 0;
    long stays = 0;
    for (PackFile pack : chosen) {
      names.add(pack.name());
      bytes += pack.size();
      stays += marks.stays(pack);
    }
    names.addAll(marks.useless(store, store.damagedPacks().keySet()));
    return new Choice(names, bytes, live, dead, stays);
  }
}
