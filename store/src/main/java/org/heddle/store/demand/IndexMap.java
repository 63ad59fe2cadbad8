package org.heddle.store.demand;

import java.io.IOException;
import java.util.BitSet;
import java.util.Optional;
import org.heddle.store.ChunkId;
import org.heddle.store.ChunkIds;
import org.heddle.store.ChunkRef;
import org.heddle.store.Entry;
import org.heddle.store.IndexReader;
import org.heddle.store.Longs;

/**
 * An index in memory, outside the Java heap, to find what lies where: 40 bytes for each entry, 0.25
 * % of the data. Does not change.
 */
final class IndexMap {
  private final Longs starts;
  private final ChunkIds ids;
  private final BitSet holes;

  private IndexMap(Longs starts, ChunkIds ids, BitSet holes) {
    this.starts = starts;
    this.ids = ids;
    this.holes = holes;
  }

  /** Reads an index from its start to its end. */
  static IndexMap read(IndexReader index) throws IOException {
    Longs starts = new Longs();
    ChunkIds ids = new ChunkIds();
    BitSet holes = new BitSet();
    starts.add(0);
    for (Optional<Entry> entry = index.next(); entry.isPresent(); entry = index.next()) {
      ChunkId id = ChunkId.NONE;
      switch (entry.get()) {
        case Entry.Hole _ -> holes.set(Math.toIntExact(starts.size() - 1));
        case Entry.Data(ChunkRef chunk) -> id = chunk.id();
      }
      ids.add(id);
      starts.add(index.position());
    }
    return new IndexMap(starts, ids, holes);
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
    return new ChunkRef(ids.get(entry), (int) (starts.get(entry + 1L) - starts.get(entry)));
  }
}
