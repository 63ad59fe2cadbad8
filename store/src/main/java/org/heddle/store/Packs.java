package org.heddle.store;

import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Finds chunks and blocks in a set of packs: four bytes of memory for a chunk, at a load of at most
 * a half eight. Not safe for several threads.
 */
final class Packs {
  /** A chunk's place. */
  record Found(PackFile pack, int chunk) {}

  /** A block's place. */
  record FoundBlock(PackFile pack, int block) {}

  private final List<PackFile> packs = new ArrayList<>();
  private int[] firsts = new int[16];
  private int[] slots = new int[1 << 10];
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
    if (count > slots.length / 2) {
      grow();
    } else {
      insertAll(packs.size() - 1);
    }
  }

  private void grow() {
    long wanted = Math.max(1 << 10, Long.highestOneBit(Math.max(1, count)) * 4L);
    slots = new int[(int) Math.min(wanted, 1 << 30)];
    for (int i = 0; i < packs.size(); i++) {
      insertAll(i);
    }
  }

  private void insertAll(int packNumber) {
    PackFile pack = packs.get(packNumber);
    for (int i = 0; i < pack.chunkCount(); i++) {
      int slot = slotOf(pack.prefix(i));
      while (slots[slot] != 0) {
        slot = (slot + 1) & (slots.length - 1);
      }
      slots[slot] = firsts[packNumber] + i + 1;
    }
  }

  private int slotOf(long prefix) {
    // The bits below the top are as random; the top ones would do as well.
    return (int) (prefix >>> 20) & (slots.length - 1);
  }

  /** Any copy of the chunk that is not in one of the packs with these file names. */
  @Nullable Found find(ChunkId id, Set<String> without) {
    for (int slot = slotOf(id.a()); slots[slot] != 0; slot = (slot + 1) & (slots.length - 1)) {
      int number = slots[slot] - 1;
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
