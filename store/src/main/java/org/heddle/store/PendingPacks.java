package org.heddle.store;

import java.io.IOException;
import java.io.InterruptedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayDeque;
import java.util.List;
import java.util.Queue;
import java.util.Set;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * The packs of one writer that are not durable yet: one that grows, and full ones. A full one is
 * made durable by whoever next calls {@link #sealFull}, while others go on adding. Safe for
 * threads; after a failure nothing more is taken.
 */
final class PendingPacks implements AutoCloseable {
  private final Store store;
  private final Session session;
  private final long quota;
  private final Consumer<List<ChunkRef>> durable;
  private final long bytesBefore;
  private final Queue<PackWriter> full = new ArrayDeque<>();
  private @Nullable PackWriter open;
  private int sealing;
  private long bytesFull;
  private long bytesSealed;
  private @Nullable IOException failure;

  /**
   * @param quota most bytes that the store may have with these; 0: any number
   * @param durable is told, without any lock held, what has just become durable and is found in the
   *     store from then on
   */
  PendingPacks(Store store, Session session, long quota, Consumer<List<ChunkRef>> durable)
      throws IOException {
    this.store = store;
    this.session = session;
    this.quota = quota;
    this.durable = durable;
    this.bytesBefore = store.bytes();
  }

  /** Appends a block; its bytes are not needed any more then. */
  synchronized void append(Block block) throws IOException {
    checkQuota(block.storedLength() + (long) block.chunks().size() * PackFile.CHUNK_BYTES);
    requireSound();
    if (open == null) {
      open = new PackWriter(store.disk, session.temporary("pack"));
    }
    try {
      open.append(block);
    } catch (IOException failed) {
      // The pack may have half of it: nothing more can follow.
      fail(failed);
      throw failed;
    }
    if (open.length() >= Limits.PACK || open.chunkCount() > Limits.PACK_CHUNKS / 2) {
      fill();
    }
  }

  /** The pack that grows counts as full. */
  private synchronized void fill() {
    if (open != null) {
      full.add(open);
      bytesFull += open.length();
      open = null;
    }
  }

  /**
   * Refuses early what would make the store larger than its quota, with what writers that began
   * earlier have not finished either. What later ones have not finished counts for these alone:
   * where there is room for one of two, the first gets in, and not neither.
   *
   * @param more bytes
   */
  synchronized void checkQuota(long more) throws IOException {
    if (quota > 0) {
      long growing = open == null ? 0 : open.length();
      long own = bytesBefore + bytesSealed + bytesFull + growing + more;
      refuseAbove(own + session.bytesOfOlder());
    }
  }

  private void refuseAbove(long needed) throws StoreException {
    if (needed > quota) {
      throw new StoreException(
          StoreException.Kind.FULL,
          "store "
              + store.folder()
              + " may take "
              + quota
              + " bytes and this needs "
              + needed
              + " at least; remove indexes and run 'heddle store gc', or raise its quota ('heddle store make --quota')");
    }
  }

  /** Makes full packs durable; call it without holding a lock that adding takes. */
  void sealFull() throws IOException {
    for (PackWriter next = nextFull(); next != null; next = nextFull()) {
      seal(next);
    }
  }

  private synchronized @Nullable PackWriter nextFull() {
    PackWriter next = full.poll();
    sealing += next == null ? 0 : 1;
    return next;
  }

  private void seal(PackWriter whole) throws IOException {
    try (whole) {
      long length = whole.length();
      Path sealed = whole.seal(store.layout.packs(), this::name);
      store.add(sealed);
      count(length, Files.size(sealed));
      durable.accept(whole.chunks());
    } catch (IOException failed) {
      fail(failed);
      throw failed;
    } finally {
      endSeal();
    }
  }

  /** Others may have added since this writer last looked: what counts is what is there now. */
  private void name(Path temporary, Path pack, long bytes) throws IOException {
    try (Guard _ = Guard.take(store.layout.lock())) {
      checkNow(bytes);
      store.disk.rename(temporary, pack);
    }
  }

  /** Refuses what would make the store larger than its quota; call it with the store's lock. */
  void checkNow(long more) throws IOException {
    if (quota > 0) {
      refuseAbove(store.bytes() + more);
    }
  }

  private synchronized void count(long open, long sealed) {
    bytesFull -= open;
    bytesSealed += sealed;
  }

  private synchronized void fail(IOException why) {
    failure = failure == null ? why : failure;
  }

  private synchronized void endSeal() {
    sealing--;
    notifyAll();
  }

  private synchronized void requireSound() throws IOException {
    if (failure != null) {
      throw StoreException.again(failure);
    }
  }

  /** On return all that was appended is durable. */
  void flush() throws IOException {
    requireSound();
    fill();
    sealFull();
    awaitSeals();
    requireSound();
  }

  private synchronized void awaitSeals() throws IOException {
    while (sealing > 0) {
      try {
        wait();
      } catch (InterruptedException stopped) {
        Thread.currentThread().interrupt();
        throw new InterruptedIOException("interrupted");
      }
    }
  }

  /** Counts bytes of the store that are durable and in no pack of these. */
  synchronized void wrote(long bytes) {
    bytesSealed += bytes;
  }

  /** Bytes that are durable. */
  synchronized long bytesSealed() {
    return bytesSealed;
  }

  /** Blocks of the pack that grows. */
  synchronized Set<ChunkId> appended() {
    return open == null ? Set.of() : open.blocks();
  }

  /** What is not durable is gone. */
  @Override
  public void close() throws IOException {
    fill();
    for (PackWriter left = nextFull(); left != null; left = nextFull()) {
      discard(left);
    }
    awaitSeals();
  }

  private void discard(PackWriter unfinished) throws IOException {
    try (unfinished) {
      endSeal();
    }
  }
}
