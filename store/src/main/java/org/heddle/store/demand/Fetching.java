package org.heddle.store.demand;

import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collection;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.LongAdder;
import org.heddle.store.ChunkId;
import org.heddle.store.ChunkRef;
import org.heddle.store.Store;
import org.heddle.store.StoreException;
import org.heddle.store.StoreWriter;
import org.jspecify.annotations.Nullable;

/**
 * Reads chunks from the store here, and fetches those that are missing: each once, however many
 * want it at the same time. Safe for threads, which wait in here.
 */
final class Fetching implements ChunkReader {
  /** Requests at once for what is read now. */
  private static final int AT_ONCE = 8;

  private static final Duration FIRST_PAUSE = Duration.ofMillis(100);
  private static final Duration LONGEST_PAUSE = Duration.ofSeconds(2);

  /** Who waits for another's request looks again after so long. */
  private static final Duration LOOK = Duration.ofSeconds(1);

  private final Store store;
  private final StoreWriter writer;
  private final Arrivals arrivals;
  private final Sources sources;
  private final Duration patience;
  private final Semaphore free = new Semaphore(AT_ONCE, true);
  private final Set<ChunkId> flying = new HashSet<>();
  private final LongAdder demanded = new LongAdder();
  private final LongAdder filled = new LongAdder();
  private int demands;
  private long lastDemand = System.nanoTime();
  private boolean closed;

  Fetching(Store store, StoreWriter writer, Arrivals arrivals, Sources sources, Duration patience) {
    this.store = store;
    this.writer = writer;
    this.arrivals = arrivals;
    this.sources = sources;
    this.patience = patience;
  }

  long demandedBytes() {
    return demanded.sum();
  }

  long filledBytes() {
    return filled.sum();
  }

  /** Whether it need not be fetched; what a collection is about to delete can be read, no more. */
  boolean here(ChunkId chunk) {
    return arrivals.get(chunk) != null || writer.has(chunk);
  }

  @Override
  public List<byte[]> read(List<ChunkRef> wanted) throws IOException {
    byte[][] bytes = new byte[wanted.size()][];
    long end = System.nanoTime() + patience.toNanos();
    Duration pause = FIRST_PAUSE;
    for (Set<ChunkRef> missing = look(wanted, bytes);
        !missing.isEmpty();
        missing = look(wanted, bytes)) {
      try {
        obtain(missing, demanded);
      } catch (StoreException hopeless) {
        throw hopeless;
      } catch (IOException lost) {
        if (System.nanoTime() > end || !pause(pause)) {
          throw lost;
        }
        pause = pause.multipliedBy(2).compareTo(LONGEST_PAUSE) < 0 ? pause.multipliedBy(2) : pause;
      }
    }
    return Arrays.asList(bytes);
  }

  /** Reads what is here; says what is not. */
  private Set<ChunkRef> look(List<ChunkRef> wanted, byte[][] bytes) throws IOException {
    Set<ChunkRef> missing = new HashSet<>();
    for (int i = 0; i < bytes.length; i++) {
      if (bytes[i] == null) {
        byte[] found = local(wanted.get(i));
        if (found == null) {
          missing.add(wanted.get(i));
        } else {
          bytes[i] = found;
        }
      }
    }
    return missing;
  }

  private byte @Nullable [] local(ChunkRef chunk) throws IOException {
    byte[] fresh = arrivals.get(chunk.id());
    if (fresh != null) {
      return MappedImage.checked(chunk, fresh);
    }
    if (!store.has(chunk.id())) {
      // It may have become durable since the first look.
      return arrivals.get(chunk.id());
    }
    try {
      return MappedImage.checked(chunk, store.read(chunk.id()));
    } catch (StoreException damagedHere) {
      return null;
    }
  }

  /** Fetches those that nobody fetches; waits when others fetch them all. */
  private void obtain(Collection<ChunkRef> missing, LongAdder sum) throws IOException {
    List<ChunkRef> mine = claim(missing, true);
    if (mine.isEmpty()) {
      awaitOthers();
      return;
    }
    try {
      free.acquireUninterruptibly();
      try {
        fetch(mine, sum);
      } finally {
        free.release();
      }
    } finally {
      land(mine, true);
    }
  }

  private void fetch(List<ChunkRef> mine, LongAdder sum) throws IOException {
    sources.fetch(
        mine,
        (chunk, raw, offset) -> {
          boolean had = writer.has(chunk.id());
          if (arrivals.add(chunk, raw, offset) && !had) {
            sum.add(chunk.length());
          }
          synchronized (this) {
            // Who waits for it need not wait for the rest.
            notifyAll();
          }
        });
  }

  /**
   * Fetches for nobody in particular, one request at a time.
   *
   * @return false when it is closed
   */
  boolean fill(List<ChunkRef> wanted) throws IOException {
    List<ChunkRef> mine = claim(wanted, false);
    if (mine.isEmpty()) {
      return !closed();
    }
    try {
      fetch(mine, filled);
      return !closed();
    } finally {
      land(mine, false);
    }
  }

  private synchronized List<ChunkRef> claim(Collection<ChunkRef> missing, boolean demand)
      throws IOException {
    if (closed) {
      throw new IOException("the image is closed");
    }
    List<ChunkRef> mine = new ArrayList<>();
    for (ChunkRef chunk : missing) {
      if (flying.add(chunk.id())) {
        mine.add(chunk);
      }
    }
    demands += demand && !mine.isEmpty() ? 1 : 0;
    return mine;
  }

  private synchronized void land(List<ChunkRef> mine, boolean demand) {
    mine.forEach(chunk -> flying.remove(chunk.id()));
    if (demand) {
      demands--;
      lastDemand = System.nanoTime();
    }
    notifyAll();
  }

  private synchronized void awaitOthers() {
    await(LOOK);
  }

  /** Whether it may be tried again. */
  private synchronized boolean pause(Duration pause) {
    await(pause);
    return !closed;
  }

  private void await(Duration most) {
    try {
      TimeUnit.NANOSECONDS.timedWait(this, most.toNanos());
    } catch (InterruptedException interrupted) {
      Thread.currentThread().interrupt();
      throw new IllegalStateException("interrupted", interrupted);
    }
  }

  /**
   * Waits until nobody has waited for a chunk for so long.
   *
   * @return false when it is closed
   */
  synchronized boolean awaitQuiet(Duration quiet) {
    while (!closed) {
      long left = lastDemand + quiet.toNanos() - System.nanoTime();
      if (demands == 0 && left <= 0) {
        return true;
      }
      await(demands == 0 ? Duration.ofNanos(left) : LOOK);
    }
    return false;
  }

  synchronized boolean closed() {
    return closed;
  }

  /** Reads that wait fail soon. */
  void close() {
    synchronized (this) {
      closed = true;
      notifyAll();
    }
    sources.close();
  }
}
