package org.heddle.store;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.function.IntToLongFunction;
import org.jspecify.annotations.Nullable;

/**
 * Finds numbers by the first eight bytes of a digest: a table with open addressing, in parts that
 * grow one by one, so that growing needs little memory beside. It lies outside the Java heap, whose
 * size then need not follow that of a store: 5 to 11 bytes for each number. Not safe for threads.
 */
final class Slots {
  private static final int PARTS = 1 << 8;
  private static final int FIRST = 1 << 6;
  private static final ValueLayout.OfInt INT = ValueLayout.JAVA_INT;

  private final IntToLongFunction prefix;
  private final @Nullable MemorySegment[] parts = new MemorySegment[PARTS];
  private final int[] masks = new int[PARTS];
  private final int[] used = new int[PARTS];

  /**
   * @param prefix of each number that was added
   */
  Slots(IntToLongFunction prefix) {
    this.prefix = prefix;
  }

  /** Where the numbers with this prefix, and some others, begin. */
  long begin(long of) {
    int part = (int) (of >>> 56);
    return ((long) part << 32) | slot(of, masks[part]);
  }

  private static int slot(long of, int mask) {
    // The bits below the top are as random as those that choose the part.
    return (int) (of >>> 20) & mask;
  }

  /** The number there; negative: there are no more. */
  int at(long position) {
    MemorySegment part = parts[(int) (position >>> 32)];
    return part == null ? -1 : part.getAtIndex(INT, position & 0xFFFF_FFFFL) - 1;
  }

  long next(long position) {
    int part = (int) (position >>> 32);
    return ((long) part << 32) | (((int) position + 1) & masks[part]);
  }

  void add(int number) {
    long of = prefix.applyAsLong(number);
    int part = (int) (of >>> 56);
    MemorySegment slots = parts[part];
    if (slots == null || 4L * (used[part] + 1) > 3L * (masks[part] + 1L)) {
      slots = grow(part, slots);
    }
    insert(slots, masks[part], of, number);
    used[part]++;
  }

  private MemorySegment grow(int part, @Nullable MemorySegment old) {
    int before = old == null ? 0 : masks[part] + 1;
    int size = before == 0 ? FIRST : Math.multiplyExact(2, before);
    MemorySegment fresh = Arena.ofAuto().allocate((long) size * Integer.BYTES, Integer.BYTES);
    for (int i = 0; i < before && old != null; i++) {
      int number = old.getAtIndex(INT, i) - 1;
      if (number >= 0) {
        insert(fresh, size - 1, prefix.applyAsLong(number), number);
      }
    }
    parts[part] = fresh;
    masks[part] = size - 1;
    return fresh;
  }

  private static void insert(MemorySegment slots, int mask, long of, int number) {
    int slot = slot(of, mask);
    while (slots.getAtIndex(INT, slot) != 0) {
      slot = (slot + 1) & mask;
    }
    slots.setAtIndex(INT, slot, number + 1);
  }
}
