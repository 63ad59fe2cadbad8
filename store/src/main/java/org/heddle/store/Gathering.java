package org.heddle.store;

import java.util.List;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;

/** Collects the wanted chunks of one block. */
final class Gathering {
  private final PackFile pack;
  private final int number;
  private final SortedMap<Integer, ChunkRef> chunks = new TreeMap<>();

  Gathering(PackFile pack, int number) {
    this.pack = pack;
    this.number = number;
  }

  /** By its number in the pack. */
  void add(int number, ChunkRef chunk) {
    chunks.put(number, chunk);
  }

  Holding holding() throws StoreException {
    PackFile.Placed block = pack.block(number);
    boolean refers = block.codec() == Codec.ZSTD_WITH_REFERENCE;
    return new Holding(
        block.digest(),
        block.stored(),
        block.raw(),
        List.copyOf(chunks.values()),
        chunks.values().stream().mapToInt(ChunkRef::length).sum(),
        refers ? Optional.of(block.reference()) : Optional.empty());
  }
}
