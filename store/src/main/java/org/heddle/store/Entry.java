package org.heddle.store;

/** One stretch of a file, in the order of the file. */
public sealed interface Entry {
  /** Bytes of the file. */
  long length();

  /** Nothing but zeros, and no chunk; a hole where the file system has holes. */
  record Hole(long length) implements Entry {
    public Hole {
      if (length < 1) {
        throw new IllegalArgumentException("a hole has at least one byte: " + length);
      }
    }
  }

  /** The bytes of a chunk. */
  record Data(ChunkRef chunk) implements Entry {
    @Override
    public long length() {
      return chunk.length();
    }
  }
}
