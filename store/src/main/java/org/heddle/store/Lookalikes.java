package org.heddle.store;

import java.io.IOException;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collection;
import java.util.List;
import java.util.Optional;
import java.util.Queue;
import java.util.concurrent.Future;

/**
 * Finds among chunks of a store one that is nearly the same as another, of which only a sketch is
 * known. Some 100 bytes for each chunk, and 12 MiB. Safe for threads.
 */
public final class Lookalikes {
  /** Numbers of a sketch: the upper halves of those of {@link Sketch}. All zeros: unknown. */
  public static final int NUMBERS = Sketch.NUMBERS;

  private final Likeness likeness = new Likeness();
  private final List<ChunkRef> known = new ArrayList<>();

  private Lookalikes() {}

  /** Looks at chunks of a store on all cores; those that are not there are passed over. */
  public static Lookalikes of(Store store, Collection<ChunkRef> chunks) throws IOException {
    Lookalikes lookalikes = new Lookalikes();
    Queue<Looking> running = new ArrayDeque<>();
    try (Workers workers = Workers.all()) {
      for (Holding holding : store.locate(chunks)) {
        List<ChunkRef> some = holding.wanted();
        running.add(new Looking(some, workers.start(() -> sketches(store, some))));
        if (running.size() > workers.count()) {
          lookalikes.learn(running.remove());
        }
      }
      while (!running.isEmpty()) {
        lookalikes.learn(running.remove());
      }
    }
    return lookalikes;
  }

  /** Chunks of a block, and what they look like when that is known. */
  private record Looking(List<ChunkRef> chunks, Future<List<int[]>> sketches) {}

  /** What chunks look like, one after the other. */
  public static List<int[]> sketches(Store store, List<ChunkRef> chunks) throws IOException {
    List<int[]> sketches = new ArrayList<>();
    for (ChunkRef chunk : chunks) {
      sketches.add(sketch(store, chunk));
    }
    return sketches;
  }

  private void learn(Looking looking) throws IOException {
    List<int[]> sketches = Workers.result(looking.sketches);
    for (int i = 0; i < sketches.size(); i++) {
      if (isKnown(sketches.get(i))) {
        likeness.add(wide(sketches.get(i)), known.size());
        known.add(looking.chunks.get(i));
      }
    }
  }

  /** How many chunks it knows. */
  public int size() {
    return known.size();
  }

  /** The sketch of a chunk; zeros when it is not there, damaged, or looks like nothing. */
  public static int[] sketch(Store store, ChunkRef chunk) throws IOException {
    int[] sketch = new int[NUMBERS];
    byte[] bytes;
    try {
      bytes = store.read(chunk.id());
    } catch (StoreException notHere) {
      return sketch;
    }
    long[] numbers = new long[NUMBERS];
    Sketch.of(bytes, 0, bytes.length, numbers, 0);
    Arrays.setAll(sketch, i -> (int) (numbers[i] >>> 32));
    return sketch;
  }

  private static boolean isKnown(int[] sketch) {
    return Arrays.stream(sketch).anyMatch(number -> number != 0);
  }

  private static long[] wide(int[] sketch) {
    return Arrays.stream(sketch).mapToLong(number -> (long) number << 32).toArray();
  }

  /** The chunk that is most like one with this sketch, if one is. */
  public Optional<ChunkRef> like(int[] sketch) {
    int found = isKnown(sketch) ? likeness.find(wide(sketch)) : -1;
    return found < 0 ? Optional.empty() : Optional.of(known.get(found));
  }
}
