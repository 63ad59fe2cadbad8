package org.heddle.store.demand;

import java.io.IOException;
import java.util.BitSet;
import java.util.Optional;
import org.heddle.store.ChunkId;
import org.heddle.store.ChunkRef;
import org.heddle.store.Entry;
import org.heddle.store.IndexReader;
import org.heddle.store.Longs;

/**
 * An index in memory, outside the Java heap, to find what lies where: 40 bytes for each entry, 0.25
 * % of the data. Does not change.
 */
final class IndexMap {
  private static final int LONGS = 4;

  private final Longs starts;
  private final Longs digests;
  private final BitSet holes;

  private IndexMap(Longs starts, Longs digests, BitSet holes) {
    this.starts = starts;
    this.digests = digests;
    this.holes = holes;
  }

  /** Reads an index from its start to its end. */
  static IndexMap read(IndexReader index) throws IOException {
    Longs starts = new Longs();
    Longs digests = new Longs();
    BitSet holes = new BitSet();
    starts.add(0);
    for (Optional<Entry> entry = index.next(); entry.isPresent(); entry = index.next()) {
      ChunkId id = ChunkId.NONE;
      switch (entry.get()) {
        case Entry.Hole _ -> holes.set(Math.toIntExact(starts.size() - 1));
        case Entry.Data(ChunkRef chunk) -> id = chunk.id();
      }
      digests.add(id.a());
      digests.add(id.b());
      digests.add(id.c());
      digests.add(id.d());
      starts.add(index.position());
    }
    return new IndexMap(starts, digests, holes);
  }

  int entries() {
    return (int) (starts.size() - 1);
  }

  /** Bytes of the file. */
  long size() {
    return starts.get(entries());
  }

  /** The entry that holds this byte of the file. */
  int at(long position) {
    int low = 0;
    int high = entries();
    while (low < high) {
      int middle = (low + high + 1) >>> 1;
      if (starts.get(middle) <= position) {
        low = middle;
      } else {
        high = middle - 1;
      }
    }
    return low;
  }

  /** Where an entry begins; of the number behind the last one: where the file ends. */
  long start(int entry) {
    return starts.get(entry);
  }

  boolean hole(int entry) {
    return holes.get(entry);
  }

  /** The chunk of an entry that is no hole. */
  ChunkRef chunk(int entry) {
    long at = (long) LONGS * entry;
    ChunkId id =
        new ChunkId(digests.get(at), digests.get(at + 1), digests.get(at + 2), digests.get(at + 3));
    return new ChunkRef(id, (int) (starts.get(entry + 1L) - starts.get(entry)));
  }
}
