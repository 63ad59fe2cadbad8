package org.heddle.store;

import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** Finds chunks and blocks in a set of packs. Not safe for several threads. */
final class Packs {
  /** A chunk's place. */
  record Found(PackFile pack, int chunk) {
    /** Bytes of the chunk. */
    int length() throws StoreException {
      return pack.slice(chunk).length();
    }
  }

  /** A block's place. */
  record FoundBlock(PackFile pack, int block) {}

  private final List<PackFile> packs = new ArrayList<>();
  private int[] firsts = new int[16];
  private final Slots slots = new Slots(this::prefix);
  private int count;

  List<PackFile> all() {
    return packs;
  }

  void add(PackFile pack) {
    if (packs.size() == firsts.length) {
      firsts = java.util.Arrays.copyOf(firsts, firsts.length * 2);
    }
    firsts[packs.size()] = count;
    packs.add(pack);
    count = Math.addExact(count, pack.chunkCount());
    for (int i = firsts[packs.size() - 1]; i < count; i++) {
      slots.add(i);
    }
  }

  private long prefix(int number) {
    int pack = packOf(number);
    return packs.get(pack).prefix(number - firsts[pack]);
  }

  /** Any copy of the chunk that is not in one of the packs with these file names. */
  @Nullable Found find(ChunkId id, Set<String> without) {
    for (long at = slots.begin(id.a()); slots.at(at) >= 0; at = slots.next(at)) {
      int number = slots.at(at);
      int packNumber = packOf(number);
      PackFile pack = packs.get(packNumber);
      int chunk = number - firsts[packNumber];
      if (pack.prefix(chunk) == id.a()
          && pack.chunk(chunk).equals(id)
          && !without.contains(pack.name())) {
        return new Found(pack, chunk);
      }
    }
    return null;
  }

  private int packOf(int number) {
    int at = java.util.Arrays.binarySearch(firsts, 0, packs.size(), number);
    return at >= 0 ? at : -at - 2;
  }

  /** Looks through all blocks: there is one for hundreds of chunks. */
  @Nullable FoundBlock findBlock(ChunkId digest) throws StoreException {
    for (PackFile pack : packs) {
      for (int i = 0; i < pack.blockCount(); i++) {
        if (pack.block(i).digest().equals(digest)) {
          return new FoundBlock(pack, i);
        }
      }
    }
    return null;
  }
}
