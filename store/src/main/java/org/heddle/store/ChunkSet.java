package org.heddle.store;

/**
 * Which chunks one has met, outside the Java heap: 37 to 43 bytes for each. Not safe for threads.
 */
public final class ChunkSet {
  private final ChunkIds ids = new ChunkIds();
  private final Slots slots = new Slots(ids::prefix);

  /** Different chunks. */
  public int size() {
    return ids.size();
  }

  public boolean contains(ChunkId chunk) {
    for (long at = slots.begin(chunk.a()); slots.at(at) >= 0; at = slots.next(at)) {
      int number = slots.at(at);
      if (ids.prefix(number) == chunk.a() && ids.get(number).equals(chunk)) {
        return true;
      }
    }
    return false;
  }

  /** Whether it was not there yet. */
  public boolean add(ChunkId chunk) {
    if (contains(chunk)) {
      return false;
    }
    ids.add(chunk);
    slots.add(ids.size() - 1);
    return true;
  }
}
