package org.heddle.store;

/**
 * What a chunk looks like, in a few numbers: chunks that are nearly the same have one in common.
 * Odess (Zou et al., "Odess: Speeding up Resemblance Detection for Redundancy Elimination by Fast
 * Content-Defined Sampling", ICDE 2021) over the gear hash of {@link Chunker}: of the positions
 * that the content samples, each feature is the largest of one linear transformation; two features
 * make one number of the sketch. Six pairs found most on Debian images; fewer and longer ones
 * (three of four) found half as much.
 */
final class Sketch {
  /** Numbers of a sketch. */
  static final int NUMBERS = 6;

  private static final int FEATURES = 2 * NUMBERS;

  /** One position of 128 is sampled. */
  private static final long SAMPLED = 0x7FL << 56;

  private static final long[] FACTORS = new long[FEATURES];
  private static final long[] SUMMANDS = new long[FEATURES];

  static {
    for (int i = 0; i < FEATURES; i++) {
      FACTORS[i] = Chunker.gear(2 * i) | 1;
      SUMMANDS[i] = Chunker.gear(2 * i + 1);
    }
  }

  private Sketch() {}

  /** Writes the sketch of a chunk from {@code at} on. */
  static void of(byte[] data, int offset, int length, long[] into, int at) {
    long[] largest = new long[FEATURES];
    long hash = 0;
    for (int i = offset; i < offset + length; i++) {
      hash = (hash << 1) + Chunker.gear(data[i] & 0xff);
      if ((hash & SAMPLED) == 0) {
        sample(hash >>> 20, largest);
      }
    }
    for (int i = 0; i < NUMBERS; i++) {
      long both = (largest[2 * i] * 0x9E3779B97F4A7C15L) ^ largest[2 * i + 1];
      into[at + i] = (both ^ (both >>> 29)) * 0xBF58476D1CE4E5B9L + i;
    }
  }

  private static void sample(long hash, long[] largest) {
    for (int i = 0; i < FEATURES; i++) {
      largest[i] = Math.max(largest[i], (hash * FACTORS[i] + SUMMANDS[i]) & 0xFFFFFFFFL);
    }
  }
}
