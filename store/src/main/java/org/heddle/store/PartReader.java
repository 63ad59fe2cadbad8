package org.heddle.store;

import java.io.IOException;
import java.io.OutputStream;
import java.util.Optional;

/** Reads a part of a file out of a store, chunk by chunk; each is checked before it is given. */
public final class PartReader {
  private static final byte[] ZEROS = new byte[1 << 16];

  private final Store store;

  public PartReader(Store store) {
    this.store = store;
  }

  /**
   * Writes the bytes from {@code from} on, before {@code to}.
   *
   * @param index at its beginning
   * @throws StoreException not found, or corrupt: nothing of that chunk was written
   */
  public void write(IndexReader index, long from, long to, OutputStream out) throws IOException {
    long at = 0;
    while (at < to) {
      Optional<Entry> next = index.next();
      if (next.isEmpty()) {
        return;
      }
      long begin = Math.max(from, at);
      long end = Math.min(to, at + next.get().length());
      if (begin < end) {
        write(next.get(), begin - at, end - at, out);
      }
      at += next.get().length();
    }
  }

  private void write(Entry entry, long begin, long end, OutputStream out) throws IOException {
    switch (entry) {
      case Entry.Data(ChunkRef chunk) ->
          out.write(store.read(chunk.id()), (int) begin, (int) (end - begin));
      case Entry.Hole _ -> {
        for (long left = end - begin; left > 0; left -= ZEROS.length) {
          out.write(ZEROS, 0, (int) Math.min(left, ZEROS.length));
        }
      }
    }
  }
}
