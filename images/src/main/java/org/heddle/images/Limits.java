package org.heddle.images;

import java.time.Duration;

/**
 * What one step of a build may take.
 *
 * @param memoryMiB of all its processes together, with its /tmp
 * @param diskMiB that scripts may write
 */
public record Limits(Duration time, long memoryMiB, int processes, long diskMiB) {
  /** Enough for a compiler on a small machine. */
  public static final Limits USUAL = new Limits(Duration.ofMinutes(30), 4096, 2048, 16384);

  public Limits {
    if (time.isNegative() || time.isZero() || memoryMiB < 16 || processes < 4 || diskMiB < 4) {
      throw new IllegalArgumentException("limits below what any step needs");
    }
  }
}
