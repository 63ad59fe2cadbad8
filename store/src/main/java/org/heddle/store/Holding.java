package org.heddle.store;

import java.util.List;
import java.util.Optional;

/**
 * What a store has of some wanted chunks in one block: enough to decide whether the block as it is
 * stored or only the wanted chunks, compressed anew, are cheaper to send.
 *
 * @param block its digest
 * @param storedLength bytes of it as stored
 * @param rawLength bytes of all its chunks
 * @param wanted those of the wanted chunks that are in it, in the order of the block
 * @param wantedLength bytes of these
 * @param reference the block that the receiver needs as well to decompress this one
 */
public record Holding(
    ChunkId block,
    int storedLength,
    int rawLength,
    List<ChunkRef> wanted,
    int wantedLength,
    Optional<ChunkId> reference) {
  public Holding {
    wanted = List.copyOf(wanted);
  }
}
