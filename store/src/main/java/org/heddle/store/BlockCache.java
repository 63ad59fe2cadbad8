package org.heddle.store;

import java.util.LinkedHashMap;
import java.util.Map;
import java.util.SequencedMap;
import org.jspecify.annotations.Nullable;

/** The bytes of the blocks that were read last. Safe for several threads. */
final class BlockCache {
  private final long most;
  private final SequencedMap<ChunkId, byte[]> blocks = new LinkedHashMap<>(16, 0.75f, true);
  private long bytes;

  BlockCache(long most) {
    this.most = most;
  }

  synchronized byte @Nullable [] get(ChunkId block) {
    return blocks.get(block);
  }

  synchronized void put(ChunkId block, byte[] raw) {
    if (raw.length > most || blocks.put(block, raw) != null) {
      return;
    }
    bytes += raw.length;
    while (bytes > most) {
      Map.Entry<ChunkId, byte[]> oldest = blocks.firstEntry();
      blocks.remove(oldest.getKey());
      bytes -= oldest.getValue().length;
    }
  }
}
