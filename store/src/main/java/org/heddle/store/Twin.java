package org.heddle.store;

import java.io.Closeable;
import java.io.IOException;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * Compares what is being stored with the index that has its name, chunk by chunk, so that another
 * file is refused where it begins to differ and not after all of it was read. For one thread.
 */
final class Twin implements Closeable {
  private final Published published;
  private final String name;
  private @Nullable IndexReader there;

  private Twin(Published published, String name, @Nullable IndexReader there) {
    this.published = published;
    this.name = name;
    this.there = there;
  }

  /**
   * @param fileSize bytes of the file that is to be stored
   * @throws StoreException conflict: the index of that name is of another length, or damaged
   */
  static Twin of(Published published, String name, long fileSize) throws IOException {
    published.refuseOther(name, fileSize);
    try {
      return new Twin(published, name, published.read(name));
    } catch (StoreException none) {
      return new Twin(published, name, null);
    }
  }

  /**
   * The next chunk of the file.
   *
   * @param end where it ends in the file
   * @throws StoreException conflict: the index has another one there
   */
  void check(ChunkRef chunk, long end) throws IOException {
    IndexReader index = there;
    if (index == null) {
      return;
    }
    Optional<ChunkRef> same;
    try {
      same = index.nextChunk();
    } catch (StoreException damaged) {
      // What is here cannot be compared; the same index will take its place.
      close();
      return;
    }
    if (!same.equals(Optional.of(chunk)) || index.position() != end) {
      throw published.taken(name);
    }
  }

  @Override
  public void close() throws IOException {
    if (there != null) {
      there.close();
      there = null;
    }
  }
}
