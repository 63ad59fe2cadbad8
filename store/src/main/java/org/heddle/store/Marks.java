package org.heddle.store;

import java.io.IOException;
import java.util.BitSet;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;

/** Which chunks of which packs the published indexes need: one bit a chunk. */
final class Marks {
  private final Map<String, BitSet> live = new HashMap<>();
  private final Set<ChunkId> references = new HashSet<>();
  private boolean missing;

  private Marks() {}

  /**
   * Reads all published indexes. Of a chunk with several copies one is marked that is not in a
   * condemned pack; when there is none of that kind all are, since any may be damaged.
   *
   * @throws StoreException if an index cannot be read: what it needs is then unknown
   */
  static Marks of(Store store, Set<String> condemned) throws IOException {
    Marks marks = new Marks();
    for (String name : store.names()) {
      try (IndexReader index = store.index(name)) {
        index.eachChunk(chunk -> marks.mark(store, chunk.id(), condemned));
      } catch (StoreException broken) {
        if (broken.kind() == StoreException.Kind.NOT_FOUND) {
          continue;
        }
        throw new StoreException(
            broken.kind(),
            "index '"
                + name
                + "' cannot be read, so nothing is collected: mend it with 'heddle store verify"
                + " --repair-from DIR|URL', or take it away with 'heddle store rm "
                + name
                + "' ("
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
    if (found != null) {
      mark(found);
      return;
    }
    Set<String> seen = new HashSet<>();
    for (found = store.find(chunk, seen); found != null; found = store.find(chunk, seen)) {
      mark(found);
      seen.add(found.pack().name());
    }
    missing |= seen.isEmpty();
  }

  private void mark(Packs.Found found) {
    live.computeIfAbsent(found.pack().name(), _ -> new BitSet()).set(found.chunk());
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

  /**
   * Those of the packs that nobody can open, and nobody has to: all that indexes need is in others.
   */
  Set<String> useless(Store store, Set<String> packs) throws IOException {
    Set<String> useless = new HashSet<>();
    for (String name : store.damagedPacks().keySet()) {
      if (packs.contains(name) && PackFile.isDamaged(store.layout.packs().resolve(name))) {
        useless.add(name);
      }
    }
    return useless.isEmpty() || complete(store) ? useless : Set.of();
  }

  private boolean complete(Store store) throws StoreException {
    Set<ChunkId> elsewhere = new HashSet<>(references);
    for (PackFile pack : store.packFiles()) {
      for (int i = 0; i < pack.blockCount() && !elsewhere.isEmpty(); i++) {
        elsewhere.remove(pack.block(i).digest());
      }
    }
    return !missing && elsewhere.isEmpty();
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

  /** Blocks that live chunks need to be decompressed. */
  Set<ChunkId> references() {
    return new HashSet<>(references);
  }

  /** About how many bytes of a pack are needed. */
  long stays(PackFile pack) throws StoreException {
    return (long) (pack.size() * (double) liveBytes(pack) / rawBytes(pack));
  }

  /** Bytes of all of a pack's blocks before compression. */
  static long rawBytes(PackFile pack) throws StoreException {
    long raw = 0;
    for (int i = 0; i < pack.blockCount(); i++) {
      raw += pack.block(i).raw();
    }
    return raw;
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
