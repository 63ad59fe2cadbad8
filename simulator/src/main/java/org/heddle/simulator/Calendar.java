package org.heddle.simulator;

import java.time.Instant;
import java.time.InstantSource;
import java.util.Comparator;
import java.util.PriorityQueue;

/**
 * The virtual clock, and what is due when. What is due at the same time happens in order of entry.
 */
final class Calendar implements InstantSource {
  /** An arbitrary instant of 2026, so that times look like times. */
  static final long START = 1_767_225_600_000L;

  private record Entry(long at, long order, Runnable what) {}

  private final PriorityQueue<Entry> entries =
      new PriorityQueue<>(Comparator.comparingLong(Entry::at).thenComparingLong(Entry::order));
  private long now = START;
  private long order;

  long now() {
    return now;
  }

  @Override
  public Instant instant() {
    return Instant.ofEpochMilli(now);
  }

  void in(long delayMs, Runnable what) {
    entries.add(new Entry(now + Math.max(0, delayMs), order++, what));
  }

  /** Goes on to what is due next and does it; false when nothing is. */
  boolean next() {
    Entry entry = entries.poll();
    if (entry == null) {
      return false;
    }
    now = entry.at();
    entry.what().run();
    return true;
  }
}
