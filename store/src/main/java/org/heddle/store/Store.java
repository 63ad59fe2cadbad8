package org.heddle.store;

import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * A content store in a folder: packs of compressed chunks, and indexes with names. Any number of
 * threads and processes may use one at the same time, also while a {@link Collector} runs.
 *
 * <p>What a store gives is checked against its name first, or it is a {@link StoreException}. It
 * survives the end of a process at any instant: what was published stays, what was not is gone.
 */
public final class Store implements ChunkSource {
  private static final long CACHE = 96L << 20;

  final Layout layout;
  final Disk disk;
  private final StoreSettings settings;
  private final PackSet packs;
  private final Shelf shelf;
  private final Published published;

  private Store(Layout layout, Disk disk, StoreSettings settings, long cache) {
    this.layout = layout;
    this.disk = disk;
    this.settings = settings;
    this.packs = new PackSet(layout.packs());
    this.shelf = new Shelf(layout.folder(), packs, new BlockCache(cache));
    this.published = new Published(layout, disk);
  }

  /**
   * Makes a store in a folder that is empty or does not exist.
   *
   * @param quota most bytes that the store may take; 0: as much as the disk holds
   */
  public static Store create(Path folder, long quota) throws IOException {
    return create(folder, quota, Disk.REAL);
  }

  static Store create(Path folder, long quota, Disk disk) throws IOException {
    Layout layout = new Layout(folder);
    if (Files.exists(layout.format())) {
      throw new StoreException(StoreException.Kind.CONFLICT, folder + " is a store already");
    }
    if (Files.exists(folder) && !Files.isDirectory(folder)) {
      throw new StoreException(
          StoreException.Kind.CONFLICT,
          folder + " is a file: name a folder for the store, an empty or a new one");
    }
    disk.createFolder(folder);
    List<Path> there = Session.list(folder);
    there.removeAll(layout.folders());
    there.remove(layout.format().resolveSibling("format.new"));
    there.remove(layout.lock());
    if (!there.isEmpty()) {
      throw new StoreException(
          StoreException.Kind.CONFLICT,
          folder + " is no store, and not empty: name an empty or a new folder");
    }
    for (Path part : layout.folders()) {
      disk.createFolder(part);
    }
    new StoreSettings(quota).write(layout, disk);
    return open(folder, disk);
  }

  /**
   * Opens a store.
   *
   * @throws StoreException not found when the folder is no store
   */
  public static Store open(Path folder) throws IOException {
    return open(folder, Disk.REAL);
  }

  static Store open(Path folder, Disk disk) throws IOException {
    return open(folder, disk, CACHE);
  }

  private static Store open(Path folder, Disk disk, long cache) throws IOException {
    Layout layout = new Layout(folder);
    if (!Files.exists(layout.format())) {
      throw StoreException.notFound(folder + " is no store; 'heddle store make' makes one");
    }
    Store store = new Store(layout, disk, StoreSettings.read(layout), cache);
    store.refresh();
    return store;
  }

  /** Opens the store in the folder, or makes one without a quota if there is none. */
  public static Store openOrCreate(Path folder) throws IOException {
    return Files.exists(new Layout(folder).format()) ? open(folder) : create(folder, 0);
  }

  /**
   * Opens the store in the folder, or makes one, for a process that has little memory. A quota
   * other than the one that it had takes its place, for writers that begin from now on.
   *
   * @param quota most bytes that the store may take; 0: as much as the disk holds
   * @param cache bytes of memory for the blocks that were read last
   */
  public static Store openOrCreate(Path folder, long quota, long cache) throws IOException {
    openOrCreate(folder, quota);
    return open(folder, Disk.REAL, cache);
  }

  /**
   * Opens the store in the folder, or makes one. A quota other than the one that it had takes its
   * place, for writers that begin from now on.
   *
   * @param quota most bytes that the store may take; 0: as much as the disk holds
   */
  public static Store openOrCreate(Path folder, long quota) throws IOException {
    Layout layout = new Layout(folder);
    if (!Files.exists(layout.format())) {
      return create(folder, quota);
    }
    try (Guard _ = Guard.take(layout.lock())) {
      if (StoreSettings.read(layout).quota() != quota) {
        new StoreSettings(quota).write(layout, Disk.REAL);
      }
    }
    return open(folder);
  }

  public Path folder() {
    return layout.folder();
  }

  @Override
  public String name() {
    return folder().toString();
  }

  /** Begins to add; close the writer soon, since a collection waits for it before it deletes. */
  public StoreWriter writer() throws IOException {
    return writer(Effort.FAST);
  }

  /** The same with more or less work for compression. */
  public StoreWriter writer(Effort effort) throws IOException {
    return StoreWriter.begin(this, effort, settings.quota());
  }

  /** For who makes the store smaller, or mends it: the quota is not asked. */
  StoreWriter writerBeyondQuota() throws IOException {
    return StoreWriter.begin(this, Effort.FAST, 0);
  }

  /**
   * For who mends with what nobody vouches for.
   *
   * @param more bytes that the store may have above its quota, or above what it has now
   */
  StoreWriter writerBeyondQuota(long more) throws IOException {
    long quota = settings.quota();
    return StoreWriter.begin(this, Effort.FAST, quota == 0 ? 0 : Math.max(quota, bytes()) + more);
  }

  /** The published indexes, by name; but those of {@link #damagedIndexes}. */
  public List<NamedIndex> indexes() throws IOException {
    return published.indexes();
  }

  /**
   * A published index whose file does not even begin as one. Damage further on is seen when it is
   * read.
   *
   * @param reason with the file's place
   */
  public record DamagedIndex(String name, Instant published, String reason) {}

  /** By name. While there is one, no collection deletes anything. */
  public List<DamagedIndex> damagedIndexes() throws IOException {
    return published.damaged();
  }

  /** The names of the published indexes, sorted. */
  public List<String> names() throws IOException {
    return published.names();
  }

  /**
   * Reads a published index from its start.
   *
   * @throws StoreException not found when there is none of that name
   */
  public IndexReader index(String name) throws IOException {
    return published.read(name);
  }

  @Override
  public Optional<IndexDraft> index(String name, @Nullable ChunkId expected, StoreWriter into)
      throws IOException {
    if (!Files.exists(indexFile(name))) {
      return Optional.empty();
    }
    try (InputStream in = published.open(name)) {
      return Optional.of(into.receiveIndex(in, expected));
    }
  }

  /**
   * For who is about to remove several.
   *
   * @throws StoreException not found, with all names that are not here
   */
  public void requireNames(Collection<String> wanted) throws IOException {
    published.require(wanted);
  }

  /** The file of a published index, to send it as it is. */
  public Path indexFile(String name) throws StoreException {
    return published.file(name);
  }

  /** Takes a name away; its chunks go with the next collection. */
  public void remove(String name) throws IOException {
    published.remove(name);
  }

  /** Its indexes. */
  Published published() {
    return published;
  }

  /** Whether the chunk is here; that its bytes are whole is seen when they are read. */
  public boolean has(ChunkId chunk) {
    return find(chunk, Set.of()) != null;
  }

  /** Whether all chunks of an index are here. Reads it as far as they are. */
  public boolean hasAll(IndexReader index) throws IOException {
    Optional<ChunkRef> chunk = index.nextChunk();
    while (chunk.isPresent() && has(chunk.get().id())) {
      chunk = index.nextChunk();
    }
    return chunk.isEmpty();
  }

  /**
   * Reads a chunk, checked. Decompresses its whole block, which is remembered for the next ones.
   *
   * @throws StoreException not found, or corrupt when its bytes are not what its name says
   */
  public byte[] read(ChunkId chunk) throws IOException {
    return shelf.read(chunk);
  }

  /**
   * Which blocks hold these chunks. A chunk that is not here is left out.
   *
   * @return in the order of the first wanted chunk of each
   */
  public List<Holding> locate(Collection<ChunkRef> wanted) throws IOException {
    return shelf.locate(wanted);
  }

  /**
   * Reads a block as it is stored, checked against its digest but not opened.
   *
   * @throws StoreException not found, or corrupt
   */
  public Block block(ChunkId digest) throws IOException {
    return shelf.block(digest);
  }

  /** Compresses chunks of this store into a new block, which refers to no other. */
  public Block gather(List<ChunkRef> chunks, Effort effort) throws IOException {
    return shelf.gather(chunks, effort);
  }

  /** A block goes out as it is stored when at least half of it is wanted. */
  @Override
  public void fetch(Collection<ChunkRef> wanted, Sink sink) throws IOException {
    shelf.fetch(wanted, sink);
  }

  /** To read blocks as a whole. */
  Shelf shelf() {
    return shelf;
  }

  /** Sizes and counts. */
  public Usage usage() throws IOException {
    refresh();
    List<PackFile> all = packFiles();
    long blocks = 0;
    long chunks = 0;
    long raw = 0;
    for (PackFile pack : all) {
      blocks += pack.blockCount();
      chunks += pack.chunkCount();
      for (int i = 0; i < pack.blockCount(); i++) {
        raw += pack.block(i).raw();
      }
    }
    return new Usage(bytes(), settings.quota(), all.size(), names().size(), blocks, chunks, raw);
  }

  /** Bytes of packs and indexes, those of other processes included. */
  long bytes() throws IOException {
    long sum = 0;
    for (Path folder : List.of(layout.packs(), layout.indexes())) {
      for (Path file : Session.list(folder)) {
        sum += Session.sizeOrZero(file);
      }
    }
    return sum;
  }

  /** Packs that cannot be used, by file name, with the reason. */
  public Map<String, String> damagedPacks() {
    return packs.damaged();
  }

  /** Looks for packs that others have added or taken away. */
  public void refresh() throws IOException {
    packs.refresh();
  }

  /** Takes over a pack that was just sealed. */
  void add(Path pack) throws IOException {
    packs.add(pack);
  }

  Packs.@Nullable Found find(ChunkId id, Set<String> without) {
    return packs.find(id, without);
  }

  List<PackFile> packFiles() {
    return packs.all();
  }
}
