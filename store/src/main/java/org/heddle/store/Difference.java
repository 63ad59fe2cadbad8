package org.heddle.store;

import java.io.DataInputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/**
 * Chunks compressed against others that the receiver has: how they move between stores, never how
 * they are stored. It is only a claim until {@link StoreWriter#addDifference} has checked it.
 *
 * <p>Form on the wire (big-endian): magic {@code HDLD}, number of chunks that it refers to (4), for
 * each its SHA-256 (32) and length (4), then a {@link Block} whose reference is the SHA-256 of
 * those chunks' bytes, one after the other: they are its frame's dictionary.
 */
public final class Difference {
  private static final int MAGIC = 0x48444C44;
  private static final int HEADER = 8;
  private static final int CHUNK = ChunkId.BYTES + 4;

  /** Bytes on the wire besides those of the block. */
  public static final int OVERHEAD = HEADER + CHUNK * Limits.REFERENCES;

  private final List<ChunkRef> references;
  private final Block block;

  private Difference(List<ChunkRef> references, Block block) throws StoreException {
    this.references = List.copyOf(references);
    this.block = block;
    if (block.reference().isEmpty()) {
      throw StoreException.malformed("a difference without a reference");
    }
    long sum = references.stream().mapToLong(ChunkRef::length).sum();
    if (sum > Limits.BLOCK) {
      throw StoreException.malformed(
          "a difference refers to " + sum + " bytes, not to at most " + Limits.BLOCK);
    }
    Set<ChunkRef> own = new HashSet<>(block.chunks());
    for (ChunkRef reference : references) {
      if (own.contains(reference)) {
        throw StoreException.malformed(
            "a difference refers to chunk " + reference.id() + ", which it brings itself");
      }
    }
  }

  /**
   * Compresses chunks of a store against others of it.
   *
   * @param chunks {@link Limits#BLOCK} bytes together at most
   * @param references as many, other ones, and {@link Limits#REFERENCES} at most
   * @return empty when nothing is won by it
   * @throws StoreException when one of them is not in the store, or damaged
   */
  public static Optional<Difference> of(
      Store store, List<ChunkRef> chunks, List<ChunkRef> references) throws IOException {
    byte[] dictionary = store.shelf().join(references);
    ChunkId name = ChunkId.hash(dictionary, 0, dictionary.length);
    Block block = Block.of(store.shelf().join(chunks), chunks, Effort.FAST, name, dictionary);
    return block.reference().isPresent()
        ? Optional.of(new Difference(references, block))
        : Optional.empty();
  }

  /** The chunks that it brings, in the order of their bytes. */
  public List<ChunkRef> chunks() {
    return block.chunks();
  }

  /** The chunks that the receiver must have. */
  public List<ChunkRef> references() {
    return references;
  }

  /** Bytes of the chunks that it brings. */
  public int rawLength() {
    return block.rawLength();
  }

  /** Bytes on the wire. */
  public long wireLength() {
    return HEADER + (long) CHUNK * references.size() + block.wireLength();
  }

  Block block() {
    return block;
  }

  /** The chunks' bytes, checked one by one. */
  byte[] open(byte[] dictionary) throws StoreException {
    ChunkId name = ChunkId.hash(dictionary, 0, dictionary.length);
    if (!block.reference.equals(name)) {
      throw StoreException.corrupt("a difference refers to other bytes than its chunks' names say");
    }
    return block.open(dictionary);
  }

  /** Writes the wire form. */
  public void write(OutputStream out) throws IOException {
    ByteBuffer head = ByteBuffer.allocate(HEADER + CHUNK * references.size());
    head.putInt(MAGIC).putInt(references.size());
    for (ChunkRef reference : references) {
      reference.id().write(head);
      head.putInt(reference.length());
    }
    out.write(head.array());
    block.write(out);
  }

  /**
   * Reads the wire form; takes memory only within {@link Limits}.
   *
   * @return empty at the end of the stream
   */
  public static Optional<Difference> read(InputStream in) throws IOException {
    int first = in.read();
    if (first < 0) {
      return Optional.empty();
    }
    DataInputStream data = new DataInputStream(in);
    List<ChunkRef> references = new ArrayList<>();
    try {
      if (first != MAGIC >>> 24
          || data.readUnsignedByte() != (MAGIC >> 16 & 0xff)
          || data.readUnsignedShort() != (MAGIC & 0xffff)) {
        throw StoreException.malformed("this is no difference: its first bytes are wrong");
      }
      int count = Block.bounded("number of references", data.readInt(), Limits.REFERENCES);
      ByteBuffer one = ByteBuffer.allocate(CHUNK);
      for (int i = 0; i < count; i++) {
        data.readFully(one.rewind().array());
        references.add(Block.chunk(one));
      }
    } catch (EOFException truncated) {
      throw StoreException.malformed("a difference ends before its end: the transfer was cut");
    }
    Optional<Block> block = Block.read(in);
    if (block.isEmpty()) {
      throw StoreException.malformed("a difference without its block");
    }
    return Optional.of(new Difference(references, block.get()));
  }
}
