package org.heddle.store.demand;

import java.io.IOException;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Arrays;
import java.util.Deque;
import java.util.LinkedHashMap;
import java.util.Objects;
import java.util.Optional;
import java.util.SequencedMap;
import java.util.concurrent.TimeUnit;
import org.heddle.store.ChunkId;
import org.heddle.store.ChunkRef;
import org.heddle.store.StoreWriter;
import org.jspecify.annotations.Nullable;

/**
 * Chunks between the network and the store: can be read at once, and are stored by a thread of
 * their own, so that no read waits for a disk. When storing fails they only pass through. Safe for
 * threads; memory is bounded.
 */
final class Arrivals {
  /** So much is made durable at once, in the order in which it came. */
  private static final long FLUSH_BYTES = 16L << 20;

  /** Or after so long: what a killed process has to fetch again. */
  private static final Duration FLUSH = Duration.ofSeconds(5);

  /** Who brings more waits. */
  private static final long MOST = 64L << 20;

  /** So much is kept for reads when nothing can be stored. */
  private static final long PASSING = 32L << 20;

  private final StoreWriter writer;
  private final Thread keeper;
  private final SequencedMap<ChunkId, byte[]> fresh = new LinkedHashMap<>();
  private final Deque<ChunkId> toStore = new ArrayDeque<>();
  private long freshBytes;
  private long waitingBytes;
  private boolean hurry;
  private boolean closed;
  private boolean busy;
  private @Nullable IOException failure;

  Arrivals(StoreWriter writer) {
    this.writer = writer;
    this.keeper = Thread.ofPlatform().daemon().name("demand-keeper").start(this::keep);
  }

  synchronized byte @Nullable [] get(ChunkId chunk) {
    return fresh.get(chunk);
  }

  /** What keeps chunks from being stored. */
  synchronized Optional<IOException> failure() {
    return Optional.ofNullable(failure);
  }

  /**
   * Takes a chunk that was checked.
   *
   * @return whether it is new here
   */
  synchronized boolean add(ChunkRef chunk, byte[] raw, int offset) {
    while (freshBytes > MOST && failure == null && !closed) {
      await(FLUSH);
    }
    byte[] bytes = Arrays.copyOfRange(raw, offset, offset + chunk.length());
    if (fresh.putIfAbsent(chunk.id(), bytes) != null) {
      return false;
    }
    freshBytes += bytes.length;
    if (failure == null && !closed) {
      toStore.add(chunk.id());
      waitingBytes += bytes.length;
    } else {
      while (freshBytes > PASSING) {
        forget(fresh.firstEntry().getKey());
      }
    }
    notifyAll();
    return true;
  }

  /** Waits until what has come is durable. */
  synchronized void flush() throws IOException {
    hurry = true;
    notifyAll();
    while ((hurry || busy) && failure == null && keeper.isAlive()) {
      await(FLUSH);
    }
    if (failure != null) {
      throw failure;
    }
  }

  private void await(Duration most) {
    try {
      TimeUnit.NANOSECONDS.timedWait(this, most.toNanos());
    } catch (InterruptedException interrupted) {
      // Nobody interrupts these threads; who does has to wait.
      Thread.currentThread().interrupt();
      throw new IllegalStateException("interrupted", interrupted);
    }
  }

  private void forget(ChunkId chunk) {
    freshBytes -= Objects.requireNonNull(fresh.remove(chunk)).length;
  }

  private void keep() {
    try {
      while (awaitWork()) {
        store();
      }
    } catch (IOException | RuntimeException failed) {
      fail(failed);
    }
  }

  /** Whether there may be more. */
  private synchronized boolean awaitWork() {
    busy = false;
    notifyAll();
    long end = System.nanoTime() + FLUSH.toNanos();
    while (!hurry && !closed && waitingBytes < FLUSH_BYTES) {
      long left = end - System.nanoTime();
      if (left <= 0 && waitingBytes > 0) {
        break;
      }
      await(left <= 0 ? FLUSH : Duration.ofNanos(left));
    }
    busy = true;
    hurry = false;
    return waitingBytes > 0 || !closed;
  }

  private synchronized Deque<ChunkId> take() {
    Deque<ChunkId> taken = new ArrayDeque<>(toStore);
    toStore.clear();
    waitingBytes = 0;
    return taken;
  }

  private void store() throws IOException {
    Deque<ChunkId> taken = take();
    if (taken.isEmpty()) {
      return;
    }
    for (ChunkId chunk : taken) {
      byte[] bytes = Objects.requireNonNull(get(chunk));
      writer.add(chunk, bytes, 0, bytes.length);
    }
    writer.flush();
    synchronized (this) {
      // From here on they are found in the store.
      taken.forEach(this::forget);
      notifyAll();
    }
  }

  private synchronized void fail(Exception why) {
    failure = why instanceof IOException known ? known : new IOException(why.toString(), why);
    toStore.clear();
    waitingBytes = 0;
    busy = false;
    notifyAll();
  }

  /** Stores what has come and ends the thread; what comes later passes through. */
  void close() {
    synchronized (this) {
      closed = true;
      notifyAll();
    }
    boolean interrupted = false;
    while (keeper.isAlive()) {
      try {
        keeper.join();
      } catch (InterruptedException later) {
        interrupted = true;
      }
    }
    if (interrupted) {
      Thread.currentThread().interrupt();
    }
  }
}
