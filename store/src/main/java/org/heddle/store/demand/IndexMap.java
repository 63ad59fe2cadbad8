package org.heddle.store.demand;

import java.io.IOException;
import java.util.Arrays;
import java.util.BitSet;
import java.util.Optional;
import org.heddle.store.ChunkId;
import org.heddle.store.ChunkRef;
import org.heddle.store.Entry;
import org.heddle.store.IndexReader;

/**
 * An index in memory, to find what lies where: 40 bytes for each entry, 0.25 % of the data. Does
 * not change.
 */
final class IndexMap {
  private static final int LONGS = 4;

  private final long[] starts;
  private final long[] digests;
  private final BitSet holes;

  private IndexMap(long[] starts, long[] digests, BitSet holes) {
    this.starts = starts;
    this.digests = digests;
    this.holes = holes;
  }

  /** Reads an index from its start to its end. */
  static IndexMap read(IndexReader index) throws IOException {
    int entries = Math.toIntExact(index.info().entries());
    // Grows with what has really come, whatever the header says.
    long[] starts = new long[Math.min(entries, 1 << 16) + 1];
    long[] digests = new long[LONGS * Math.min(entries, 1 << 16)];
    BitSet holes = new BitSet();
    int count = 0;
    for (Optional<Entry> entry = index.next(); entry.isPresent(); entry = index.next()) {
      if (count + 1 == starts.length) {
        int more = (int) Math.min(entries, 2L * count);
        starts = Arrays.copyOf(starts, more + 1);
        digests = Arrays.copyOf(digests, Math.multiplyExact(LONGS, more));
      }
      switch (entry.get()) {
        case Entry.Hole _ -> holes.set(count);
        case Entry.Data(ChunkRef(ChunkId(long a, long b, long c, long d), int _)) -> {
          digests[LONGS * count] = a;
          digests[LONGS * count + 1] = b;
          digests[LONGS * count + 2] = c;
          digests[LONGS * count + 3] = d;
        }
      }
      count++;
      starts[count] = index.position();
    }
    return new IndexMap(
        Arrays.copyOf(starts, count + 1), Arrays.copyOf(digests, LONGS * count), holes);
  }

  int entries() {
    return starts.length - 1;
  }

  /** Bytes of the file. */
  long size() {
    return starts[entries()];
  }

  /** The entry that holds this byte of the file. */
  int at(long position) {
    int found = Arrays.binarySearch(starts, position);
    return found >= 0 ? found : -found - 2;
  }

  /** Where an entry begins; of the number behind the last one: where the file ends. */
  long start(int entry) {
    return starts[entry];
  }

  boolean hole(int entry) {
    return holes.get(entry);
  }

  /** The chunk of an entry that is no hole. */
  ChunkRef chunk(int entry) {
    int at = LONGS * entry;
    ChunkId id = new ChunkId(digests[at], digests[at + 1], digests[at + 2], digests[at + 3]);
    return new ChunkRef(id, (int) (starts[entry + 1] - starts[entry]));
  }
}
