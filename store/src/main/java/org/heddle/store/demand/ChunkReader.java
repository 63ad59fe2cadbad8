package org.heddle.store.demand;

import java.io.IOException;
import java.util.List;
import org.heddle.store.ChunkRef;

/** Gives the bytes of chunks, each checked against its name. Safe for threads. */
interface ChunkReader {
  /**
   * All or a failure.
   *
   * @return in the order in which they are wanted
   */
  List<byte[]> read(List<ChunkRef> wanted) throws IOException;
}
