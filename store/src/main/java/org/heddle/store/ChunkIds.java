package org.heddle.store;

/**
 * A row of chunks' names that grows at its end, outside the Java heap: 32 bytes for each. Safe for
 * threads that read, once it does not grow any more.
 */
public final class ChunkIds {
  private static final int LONGS = 4;

  private final Longs digests = new Longs();

  /** How many. */
  public int size() {
    return (int) (digests.size() / LONGS);
  }

  public void add(ChunkId id) {
    digests.add(id.a());
    digests.add(id.b());
    digests.add(id.c());
    digests.add(id.d());
  }

  /** The name with a number from 0 on, below {@link #size}. */
  public ChunkId get(int number) {
    long at = (long) LONGS * number;
    return new ChunkId(
        digests.get(at), digests.get(at + 1), digests.get(at + 2), digests.get(at + 3));
  }

  /** The first eight bytes of that name. */
  long prefix(int number) {
    return digests.get((long) LONGS * number);
  }
}
