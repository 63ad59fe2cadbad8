package org.heddle.agent;

import java.io.IOException;
import java.io.OutputStream;
import java.net.URI;
import java.nio.file.FileStore;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.Semaphore;
import org.heddle.api.AgentApi.OfferedFile;
import org.heddle.store.ChunkId;
import org.heddle.store.Collector;
import org.heddle.store.Evidence;
import org.heddle.store.ExtractReport;
import org.heddle.store.Extractor;
import org.heddle.store.IndexInfo;
import org.heddle.store.IndexReader;
import org.heddle.store.Maker;
import org.heddle.store.NamedIndex;
import org.heddle.store.PartReader;
import org.heddle.store.Progress;
import org.heddle.store.Store;
import org.heddle.store.StoreException;
import org.heddle.store.StoreWriter;
import org.heddle.store.transfer.Address;
import org.heddle.store.transfer.ConnectSettings;
import org.heddle.store.transfer.HttpStoreHandler;
import org.heddle.store.transfer.Pull;
import org.heddle.store.transfer.Push;
import org.heddle.store.transfer.RateLimit;
import org.heddle.store.transfer.RemoteStore;
import org.heddle.store.transfer.ServeSettings;
import org.heddle.store.transfer.Site;
import org.heddle.store.transfer.Traffic;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * This host's content store, and the transfers to and from those of other agents. Memory is bounded
 * by small blocks and few transfers at a time; the disk by the quota and by a reserve. Thread-safe.
 */
final class Content implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(Content.class);

  /**
   * What is compressed together. Larger blocks save a few percent and cost memory for each core.
   */
  private static final int BLOCK = 1 << 20;

  private static final long CACHE = 8L << 20;

  /** Each request that is served holds a block or two. */
  private static final int SERVED = 6;

  /** Two keep a link busy. */
  private static final int TRANSFERS = 2;

  /** The disk keeps a fiftieth free, but no more than this. */
  private static final long RESERVE = 1L << 30;

  private static final Duration STALL = Duration.ofSeconds(20);
  private static final int ATTEMPTS = 4;
  private static final Duration COLLECT_PATIENCE = Duration.ofSeconds(5);

  /** Not to be seen outside: becomes a {@link StoreException}. */
  private static final class DiskLow extends RuntimeException {
    private static final long serialVersionUID = 1;
  }

  private final Store store;
  private final HttpStoreHandler handler;
  private final ConnectSettings connect;
  private final ContentRepair repair;
  private final ContentCount count;
  private final long reserve;
  private final Semaphore making = new Semaphore(1, true);
  private final Semaphore moving = new Semaphore(TRANSFERS, true);
  private volatile String trouble = "";
  private volatile long stored;
  private volatile Runnable makeRoom = () -> {};
  private volatile Runnable used = () -> {};

  /**
   * @param quota most bytes that the store may take; 0: what the disk has, but for the reserve
   * @param token of the grid's agents
   * @param open whether others may add to it
   */
  Content(Path folder, long quota, String token, boolean open, ContentCount count)
      throws IOException {
    DurableFiles.folder(folder);
    this.store = Store.openOrCreate(folder, quota, CACHE);
    this.connect = ConnectSettings.plain().with(Optional.of(token)).impatient(STALL, ATTEMPTS);
    this.repair = new ContentRepair(store, connect);
    ServeSettings serve = ServeSettings.open().with(Optional.of(token)).onlyReading(!open);
    this.handler = new HttpStoreHandler(store, serve, SERVED);
    this.count = count;
    FileStore disk = Files.getFileStore(folder);
    this.reserve = Math.min(RESERVE, disk.getTotalSpace() / 50);
    this.stored = store.usage().bytes();
  }

  /** Answers what other agents ask of the store, at {@link HttpStoreHandler#PATH}. */
  HttpStoreHandler handler() {
    return handler;
  }

  ContentCount count() {
    return count;
  }

  /** Bytes on the disk after the last change by this program. */
  long stored() {
    return stored;
  }

  /** Whether somebody waits until what is being stored is done. */
  boolean isWaitedFor() {
    return making.hasQueuedThreads();
  }

  /**
   * @param action makes room when there is none; what needs it is then tried once more
   */
  void whenFull(Runnable action) {
    makeRoom = action;
  }

  /**
   * @param action told after something was fetched; must not block
   */
  void whenUsed(Runnable action) {
    used = action;
  }

  /** Why it could not take something lately; empty after it could. */
  String trouble() {
    return trouble;
  }

  List<String> names() throws IOException {
    return store.names();
  }

  List<NamedIndex> indexes() throws IOException {
    return store.indexes();
  }

  /** Those that cannot be read; no collection deletes anything while there is one. */
  List<Store.DamagedIndex> damagedIndexes() throws IOException {
    return store.damagedIndexes();
  }

  /** What the index of that name says; empty when there is none that can be read. */
  Optional<IndexInfo> find(IndexName name) throws IOException {
    try (IndexReader reader = store.index(name.text())) {
      return Optional.of(reader.info());
    } catch (StoreException missing) {
      return switch (missing.kind()) {
        case NOT_FOUND -> Optional.empty();
        case MALFORMED, CORRUPT -> {
          LOG.warn("content store: {}; it is made or fetched anew", missing.getMessage());
          yield Optional.empty();
        }
        case CONFLICT, FULL, INVALID -> throw missing;
      };
    }
  }

  /** Takes names away; their chunks go with the next {@link #collect}. */
  void remove(IndexName name) throws IOException {
    if (store.names().contains(name.text())) {
      store.remove(name.text());
    }
  }

  /**
   * Stores a file under the name.
   *
   * @param anew also when there is an index of that name
   * @param progress told often; may take its time, which makes it slower
   */
  OfferedFile make(Path file, IndexName name, boolean anew, Progress progress)
      throws IOException, InterruptedException {
    making.acquire();
    try {
      Optional<IndexInfo> here = anew ? Optional.empty() : find(name);
      IndexInfo info = here.isPresent() ? here.get() : makeNow(file, name, progress);
      return new OfferedFile(
          String.valueOf(file.getFileName()), name.text(), info.id().toString(), info.dataBytes());
    } finally {
      making.release();
    }
  }

  private IndexInfo makeNow(Path file, IndexName name, Progress progress) throws IOException {
    return bounded(() -> {
      try (StoreWriter writer = store.writer()) {
        return new Maker(writer, within(progress), BLOCK)
            .make(file, name.text(), true)
            .index()
            .info();
      }
    });
  }

  /**
   * Fetches what is missing here of an index. What has arrived stays when it fails.
   *
   * @param id that the index must have, in hexadecimal digits
   */
  void pull(IndexName name, String id, Sources sources, Progress progress)
      throws IOException, InterruptedException {
    ChunkId expected = ChunkId.parse(id);
    if (find(name).filter(here -> here.id().equals(expected)).isPresent()) {
      return;
    }
    moving.acquire();
    Traffic traffic = new Traffic();
    long whole = 0;
    try {
      whole = bounded(() -> pullOnce(name, expected, sources, traffic, progress));
    } finally {
      moving.release();
      count.add(whole, traffic.all());
      used.run();
    }
  }

  private long pullOnce(
      IndexName name, ChunkId expected, Sources sources, Traffic traffic, Progress progress)
      throws IOException {
    try (OpenSources open = new OpenSources(sources.all(), connect, traffic)) {
      int peers = sources.peers().size();
      Site site = new Site(open.stores().subList(0, peers), Optional.empty());
      return new Pull(store, open.stores().get(peers), site, traffic, within(progress))
          .pull(name.text(), name.text(), Optional.of(expected), true)
          .index()
          .dataBytes();
    }
  }

  /**
   * Sends an index and what the other side lacks of it.
   *
   * @param url base URL of an agent whose store is open
   */
  void push(IndexName name, String url, RateLimit limit) throws IOException, InterruptedException {
    moving.acquire();
    Traffic traffic = new Traffic();
    long whole = 0;
    try (RemoteStore to =
        RemoteStore.adding(new Address.Http(URI.create(url)), connect.with(limit), traffic)) {
      whole =
          new Push(store, to, traffic, Progress.NONE)
              .push(name.text(), name.text(), true)
              .index()
              .dataBytes();
    } finally {
      moving.release();
      count.add(whole, traffic.all());
    }
  }

  /**
   * Makes the file of an index. What is damaged here is fetched again.
   *
   * @param id that the index must have, in hexadecimal digits
   * @param sources that have it too
   */
  ExtractReport extract(IndexName name, String id, Path file, Sources sources) throws IOException {
    Evidence evidence = Evidence.of(Map.of(name.text(), ChunkId.parse(id)));
    try {
      return extract(name, file);
    } catch (StoreException damaged) {
      LOG.warn("content store: {}; fetching it again", damaged.getMessage());
      repair.from(sources.all(), evidence);
      return extract(name, file);
    }
  }

  /** Makes the file of an index from what is here. */
  ExtractReport extract(IndexName name, Path file) throws IOException {
    return bounded(() -> {
      try (IndexReader reader = store.index(name.text())) {
        return new Extractor(store, within(Progress.NONE)).extract(reader, file);
      }
    });
  }

  /** Writes a part of the file of an index. */
  void read(IndexName name, long from, long to, OutputStream out) throws IOException {
    try (IndexReader reader = store.index(name.text())) {
      new PartReader(store).write(reader, from, to, out);
    }
  }

  /** Mends what is damaged of it. */
  ContentRepair repair() {
    return repair;
  }

  /** Deletes chunks that no index needs; an index that hinders that is fetched anew. */
  void collect() throws IOException {
    Collector.Report report;
    try {
      report = collectOnce();
    } catch (StoreException hindered) {
      boolean damaged =
          switch (hindered.kind()) {
            case CORRUPT, MALFORMED -> true;
            case NOT_FOUND, CONFLICT, FULL, INVALID -> false;
          };
      if (!damaged || !repair.indexesFromSite()) {
        throw hindered;
      }
      report = collectOnce();
    }
    stored = store.usage().bytes();
    if (report.bytesFreed() > 0) {
      LOG.info("content store: {} bytes freed", report.bytesFreed());
    }
  }

  private Collector.Report collectOnce() throws IOException {
    return new Collector(store, COLLECT_PATIENCE).collect();
  }

  private interface Step<T> {
    T go() throws IOException;
  }

  /** What fills the store shows as its trouble until something finds room again. */
  private <T> T bounded(Step<T> step) throws IOException {
    try {
      return once(step);
    } catch (StoreException refused) {
      if (refused.kind() != StoreException.Kind.FULL) {
        throw refused;
      }
      makeRoom.run();
    }
    try {
      return once(step);
    } catch (StoreException refused) {
      if (refused.kind() == StoreException.Kind.FULL) {
        trouble = String.valueOf(refused.getMessage());
        LOG.warn("{}", trouble);
      }
      throw refused;
    }
  }

  private <T> T once(Step<T> step) throws IOException {
    try {
      T result = step.go();
      trouble = "";
      stored = store.usage().bytes();
      return result;
    } catch (DiskLow low) {
      String message =
          "the disk under the content store "
              + store.folder()
              + " has less than "
              + (reserve >> 20)
              + " MiB left: make room on it";
      throw new StoreException(StoreException.Kind.FULL, message, low);
    }
  }

  private Progress within(Progress told) {
    return (done, whole) -> {
      long free = store.folder().toFile().getUsableSpace();
      if (free < reserve) {
        throw new DiskLow();
      }
      told.at(done, whole);
    };
  }

  @Override
  public void close() throws IOException {
    handler.close();
  }
}
