package org.heddle.store.demand;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.function.IntConsumer;
import org.heddle.store.ChunkRef;
import org.heddle.store.IndexReader;
import org.heddle.store.Store;
import org.heddle.store.StoreException;
import org.heddle.store.nbd.Export;

/** A file as its index says, read anywhere. Safe for threads. */
public final class MappedImage implements Export {
  /** So much is looked for at once: a long read takes little more memory than its answer. */
  private static final int WINDOW = 2 << 20;

  private final String name;
  private final IndexMap map;
  private final ChunkReader chunks;
  private final IntConsumer used;

  /**
   * @param used is told the number of every entry of which something is read
   */
  MappedImage(String name, IndexMap map, ChunkReader chunks, IntConsumer used) {
    this.name = name;
    this.map = map;
    this.chunks = chunks;
    this.used = used;
  }

  /** An index of a store that has all its chunks. */
  public static MappedImage of(Store store, String name) throws IOException {
    try (IndexReader index = store.index(name)) {
      return new MappedImage(name, IndexMap.read(index), wanted -> read(store, wanted), _ -> {});
    }
  }

  private static List<byte[]> read(Store store, List<ChunkRef> wanted) throws IOException {
    List<byte[]> all = new ArrayList<>();
    for (ChunkRef chunk : wanted) {
      all.add(checked(chunk, store.read(chunk.id())));
    }
    return all;
  }

  static byte[] checked(ChunkRef chunk, byte[] bytes) throws StoreException {
    if (bytes.length != chunk.length()) {
      throw new StoreException(
          StoreException.Kind.CORRUPT,
          "chunk " + chunk.id() + " has another length than the index says");
    }
    return bytes;
  }

  @Override
  public String name() {
    return name;
  }

  @Override
  public long size() {
    return map.size();
  }

  @Override
  public void read(long position, byte[] into, int offset, int length) throws IOException {
    for (int done = 0; done < length; ) {
      int piece = Math.min(WINDOW, length - done);
      readWindow(position + done, into, offset + done, piece);
      done += piece;
    }
  }

  private void readWindow(long position, byte[] into, int offset, int length) throws IOException {
    List<ChunkRef> wanted = new ArrayList<>();
    List<Integer> entries = new ArrayList<>();
    for (int i = map.at(position); i < map.entries() && map.start(i) < position + length; i++) {
      if (!map.hole(i)) {
        wanted.add(map.chunk(i));
        entries.add(i);
        used.accept(i);
      }
    }
    List<byte[]> bytes = chunks.read(wanted);
    for (int i = 0; i < entries.size(); i++) {
      long start = map.start(entries.get(i));
      long from = Math.max(start, position);
      long to = Math.min(start + bytes.get(i).length, position + length);
      System.arraycopy(
          bytes.get(i),
          (int) (from - start),
          into,
          offset + (int) (from - position),
          (int) (to - from));
    }
  }

  @Override
  public List<Stretch> stretches(long position, long length, int most) {
    List<Stretch> stretches = new ArrayList<>();
    long end = position + length;
    long at = position;
    for (int i = map.at(position); at < end && stretches.size() < most; ) {
      boolean hole = map.hole(i);
      while (i < map.entries() && map.hole(i) == hole && map.start(i) < end) {
        i++;
      }
      long next = Math.min(end, map.start(i));
      stretches.add(new Stretch(next - at, hole));
      at = next;
    }
    return stretches;
  }
}
