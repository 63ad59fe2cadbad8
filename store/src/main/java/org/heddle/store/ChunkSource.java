package org.heddle.store;

import java.io.IOException;
import java.util.Collection;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** Somewhere that chunks can be had from: a store here, or one behind a connection. */
public interface ChunkSource {
  /** How it is named in messages. */
  String name();

  /**
   * The published index of that name; empty when there is none, or the source cannot give it.
   *
   * @param expected the id that it must have; null: whatever has the name
   * @param into makes the draft
   * @throws StoreException corrupt when it is another one, or damaged
   */
  default Optional<IndexDraft> index(String name, @Nullable ChunkId expected, StoreWriter into)
      throws IOException {
    return Optional.empty();
  }

  /** Takes blocks as they come. */
  interface Sink {
    /** The block is unchecked; {@link StoreWriter#addBlock} checks it. */
    void accept(Block block) throws IOException;
  }

  /**
   * Gives blocks without reference to others that together hold those of the wanted chunks which
   * the source has. A block may hold other chunks too; a chunk that it has not is left out
   * silently.
   */
  void fetch(Collection<ChunkRef> wanted, Sink sink) throws IOException;
}
