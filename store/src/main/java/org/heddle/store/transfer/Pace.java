package org.heddle.store.transfer;

import java.time.Duration;

/**
 * How far something that should move is behind: each byte makes up for as much time as it may take
 * at the least rate, and none of it is saved for later. So who says nothing is behind by the time
 * that he has said nothing, and who sends a byte now and then by nearly as much. Safe for threads.
 */
final class Pace {
  private static final double SECOND = 1e9;

  private final long leastRate;
  private long moved;
  private long last;

  /**
   * @param leastRate bytes a second; 0: any byte makes up for all
   * @param now in nanoseconds, as all that it is told
   */
  Pace(long leastRate, long now) {
    this.leastRate = leastRate;
    this.moved = now;
    this.last = now;
  }

  /** So many bytes have moved. */
  synchronized void moved(long bytes, long now) {
    last = now;
    moved = leastRate == 0 ? now : Math.min(now, moved + (long) (SECOND * bytes / leastRate));
  }

  /** So much time was not its own: somebody else had to do something first. */
  synchronized void excuse(long nanos) {
    moved += nanos;
    last += nanos;
  }

  synchronized long behind(long now) {
    return now - moved;
  }

  /** Whether something has moved in the time that it is behind by, only too little. */
  synchronized boolean trickles(long now) {
    return now - last < (now - moved) / 2;
  }

  /** Such as "less than 1024 bytes/s for 60 s". */
  String text(Duration most) {
    return "less than " + leastRate + " bytes/s for " + Math.max(1, most.toSeconds()) + " s";
  }
}
