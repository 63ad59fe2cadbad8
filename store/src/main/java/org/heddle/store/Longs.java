package org.heddle.store;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.ArrayList;
import java.util.List;

/**
 * A row of numbers that grows at its end, outside the Java heap and never copied. Safe for threads
 * that read, once it does not grow any more.
 */
public final class Longs {
  private static final int PAGE_BITS = 16;
  private static final int PAGE = 1 << PAGE_BITS;

  private final List<MemorySegment> pages = new ArrayList<>();
  private long size;

  public long size() {
    return size;
  }

  /** The number at a place before {@link #size}. */
  public long get(long place) {
    return pages
        .get(Math.toIntExact(place >>> PAGE_BITS))
        .getAtIndex(ValueLayout.JAVA_LONG, place & (PAGE - 1));
  }

  public void add(long value) {
    int inPage = (int) size & (PAGE - 1);
    if (inPage == 0) {
      pages.add(Arena.ofAuto().allocate((long) PAGE * Long.BYTES, Long.BYTES));
    }
    pages.getLast().setAtIndex(ValueLayout.JAVA_LONG, inPage, value);
    size++;
  }
}
