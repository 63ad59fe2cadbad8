package org.heddle.store;

/**
 * Which chunks one has met, outside the Java heap: 37 to 43 bytes for each. Not safe for threads.
 */
public final class ChunkSet {
  private static final int LONGS = 4;

  private final Longs digests = new Longs();
  private final Slots slots = new Slots(number -> digests.get((long) LONGS * number));

  /** Different chunks. */
  public int size() {
    return (int) (digests.size() / LONGS);
  }

  public boolean contains(ChunkId chunk) {
    for (long at = slots.begin(chunk.a()); slots.at(at) >= 0; at = slots.next(at)) {
      if (same(slots.at(at), chunk)) {
        return true;
      }
    }
    return false;
  }

  private boolean same(int number, ChunkId chunk) {
    long first = (long) LONGS * number;
    return digests.get(first) == chunk.a()
        && digests.get(first + 1) == chunk.b()
        && digests.get(first + 2) == chunk.c()
        && digests.get(first + 3) == chunk.d();
  }

  /** Whether it was not there yet. */
  public boolean add(ChunkId chunk) {
    if (contains(chunk)) {
      return false;
    }
    int number = size();
    digests.add(chunk.a());
    digests.add(chunk.b());
    digests.add(chunk.c());
    digests.add(chunk.d());
    slots.add(number);
    return true;
  }
}
