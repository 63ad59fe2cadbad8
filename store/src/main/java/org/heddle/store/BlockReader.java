package org.heddle.store;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.StandardOpenOption;
import java.security.MessageDigest;
import org.jspecify.annotations.Nullable;

/**
 * Decompresses one block after the other into the same memory, and gives a chunk's bytes only when
 * they are what its name says. For one thread at a time.
 */
final class BlockReader {
  private static final int PIECE = 256 << 10;

  private final Store store;
  private final MessageDigest digest = Digests.sha256();
  private byte[] stored = new byte[0];
  private byte[] raw = new byte[0];
  private @Nullable PackFile pack;

  BlockReader(Store store) {
    this.store = store;
  }

  /**
   * Reads a block. The digest of its stored bytes is not looked at: each chunk is checked by {@link
   * #chunk}.
   *
   * @throws java.nio.file.NoSuchFileException the pack is gone
   */
  void open(PackFile from, int number) throws IOException {
    PackFile.Placed placed = from.block(number);
    pack = from;
    stored = room(stored, placed.stored());
    raw = room(raw, placed.raw());
    read(from, placed);
    placed
        .codec()
        .decode(stored, placed.stored(), raw, placed.raw(), store.shelf().referenced(from, number));
  }

  /** Blocks are mostly of the largest size, or few. */
  private static byte[] room(byte[] there, int wanted) {
    return there.length >= wanted
        ? there
        : new byte[(int) Math.min(Limits.STORED_BLOCK, Math.max(wanted, 2L * there.length))];
  }

  private void read(PackFile from, PackFile.Placed placed) throws IOException {
    try (FileChannel channel = FileChannel.open(from.path(), StandardOpenOption.READ)) {
      for (int at = 0; at < placed.stored(); at += PIECE) {
        int length = Math.min(PIECE, placed.stored() - at);
        PackFile.readFully(channel, ByteBuffer.wrap(stored, at, length), placed.offset() + at);
      }
    }
  }

  /** The bytes of the block that was opened last; those of a chunk are right once it is checked. */
  byte[] bytes() {
    return raw;
  }

  /**
   * Where a chunk of this block lies in {@link #bytes}, checked.
   *
   * @param number of the chunk in the pack
   */
  int chunk(int number, ChunkRef expected) throws StoreException {
    if (pack == null) {
      throw new IllegalStateException("no block was opened");
    }
    PackFile.Slice slice = pack.slice(number);
    if (slice.length() != expected.length()) {
      throw StoreException.corrupt(
          "chunk " + expected.id() + " has another length than the index says");
    }
    if (!ChunkId.hash(digest, raw, slice.start(), slice.length()).equals(expected.id())) {
      throw StoreException.corrupt(
          "chunk "
              + expected.id()
              + " of "
              + pack.path()
              + " has other bytes than its name says; 'heddle store verify' says what this hurts");
    }
    return slice.start();
  }
}
