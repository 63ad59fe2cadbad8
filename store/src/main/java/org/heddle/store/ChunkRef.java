package org.heddle.store;

/**
 * A chunk and how long it is.
 *
 * @param length bytes, 1 to {@link Limits#CHUNK}
 */
public record ChunkRef(ChunkId id, int length) {
  public ChunkRef {
    if (length < 1 || length > Limits.CHUNK) {
      throw new IllegalArgumentException("a chunk has 1 to " + Limits.CHUNK + " bytes: " + length);
    }
  }
}
