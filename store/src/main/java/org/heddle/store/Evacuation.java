package org.heddle.store;

import java.io.IOException;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.Deque;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Empties and deletes marked packs, after the writers that may rely on them have been waited for:
 * first those that hold nothing needed, then the others a few at a time, so that a store that is
 * full becomes smaller by every step.
 */
final class Evacuation {
  private final Store store;
  private final Condemnation condemnation;
  private final StoreWriter writer;
  private final Marks marks;
  private final long step;
  private final List<PackFile> damaged = new ArrayList<>();
  private @Nullable StoreException damage;
  private long freed;
  private int packs;

  /**
   * @param writer begun after the marks, so that it does not rely on marked packs itself
   * @param marks what indexes need by now
   * @param step most bytes that are copied before packs are deleted, if it is not one pack
   */
  Evacuation(Store store, Condemnation condemnation, StoreWriter writer, Marks marks, long step) {
    this.store = store;
    this.condemnation = condemnation;
    this.writer = writer;
    this.marks = marks;
    this.step = step;
  }

  /** Bytes of deleted packs. */
  long freed() {
    return freed;
  }

  /** Packs deleted. */
  int packs() {
    return packs;
  }

  /**
   * Deletes all marked packs of which everything that is needed can be had.
   *
   * @throws StoreException corrupt, after the other packs are gone, when something needed is
   *     damaged: its pack stays
   */
  void run() throws IOException {
    store.refresh();
    deleteUnreadable();
    List<PackFile> dead = new ArrayList<>();
    List<PackFile> rest = new ArrayList<>();
    for (PackFile pack : store.packFiles()) {
      if (condemnation.names().contains(pack.name())) {
        (marks.liveBytes(pack) == 0 ? dead : rest).add(pack);
      }
    }
    empty(dead);
    List<Sized> sized = new ArrayList<>();
    for (PackFile pack : rest) {
      sized.add(new Sized(pack, marks.stays(pack)));
    }
    sized.sort(Comparator.comparingLong(Sized::stays));
    Deque<Sized> queue = new ArrayDeque<>(sized);
    while (!queue.isEmpty()) {
      empty(next(queue));
    }
    deleteDamaged();
  }

  private record Sized(PackFile pack, long stays) {}

  private List<PackFile> next(Deque<Sized> queue) {
    long most = Math.min(step, store.folder().toFile().getUsableSpace() / 2);
    List<PackFile> some = new ArrayList<>();
    long bytes = 0;
    do {
      Sized one = queue.remove();
      some.add(one.pack);
      bytes += one.stays;
    } while (!queue.isEmpty() && bytes + queue.element().stays <= most);
    return some;
  }

  /** Marks without a pack; and packs that nobody can read, when all that is needed is in others. */
  private void deleteUnreadable() throws IOException {
    Set<String> unreadable = new HashSet<>(condemnation.names());
    store.packFiles().forEach(pack -> unreadable.remove(pack.name()));
    unreadable.removeAll(store.damagedPacks().keySet());
    unreadable.addAll(marks.useless(store, condemnation.names()));
    delete(unreadable);
  }

  private void delete(Set<String> names) throws IOException {
    if (!names.isEmpty()) {
      freed += condemnation.delete(names);
      packs += names.size();
    }
  }

  private void empty(List<PackFile> some) throws IOException {
    store.refresh();
    Set<ChunkId> bases = bases();
    Set<String> emptied = new HashSet<>();
    for (PackFile pack : some) {
      try {
        copy(pack, bases);
        emptied.add(pack.name());
      } catch (StoreException broken) {
        damage = damage == null ? broken : damage;
        damaged.add(pack);
      }
    }
    writer.flush();
    delete(emptied);
  }

  /** There may be sound copies of all that is needed, which came with other packs. */
  private void deleteDamaged() throws IOException {
    Set<ChunkId> bases = bases();
    Set<String> settled = new HashSet<>();
    for (PackFile pack : damaged) {
      boolean needed = false;
      for (int i = 0; i < pack.blockCount(); i++) {
        needed |= bases.contains(pack.block(i).digest()) || needed(pack, pack.block(i)) > 0;
      }
      if (!needed) {
        settled.add(pack.name());
      }
    }
    delete(settled);
    if (damage != null && settled.size() < damaged.size()) {
      throw damage;
    }
  }

  /**
   * Blocks that others refer to and that only marked packs have. A writer may rely on any chunk of
   * a pack without a mark, whether an index needs it by now or not.
   */
  private Set<ChunkId> bases() throws StoreException {
    Set<ChunkId> bases = marks.references();
    Set<String> condemned = condemnation.names();
    List<PackFile> kept = new ArrayList<>(store.packFiles());
    kept.removeIf(pack -> condemned.contains(pack.name()));
    for (PackFile pack : kept) {
      for (int i = 0; i < pack.blockCount(); i++) {
        if (pack.block(i).codec() == Codec.ZSTD_WITH_REFERENCE) {
          bases.add(pack.block(i).reference());
        }
      }
    }
    for (PackFile pack : kept) {
      for (int i = 0; i < pack.blockCount() && !bases.isEmpty(); i++) {
        bases.remove(pack.block(i).digest());
      }
    }
    return bases;
  }

  /** A block that is needed as a whole goes as it is; of others the chunks that are needed. */
  private void copy(PackFile pack, Set<ChunkId> bases) throws IOException {
    for (int i = 0; i < pack.blockCount(); i++) {
      PackFile.Placed placed = pack.block(i);
      int needed = needed(pack, placed);
      boolean base = bases.contains(placed.digest());
      boolean whole = base || needed * 4 >= placed.chunks() * 3;
      if (whole && placed.codec() != Codec.ZSTD_WITH_REFERENCE) {
        Block block = pack.read(i);
        block.open(null);
        writer.append(block);
        bases.remove(placed.digest());
      } else if (needed > 0) {
        copyChunks(pack, placed, i);
      }
    }
  }

  /** Chunks that indexes need and that are nowhere else. */
  private int needed(PackFile pack, PackFile.Placed block) {
    int needed = 0;
    for (int c = block.firstChunk(); c < block.firstChunk() + block.chunks(); c++) {
      needed += marks.isLive(pack, c) && !writer.has(pack.chunk(c)) ? 1 : 0;
    }
    return needed;
  }

  private void copyChunks(PackFile pack, PackFile.Placed placed, int number) throws IOException {
    byte[] raw = store.shelf().raw(pack, number);
    for (int c = placed.firstChunk(); c < placed.firstChunk() + placed.chunks(); c++) {
      if (marks.isLive(pack, c)) {
        PackFile.Slice slice = pack.slice(c);
        writer.add(pack.chunk(c), raw, slice.start(), slice.length());
      }
    }
  }
}
