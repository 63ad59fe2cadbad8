package org.heddle.store.transfer;

import java.util.Collection;
import java.util.HashSet;
import java.util.Set;
import org.heddle.store.Block;
import org.heddle.store.ChunkRef;
import org.heddle.store.Difference;
import org.heddle.store.StoreException;

/**
 * What one request may bring: each block at least one of the chunks that have not come yet, and not
 * mainly such as nobody asked for; none that needs another block. So a peer cannot fill a store
 * with what nobody wants, nor send for ever.
 */
final class Expected {
  private final String from;
  private final Set<ChunkRef> wanted;
  private final Set<ChunkRef> outstanding;

  Expected(String from, Collection<ChunkRef> wanted) {
    this.from = from;
    this.wanted = Set.copyOf(wanted);
    this.outstanding = new HashSet<>(wanted);
  }

  void check(Block block) throws StoreException {
    if (block.reference().isPresent()) {
      throw Fault.malformed(from + " sends a block that needs another one");
    }
    check(block.chunks(), block.rawLength());
  }

  /** It may refer to what the other side was told is here, and to nothing else. */
  void check(Difference difference, Collection<ChunkRef> here) throws StoreException {
    if (!Set.copyOf(here).containsAll(difference.references())) {
      throw Fault.malformed(from + " sends a difference to chunks that it was not told are here");
    }
    check(difference.chunks(), difference.rawLength());
  }

  private void check(Collection<ChunkRef> chunks, int length) throws StoreException {
    boolean fresh = false;
    long useful = 0;
    for (ChunkRef chunk : chunks) {
      fresh |= outstanding.remove(chunk);
      useful += wanted.contains(chunk) ? chunk.length() : 0;
    }
    if (!fresh || useful * 2 < length) {
      throw Fault.malformed(from + " sends what was not asked for");
    }
  }
}
