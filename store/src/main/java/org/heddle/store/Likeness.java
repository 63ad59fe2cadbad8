package org.heddle.store;

/**
 * Remembers in which block chunks of which {@link Sketch} are. Of fixed size: what is older gives
 * way, so that memory does not grow with the file. For one thread.
 */
final class Likeness {
  /** Sketches of about 3 GB of chunks. */
  private static final int SLOTS = 1 << 20;

  private final long[] numbers = new long[SLOTS];
  private final int[] blocks = new int[SLOTS];

  /** Notes a chunk; blocks are counted from 0. */
  void add(long[] sketch, int block) {
    for (long number : sketch) {
      numbers[slot(number)] = number;
      blocks[slot(number)] = block + 1;
    }
  }

  /** The block with the most numbers in common; negative when there is none. */
  int find(long[] sketch) {
    int best = -1;
    int most = 0;
    for (int i = 0; i < sketch.length; i++) {
      int block = block(sketch[i]);
      int votes = 0;
      for (int j = i; block >= 0 && j < sketch.length; j++) {
        votes += block(sketch[j]) == block ? 1 : 0;
      }
      if (votes > most) {
        most = votes;
        best = block;
      }
    }
    return best;
  }

  private int block(long number) {
    int slot = slot(number);
    return numbers[slot] == number ? blocks[slot] - 1 : -1;
  }

  private static int slot(long number) {
    return (int) (number >>> 44);
  }
}
