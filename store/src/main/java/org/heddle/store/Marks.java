package org.heddle.store;

import java.io.IOException;
import java.util.BitSet;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/** Which chunks of which packs the published indexes need: one bit a chunk. */
final class Marks {
  private final Map<String, BitSet> live = new HashMap<>();
  private final Set<ChunkId> references = new HashSet<>();

  private Marks() {}

  /**
   * Reads all published indexes. Of a chunk with several copies one is marked, if possible one that
   * is not in a condemned pack.
   *
   * @throws StoreException if an index cannot be read: what it needs is then unknown
   */
  static Marks of(Store store, Set<String> condemned) throws IOException {
    Marks marks = new Marks();
    for (String name : store.names()) {
      try (IndexReader index = store.index(name)) {
        for (Optional<Entry> entry = index.next(); entry.isPresent(); entry = index.next()) {
          if (entry.get() instanceof Entry.Data(ChunkRef chunk)) {
            marks.mark(store, chunk.id(), condemned);
          }
        }
      } catch (StoreException broken) {
        if (broken.kind() == StoreException.Kind.NOT_FOUND) {
          continue;
        }
        throw new StoreException(
            broken.kind(),
            "index '"
                + name
                + "' cannot be read, so nothing is collected; repair or remove it ("
                + broken.getMessage()
                + ")",
            broken);
      }
    }
    marks.markReferences(store);
    return marks;
  }

  private void mark(Store store, ChunkId chunk, Set<String> condemned) {
    Packs.Found found = store.find(chunk, condemned);
    found = found == null ? store.find(chunk, Set.of()) : found;
    if (found != null) {
      live.computeIfAbsent(found.pack().name(), _ -> new BitSet()).set(found.chunk());
    }
  }

  private void markReferences(Store store) throws StoreException {
    for (PackFile pack : store.packFiles()) {
      for (int i = 0; i < pack.blockCount(); i++) {
        PackFile.Placed block = pack.block(i);
        if (block.codec() == Codec.ZSTD_WITH_REFERENCE && liveChunks(pack, block) > 0) {
          references.add(block.reference());
        }
      }
    }
  }

  boolean isLive(PackFile pack, int chunk) {
    BitSet bits = live.get(pack.name());
    return bits != null && bits.get(chunk);
  }

  int liveChunks(PackFile pack, PackFile.Placed block) {
    BitSet bits = live.get(pack.name());
    int end = block.firstChunk() + block.chunks();
    return bits == null ? 0 : bits.get(block.firstChunk(), end).cardinality();
  }

  /** Whether a block is needed to decompress another one. */
  boolean isReferenced(PackFile.Placed block) {
    return references.contains(block.digest());
  }

  /** Bytes of a pack's live chunks and of blocks that others refer to, before compression. */
  long liveBytes(PackFile pack) throws StoreException {
    long bytes = 0;
    for (int b = 0; b < pack.blockCount(); b++) {
      PackFile.Placed block = pack.block(b);
      if (isReferenced(block)) {
        bytes += block.raw();
        continue;
      }
      int end = block.firstChunk() + block.chunks();
      for (int c = block.firstChunk(); c < end && liveChunks(pack, block) > 0; c++) {
        bytes += isLive(pack, c) ? pack.slice(c).length() : 0;
      }
    }
    return bytes;
  }
}
