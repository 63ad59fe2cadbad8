package org.heddle.store.demand;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import org.heddle.store.ChunkId;
import org.heddle.store.ChunkRef;
import org.heddle.store.ChunkSet;
import org.heddle.store.IndexDraft;
import org.heddle.store.IndexReader;
import org.heddle.store.Store;
import org.heddle.store.StoreException;
import org.heddle.store.StoreWriter;
import org.heddle.store.nbd.Export;
import org.heddle.store.transfer.RemoteStore;
import org.heddle.store.transfer.Traffic;
import org.jspecify.annotations.Nullable;

/**
 * An image of another store that can be read at once: what is read is fetched first, and unless
 * told otherwise the rest behind it. Chunks are checked against their names before any byte of them
 * is given or stored; a read whose chunks cannot be had fails. What has come stays in the store
 * here, also after a failure; when all has come the index gets its name here.
 *
 * <p>Until then a collection of the store waits, as for a pull. Safe for threads.
 */
public final class DemandImage implements Export, AutoCloseable {
  /** A collection may take chunks away that were here at the start, so often. */
  private static final int PASSES = 5;

  private final String as;
  private final StoreWriter writer;
  private final IndexDraft draft;
  private final Sources sources;
  private final Arrivals arrivals;
  private final Fetching fetching;
  private final FirstUse firstUse;
  private final MappedImage image;
  private final DemandSettings settings;
  private final Traffic traffic;
  private final long dataBytes;
  private final long hereBytes;
  private final @Nullable Thread filler;
  private boolean whole;
  private boolean closed;
  private @Nullable Exception fillFailure;

  /**
   * Where an image comes from.
   *
   * @param origin has it all
   * @param name of the index there
   * @param nearer stores that are asked before it
   * @param traffic that of their connections
   */
  public record From(RemoteStore origin, String name, List<RemoteStore> nearer, Traffic traffic) {
    public From {
      nearer = List.copyOf(nearer);
    }

    private List<RemoteStore> all() {
      List<RemoteStore> all = new ArrayList<>(nearer);
      all.add(origin);
      return all;
    }
  }

  /** What is checked and made before anything is read. */
  private record Opened(StoreWriter writer, IndexDraft draft, IndexMap map) {}

  private DemandImage(Store store, From from, String as, DemandSettings settings, Opened opened)
      throws IOException {
    this.as = as;
    this.settings = settings;
    this.traffic = from.traffic();
    this.writer = opened.writer();
    this.draft = opened.draft();
    long all = 0;
    long here = 0;
    ChunkSet seen = new ChunkSet();
    IndexMap map = opened.map();
    for (int i = 0; i < map.entries(); i++) {
      ChunkRef chunk = map.hole(i) ? null : map.chunk(i);
      if (chunk != null && seen.add(chunk.id())) {
        all += chunk.length();
        here += writer.has(chunk.id()) ? chunk.length() : 0;
      }
    }
    this.dataBytes = all;
    this.hereBytes = here;
    this.firstUse = new FirstUse(map);
    List<ChunkRef> first =
        settings.order().isPresent() ? firstUse.load(settings.order().get()) : List.of();
    this.sources = new Sources(from.all());
    this.arrivals = new Arrivals(writer);
    this.fetching = new Fetching(store, writer, arrivals, sources, settings.patience());
    this.image = new MappedImage(as, map, fetching, firstUse::used);
    this.filler =
        settings.fill() || here == all
            ? Thread.ofPlatform()
                .daemon()
                .name("demand-fill")
                .start(() -> fill(new Filler(map, first, fetching)))
            : null;
  }

  /**
   * Fetches the index and begins. The remote stores are closed with the image, also when this
   * fails.
   *
   * @param as the name of the index here; another index must not have it
   * @param expected the index's id, if it is known, as from a signed manifest
   */
  public static DemandImage open(
      Store store, From from, String as, Optional<ChunkId> expected, DemandSettings settings)
      throws IOException {
    StoreWriter writer = null;
    IndexDraft draft = null;
    try {
      store.indexFile(as);
      writer = store.writer();
      draft = from.origin().index(from.name(), writer, expected.orElse(null));
      refuseOther(store, as, draft);
      try (IndexReader index = draft.open()) {
        Opened opened = new Opened(writer, draft, IndexMap.read(index));
        return new DemandImage(store, from, as, settings, opened);
      }
    } catch (IOException | RuntimeException failed) {
      from.all().forEach(RemoteStore::close);
      if (draft != null) {
        draft.close();
      }
      if (writer != null) {
        writer.close();
      }
      throw failed;
    }
  }

  private static void refuseOther(Store store, String as, IndexDraft draft) throws IOException {
    if (store.names().contains(as)) {
      try (IndexReader there = store.index(as)) {
        if (!there.info().id().equals(draft.info().id())) {
          throw new StoreException(
              StoreException.Kind.CONFLICT,
              "there is another index '" + as + "' in " + store.folder() + ": take another name");
        }
      }
    }
  }

  private void fill(Filler fill) {
    try {
      for (int pass = 0; pass < PASSES; pass++) {
        if (!fill.run() || publish()) {
          return;
        }
      }
      throw new IOException("chunks that were here go again and again; start it anew");
    } catch (IOException | RuntimeException failed) {
      synchronized (this) {
        fillFailure = failed;
      }
    }
  }

  /** False when a chunk that was here has gone. */
  private boolean publish() throws IOException {
    arrivals.flush();
    try {
      writer.publish(as, draft, false);
    } catch (StoreException gone) {
      if (gone.kind() == StoreException.Kind.NOT_FOUND) {
        return false;
      }
      throw gone;
    }
    arrivals.close();
    writer.close();
    synchronized (this) {
      whole = true;
    }
    return true;
  }

  @Override
  public String name() {
    return image.name();
  }

  @Override
  public long size() {
    return image.size();
  }

  @Override
  public void read(long position, byte[] into, int offset, int length) throws IOException {
    image.read(position, into, offset, length);
  }

  @Override
  public List<Stretch> stretches(long position, long length, int most) {
    return image.stretches(position, length, most);
  }

  /** How far it is. */
  public synchronized DemandStatus status() {
    Exception failure = arrivals.failure().<Exception>map(why -> why).orElse(fillFailure);
    return new DemandStatus(
        size(),
        dataBytes,
        hereBytes,
        fetching.demandedBytes(),
        fetching.filledBytes(),
        traffic.received(),
        whole,
        failure == null
            ? Optional.empty()
            : Optional.of(Objects.requireNonNullElse(failure.getMessage(), failure.toString())),
        sources.refused());
  }

  /**
   * Ends it: reads that wait fail, what has come is made durable, the order of first use is
   * written.
   */
  @Override
  public void close() throws IOException {
    synchronized (this) {
      if (closed) {
        return;
      }
      closed = true;
    }
    fetching.close();
    join();
    arrivals.close();
    try (draft) {
      if (settings.order().isPresent()) {
        firstUse.save(settings.order().get());
      }
    } finally {
      closeWriter();
    }
  }

  private void closeWriter() throws IOException {
    synchronized (this) {
      if (whole) {
        return;
      }
    }
    writer.close();
  }

  private void join() {
    boolean interrupted = false;
    while (filler != null && filler.isAlive()) {
      try {
        filler.join();
      } catch (InterruptedException later) {
        interrupted = true;
      }
    }
    if (interrupted) {
      Thread.currentThread().interrupt();
    }
  }
}
