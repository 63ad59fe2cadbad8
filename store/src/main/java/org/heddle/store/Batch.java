package org.heddle.store;

import java.security.MessageDigest;
import java.util.Arrays;

/**
 * A stretch of a file on its way through the maker: read and cut by one thread, hashed by another,
 * looked up by a third, one after the other.
 */
final class Batch {
  final byte[] data;

  /** Where each entry's bytes are in the data; a hole has none. */
  private int[] starts = new int[128];

  /** Bytes of the file; a hole's are negative. */
  private long[] lengths = new long[128];

  private ChunkId[] ids = new ChunkId[0];
  private int count;

  Batch(byte[] data) {
    this.data = data;
  }

  int count() {
    return count;
  }

  /** Of the file, holes counted. */
  long bytes() {
    long bytes = 0;
    for (int i = 0; i < count; i++) {
      bytes += Math.abs(lengths[i]);
    }
    return bytes;
  }

  void chunk(int start, int length) {
    room();
    starts[count] = start;
    lengths[count++] = length;
  }

  void hole(long length) {
    room();
    lengths[count++] = -length;
  }

  private void room() {
    if (count == lengths.length) {
      starts = Arrays.copyOf(starts, 2 * count);
      lengths = Arrays.copyOf(lengths, 2 * count);
    }
  }

  Batch hash() {
    MessageDigest digest = Digests.sha256();
    ids = new ChunkId[count];
    for (int i = 0; i < count; i++) {
      ids[i] =
          lengths[i] < 0
              ? ChunkId.NONE
              : ChunkId.hash(digest, data, starts[i], Math.toIntExact(lengths[i]));
    }
    return this;
  }

  int start(int number) {
    return starts[number];
  }

  /** After {@link #hash}. */
  Entry entry(int number) {
    return lengths[number] < 0
        ? new Entry.Hole(-lengths[number])
        : new Entry.Data(new ChunkRef(ids[number], (int) lengths[number]));
  }
}
