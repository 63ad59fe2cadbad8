package org.heddle.store;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;

/**
 * Where chunks end: FastCDC (Xia et al., "FastCDC: a Fast and Efficient Content-Defined Chunking
 * Approach for Data Deduplication", USENIX ATC 2016) with its normalised chunking of level 2.
 *
 * <p>The boundaries are part of the format only in the sense that stores which cut alike share
 * chunks; a reader does not care. Sizes were measured on Debian images and guests' RAM: 16 KiB on
 * average share more than 32 and 64 KiB by more than their longer index takes; boundaries at
 * multiples of 4 KiB alone share less, since archives and databases move by other steps.
 */
final class Chunker {
  /** No chunk is shorter, but for the last before zeros or the end. */
  static final int LEAST = 4 << 10;

  static final int AVERAGE = 16 << 10;
  static final int MOST = 64 << 10;

  /** A zero run is looked for in pages of this size, at multiples of it in the file. */
  static final int PAGE = 4 << 10;

  private static final int AVERAGE_BITS = 14;
  private static final int NORMALISATION = 2;
  // The upper bits see the most bytes, since the hash shifts to the left.
  private static final long HARD = -1L << (64 - AVERAGE_BITS - NORMALISATION);
  private static final long EASY = -1L << (64 - AVERAGE_BITS + NORMALISATION);
  private static final long[] GEAR = gear();
  private static final VarHandle LONGS =
      MethodHandles.byteArrayViewVarHandle(long[].class, ByteOrder.nativeOrder());

  private Chunker() {}

  /** The length of the chunk that starts at the offset, when so many bytes follow. */
  static int cut(byte[] data, int offset, int available) {
    if (available <= LEAST) {
      return available;
    }
    int limit = Math.min(available, MOST);
    int normal = Math.min(AVERAGE, limit);
    long hash = 0;
    int at = LEAST;
    for (; at < normal; at++) {
      hash = (hash << 1) + GEAR[data[offset + at] & 0xff];
      if ((hash & HARD) == 0) {
        return at + 1;
      }
    }
    for (; at < limit; at++) {
      hash = (hash << 1) + GEAR[data[offset + at] & 0xff];
      if ((hash & EASY) == 0) {
        return at + 1;
      }
    }
    return limit;
  }

  /** How many of these bytes are zeros, from the first on. */
  static int zeros(byte[] data, int offset, int length) {
    int at = 0;
    while (at + 64 <= length && eight(data, offset + at) == 0) {
      at += 64;
    }
    while (at < length && data[offset + at] == 0) {
      at++;
    }
    return at;
  }

  private static long eight(byte[] data, int at) {
    return (long) LONGS.get(data, at)
        | (long) LONGS.get(data, at + 8)
        | (long) LONGS.get(data, at + 16)
        | (long) LONGS.get(data, at + 24)
        | (long) LONGS.get(data, at + 32)
        | (long) LONGS.get(data, at + 40)
        | (long) LONGS.get(data, at + 48)
        | (long) LONGS.get(data, at + 56);
  }

  /** A number for each byte. */
  static long gear(int unsigned) {
    return GEAR[unsigned];
  }

  /** 256 numbers from SplitMix64 (Steele et al., OOPSLA 2014), started at 0. */
  private static long[] gear() {
    long[] gear = new long[256];
    long state = 0;
    for (int i = 0; i < gear.length; i++) {
      state += 0x9E3779B97F4A7C15L;
      long z = (state ^ (state >>> 30)) * 0xBF58476D1CE4E5B9L;
      z = (z ^ (z >>> 27)) * 0x94D049BB133111EBL;
      gear[i] = z ^ (z >>> 31);
    }
    return gear;
  }
}
