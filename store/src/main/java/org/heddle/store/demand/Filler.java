package org.heddle.store.demand;

import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.NoSuchElementException;
import org.heddle.store.ChunkRef;
import org.heddle.store.StoreException;

/**
 * Fetches what nobody has read yet while nobody waits for anything: first what earlier runs read
 * first, then the rest in the order of the file. A request is as long as the link carries in a
 * tenth of a second, so that a read that comes after it waits no longer than that.
 */
final class Filler {
  private static final Duration QUIET = Duration.ofMillis(20);
  private static final int SHORTEST = 64 << 10;
  private static final int LONGEST = 4 << 20;
  private static final long GOOD = Duration.ofMillis(100).toNanos();
  private static final Duration FIRST_PAUSE = Duration.ofMillis(200);
  private static final Duration LONGEST_PAUSE = Duration.ofSeconds(10);

  private final IndexMap map;
  private final List<ChunkRef> first;
  private final Fetching fetching;
  private int length = 4 * SHORTEST;

  Filler(IndexMap map, List<ChunkRef> first, Fetching fetching) {
    this.map = map;
    this.first = first;
    this.fetching = fetching;
  }

  /**
   * Runs until all is here.
   *
   * @return false when it was closed before
   * @throws StoreException no source has what is missing
   */
  boolean run() throws StoreException {
    Iterator<ChunkRef> missing = missing();
    List<ChunkRef> next = batch(missing);
    Duration pause = FIRST_PAUSE;
    while (!next.isEmpty()) {
      if (!fetching.awaitQuiet(QUIET)) {
        return false;
      }
      long begin = System.nanoTime();
      try {
        if (!fetching.fill(next)) {
          return false;
        }
        adapt(System.nanoTime() - begin);
        pause = FIRST_PAUSE;
        next = batch(missing);
      } catch (StoreException hopeless) {
        throw hopeless;
      } catch (IOException lost) {
        if (fetching.closed()) {
          return false;
        }
        sleep(pause);
        Duration longer = pause.multipliedBy(2);
        pause = longer.compareTo(LONGEST_PAUSE) < 0 ? longer : LONGEST_PAUSE;
      }
    }
    return true;
  }

  private void sleep(Duration pause) {
    long end = System.nanoTime() + pause.toNanos();
    while (!fetching.closed() && System.nanoTime() < end) {
      try {
        Thread.sleep(Duration.ofMillis(50));
      } catch (InterruptedException interrupted) {
        Thread.currentThread().interrupt();
        return;
      }
    }
  }

  private void adapt(long nanos) {
    if (nanos < GOOD / 2) {
      length = Math.min(LONGEST, 2 * length);
    } else if (nanos > 2 * GOOD) {
      length = Math.max(SHORTEST, length / 2);
    }
  }

  private List<ChunkRef> batch(Iterator<ChunkRef> missing) {
    List<ChunkRef> batch = new ArrayList<>();
    int bytes = 0;
    while (bytes < length && missing.hasNext()) {
      ChunkRef chunk = missing.next();
      batch.add(chunk);
      bytes += chunk.length();
    }
    return batch;
  }

  /** What is not here when one comes to it. */
  private Iterator<ChunkRef> missing() {
    return new Iterator<>() {
      private int inFirst;
      private int entry;

      @Override
      public boolean hasNext() {
        while (inFirst < first.size() && fetching.here(first.get(inFirst).id())) {
          inFirst++;
        }
        if (inFirst < first.size()) {
          return true;
        }
        while (entry < map.entries() && (map.hole(entry) || fetching.here(map.chunk(entry).id()))) {
          entry++;
        }
        return entry < map.entries();
      }

      @Override
      public ChunkRef next() {
        if (!hasNext()) {
          throw new NoSuchElementException();
        }
        return inFirst < first.size() ? first.get(inFirst++) : map.chunk(entry++);
      }
    };
  }
}
