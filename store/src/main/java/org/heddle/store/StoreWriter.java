package org.heddle.store;

import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Adds to a store. Chunks are added in any order and become durable pack by pack; an index is
 * published last, when all its chunks are here. Until the writer is closed no collection deletes
 * what it relies on. Safe for several threads: checking and compressing run beside each other.
 *
 * <p>After an exception from writing (disk full, quota) close the writer; the store is as it was
 * after the last pack.
 */
public final class StoreWriter implements AutoCloseable {
  private final Store store;
  private final Session session;
  private final Effort effort;
  private final Set<String> condemned;
  private final Set<ChunkId> pending = new HashSet<>();
  private final List<ChunkRef> loose = new ArrayList<>();
  private byte[] looseData = new byte[0];
  private int looseLength;
  private final PendingPacks packs;

  private StoreWriter(
      Store store, Session session, Effort effort, Set<String> condemned, long quota)
      throws IOException {
    this.store = store;
    this.session = session;
    this.effort = effort;
    this.condemned = condemned;
    this.packs = new PendingPacks(store, session, quota, this::durable);
  }

  static StoreWriter begin(Store store, Effort effort, long quota) throws IOException {
    Session.living(store.layout, store.disk);
    Session session = Session.begin(store.layout);
    try {
      // In this order: what is condemned after the session began is not deleted before it ends.
      Set<String> condemned = new HashSet<>();
      for (Path file : Session.list(store.layout.condemned())) {
        condemned.add(String.valueOf(file.getFileName()));
      }
      store.refresh();
      return new StoreWriter(store, session, effort, condemned, quota);
    } catch (IOException | RuntimeException failed) {
      session.close();
      throw failed;
    }
  }

  public Effort effort() {
    return effort;
  }

  /** Whether the chunk need not be added: it is here, or this writer has added it. */
  public synchronized boolean has(ChunkId chunk) {
    return pending.contains(chunk) || store.find(chunk, condemned) != null;
  }

  /** The chunks of an index that have to be added before it can be published. */
  public List<ChunkRef> missing(IndexDraft draft) throws IOException {
    List<ChunkRef> missing = new ArrayList<>();
    Set<ChunkId> seen = new HashSet<>();
    try (IndexReader index = draft.open()) {
      index.eachChunk(chunk -> {
        if (!has(chunk.id()) && seen.add(chunk.id())) {
          missing.add(chunk);
        }
      });
    }
    return missing;
  }

  /**
   * Adds a chunk unless it is here. It is compressed together with those that follow.
   *
   * @param expected its name, which is checked
   * @throws StoreException corrupt when the bytes are not those of that name; nothing was added
   */
  public void add(ChunkId expected, byte[] data, int offset, int length) throws IOException {
    ChunkRef chunk = new ChunkRef(expected, length);
    if (!ChunkId.hash(data, offset, length).equals(expected)) {
      throw StoreException.corrupt(
          "chunk " + expected + " came with other bytes than its name says");
    }
    synchronized (this) {
      if (!has(expected)) {
        addLoose(chunk, data, offset);
      }
    }
    packs.sealFull();
  }

  /**
   * Adds the chunks of a block, checked one by one. A block that is mostly new and refers to no
   * other is stored as it came, without compressing it again.
   *
   * @return bytes of chunks that were new
   * @throws StoreException corrupt or malformed when any of its chunks is not what it says: nothing
   *     of it was added; not found when it refers to a block that is not here
   */
  public long addBlock(Block block) throws IOException {
    byte[] raw = block.open(store.shelf().referenced(block));
    long fresh = addOpened(block, raw);
    packs.sealFull();
    return fresh;
  }

  /**
   * Adds the chunks of a difference, checked one by one.
   *
   * @return bytes of chunks that were new; empty when a chunk that it refers to is not here, or
   *     damaged: then nothing was added
   * @throws StoreException corrupt or malformed when any of its chunks is not what it says: nothing
   *     of it was added
   */
  public OptionalLong addDifference(Difference difference) throws IOException {
    byte[] references;
    try {
      references = store.shelf().join(difference.references());
    } catch (StoreException notHere) {
      return OptionalLong.empty();
    }
    long fresh = addOpened(difference.block(), difference.open(references));
    packs.sealFull();
    return OptionalLong.of(fresh);
  }

  private synchronized long addOpened(Block block, byte[] raw) throws IOException {
    long fresh =
        block.chunks().stream().filter(chunk -> !has(chunk.id())).mapToLong(ChunkRef::length).sum();
    // What a block refers to may lie in a pack that is about to be deleted.
    if (block.reference().isEmpty() && fresh * 4 >= block.rawLength() * 3L) {
      place(block);
      return fresh;
    }
    int at = 0;
    for (ChunkRef chunk : block.chunks()) {
      if (!has(chunk.id())) {
        addLoose(chunk, raw, at);
      }
      at += chunk.length();
    }
    return fresh;
  }

  private void addLoose(ChunkRef chunk, byte[] data, int offset) throws IOException {
    if (looseLength + chunk.length() > Limits.BLOCK) {
      flushLoose();
    }
    if (looseLength + chunk.length() > looseData.length) {
      int wanted = Math.max(looseLength + chunk.length(), 2 * looseData.length);
      looseData = java.util.Arrays.copyOf(looseData, Math.min(Limits.BLOCK, wanted));
    }
    System.arraycopy(data, offset, looseData, looseLength, chunk.length());
    looseLength += chunk.length();
    loose.add(chunk);
    pending.add(chunk.id());
  }

  private void flushLoose() throws IOException {
    if (!loose.isEmpty()) {
      Block block = Block.of(looseData, loose, effort);
      loose.clear();
      looseLength = 0;
      place(block);
    }
  }

  /** Notes that a block with this chunk will be appended, so that it is not made twice. */
  synchronized void promise(ChunkId chunk) {
    pending.add(chunk);
  }

  /** Adds a block that is known to be right; its bytes are not needed any more then. */
  void append(Block block) throws IOException {
    place(block);
    packs.sealFull();
  }

  private synchronized void place(Block block) throws IOException {
    packs.append(block);
    block.chunks().forEach(chunk -> pending.add(chunk.id()));
  }

  /** From now on these are found in the store. */
  private synchronized void durable(List<ChunkRef> chunks) {
    chunks.forEach(chunk -> pending.remove(chunk.id()));
  }

  /** On return all that was added is durable and can be read from the store. */
  public void flush() throws IOException {
    synchronized (this) {
      flushLoose();
    }
    packs.flush();
  }

  /** Bytes of packs and indexes that this writer has made so far. */
  public long bytesWritten() {
    return packs.bytesSealed();
  }

  /** The session's name. */
  String session() {
    return session.name();
  }

  /** Blocks of the pack that is being written. */
  Set<ChunkId> appended() {
    return packs.appended();
  }

  /** Where a chunk is that this writer may rely on. */
  Optional<Packs.Found> find(ChunkId chunk) {
    return Optional.ofNullable(store.find(chunk, condemned));
  }

  /** What has the name that a file of this length is to get. */
  Twin twin(String name, long fileSize) throws IOException {
    return Twin.of(store.published(), name, fileSize);
  }

  Deltas deltas() {
    return new Deltas(store, this);
  }

  IndexWriter indexWriter() throws IOException {
    return new IndexWriter(store.disk, session.temporary("sections"));
  }

  /** Ends an index and makes a draft of it. */
  IndexDraft draft(IndexWriter index) throws IOException {
    Path file = session.temporary("index");
    return new IndexDraft(store.disk, file, index.finish(file));
  }

  /**
   * Takes an index that comes from elsewhere, every section checked as it comes, every entry
   * checked to be what the format allows.
   *
   * @param expected the index that is wanted; null: any
   */
  public IndexDraft receiveIndex(InputStream in, @Nullable ChunkId expected) throws IOException {
    IndexReader reader = IndexReader.open(in, expected);
    packs.checkQuota(reader.info().indexBytes());
    Path file = session.temporary("index");
    boolean whole = false;
    try (Disk.Output out = store.disk.create(file)) {
      out.write(ByteBuffer.wrap(reader.header().bytes()));
      for (int i = 0; i < reader.header().sectionCount(); i++) {
        out.write(ByteBuffer.wrap(reader.readSection()));
      }
      out.sync();
      whole = true;
    } finally {
      if (!whole) {
        store.disk.delete(file);
      }
    }
    IndexDraft draft = new IndexDraft(store.disk, file, reader.info());
    try (IndexReader entries = draft.open()) {
      entries.check();
      return draft;
    } catch (IOException broken) {
      draft.close();
      throw broken;
    }
  }

  /**
   * Gives an index its name, after everything that was added has become durable.
   *
   * @param replace whether an index that has the name may be replaced by another
   * @throws StoreException conflict when the name is taken; not found when a chunk is missing
   */
  public NamedIndex publish(String name, IndexDraft draft, boolean replace) throws IOException {
    Path file = store.indexFile(name);
    flush();
    return publish(file, name, draft, replace);
  }

  private synchronized NamedIndex publish(Path file, String name, IndexDraft draft, boolean replace)
      throws IOException {
    // All that was really added is in the store now; a promise that was not kept counts for
    // nothing.
    pending.clear();
    requireAll(name, draft);
    try (Guard _ = Guard.take(store.layout.lock())) {
      if (!replace && Files.exists(file)) {
        refuseOther(name, draft);
      }
      packs.checkNow(draft.info().indexBytes());
      store.disk.rename(draft.file(), file);
      store.disk.syncFolder(store.layout.indexes());
      packs.wrote(draft.info().indexBytes());
    }
    return new NamedIndex(name, draft.info(), Files.getLastModifiedTime(file).toInstant());
  }

  private void requireAll(String name, IndexDraft draft) throws IOException {
    try (IndexReader index = draft.open()) {
      index.eachChunk(chunk -> require(name, chunk));
    }
  }

  /**
   * Refuses early what {@link #publish} would refuse late: the name is taken by another index.
   *
   * @throws StoreException conflict
   */
  public void requireFree(String name, IndexDraft draft) throws IOException {
    if (Files.exists(store.indexFile(name))) {
      refuseOther(name, draft);
    }
  }

  private void require(String name, ChunkRef chunk) throws StoreException {
    Packs.Found found = store.find(chunk.id(), condemned);
    if (found == null) {
      throw StoreException.notFound(
          "chunk " + chunk.id() + " of index '" + name + "' is not in " + store.folder());
    }
    int length = found.length();
    if (length != chunk.length()) {
      throw StoreException.malformed(
          "chunk "
              + chunk.id()
              + " has "
              + length
              + " bytes, and index '"
              + name
              + "' says "
              + chunk.length());
    }
  }

  /** The same index may be published again: it may have been lost on the way to the caller. */
  private void refuseOther(String name, IndexDraft draft) throws IOException {
    store.published().refuseOther(name, draft.info().fileSize());
    try (IndexReader there = store.index(name)) {
      if (!there.info().id().equals(draft.info().id())) {
        throw store.published().taken(name);
      }
    }
  }

  /** Ends the session; what was not flushed is gone. */
  @Override
  public void close() throws IOException {
    try (session) {
      packs.close();
    }
  }
}
