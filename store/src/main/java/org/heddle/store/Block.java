package org.heddle.store;

import java.io.DataInputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * Several chunks compressed together: what packs consist of and what moves between stores. A block
 * is only a claim until {@link #open} has checked it.
 *
 * <p>Form on the wire (big-endian): magic {@code HDLB}, codec (1 byte), 3 zero bytes, raw length
 * (4), stored length (4), number of chunks (4), digest of the referenced block or zeros (32), for
 * each chunk its SHA-256 (32) and length (4), then the stored bytes.
 */
public final class Block {
  private static final int MAGIC = 0x48444C42;
  private static final int HEADER = 20 + ChunkId.BYTES;
  private static final int CHUNK = ChunkId.BYTES + 4;

  final Codec codec;
  final int rawLength;
  final ChunkId reference;

  /** Its first bytes; what follows is not of the block. */
  final byte[] stored;

  private final int storedLength;
  private final List<ChunkRef> chunks;
  private final ChunkId digest;

  Block(Codec codec, int rawLength, ChunkId reference, List<ChunkRef> chunks, byte[] stored)
      throws StoreException {
    this(codec, rawLength, reference, chunks, stored, stored.length);
  }

  Block(
      Codec codec,
      int rawLength,
      ChunkId reference,
      List<ChunkRef> chunks,
      byte[] stored,
      int storedLength)
      throws StoreException {
    this.codec = codec;
    this.rawLength = rawLength;
    this.reference = reference;
    this.chunks = List.copyOf(chunks);
    this.stored = stored;
    this.storedLength = storedLength;
    this.digest = ChunkId.hash(stored, 0, storedLength);
    check();
  }

  /**
   * Compresses chunks that lie one after the other.
   *
   * @param data the chunks' bytes, from the first on; not kept
   * @param chunks their names, trusted, and lengths: {@link Limits#BLOCK} bytes together at most
   */
  public static Block of(byte[] data, List<ChunkRef> chunks, Effort effort) throws StoreException {
    return of(data, chunks, effort, ChunkId.NONE, null);
  }

  static Block of(
      byte[] data,
      List<ChunkRef> chunks,
      Effort effort,
      ChunkId reference,
      byte @Nullable [] referenced)
      throws StoreException {
    try (Compressor compressor = new Compressor()) {
      Block made = compressor.block(data, chunks, effort, reference, referenced);
      byte[] own = java.util.Arrays.copyOf(made.stored, made.storedLength);
      return new Block(made.codec, made.rawLength, made.reference, chunks, own);
    }
  }

  static int length(List<ChunkRef> chunks) {
    return chunks.stream().mapToInt(ChunkRef::length).sum();
  }

  /** The SHA-256 of the stored bytes: the block's name. */
  public ChunkId digest() {
    return digest;
  }

  /** In the order of their bytes. */
  public List<ChunkRef> chunks() {
    return chunks;
  }

  /** The block that is needed to decompress this one; it needs none itself. */
  public Optional<ChunkId> reference() {
    return codec == Codec.ZSTD_WITH_REFERENCE ? Optional.of(reference) : Optional.empty();
  }

  /** Bytes of all chunks together. */
  public int rawLength() {
    return rawLength;
  }

  /** Bytes after compression. */
  public int storedLength() {
    return storedLength;
  }

  /** Bytes on the wire. */
  public long wireLength() {
    return HEADER + (long) CHUNK * chunks.size() + storedLength;
  }

  /**
   * Decompresses and checks every chunk.
   *
   * @param referenced the bytes of the block that this one refers to; null when it refers to none
   * @return the chunks' bytes, one after the other
   * @throws StoreException if any of them is not what its name says
   */
  public byte[] open(byte @Nullable [] referenced) throws StoreException {
    byte[] raw = new byte[rawLength];
    codec.decode(stored, storedLength, raw, rawLength, referenced);
    int at = 0;
    for (ChunkRef chunk : chunks) {
      if (!ChunkId.hash(raw, at, chunk.length()).equals(chunk.id())) {
        throw StoreException.corrupt("chunk " + chunk.id() + " has other bytes than its name says");
      }
      at += chunk.length();
    }
    return raw;
  }

  /** Writes the wire form. */
  public void write(OutputStream out) throws IOException {
    ByteBuffer head = ByteBuffer.allocate(HEADER + CHUNK * chunks.size());
    head.putInt(MAGIC).put(codec.number).put(new byte[3]);
    head.putInt(rawLength).putInt(storedLength).putInt(chunks.size());
    reference.write(head);
    for (ChunkRef chunk : chunks) {
      chunk.id().write(head);
      head.putInt(chunk.length());
    }
    out.write(head.array());
    out.write(stored, 0, storedLength);
  }

  /**
   * Reads the wire form; takes memory only within {@link Limits}.
   *
   * @return empty at the end of the stream
   */
  public static Optional<Block> read(InputStream in) throws IOException {
    int first = in.read();
    if (first < 0) {
      return Optional.empty();
    }
    ByteBuffer head = ByteBuffer.allocate(HEADER);
    head.put((byte) first);
    DataInputStream data = new DataInputStream(in);
    try {
      data.readFully(head.array(), 1, HEADER - 1);
      return Optional.of(read(head.rewind(), data));
    } catch (EOFException truncated) {
      throw StoreException.malformed("a block ends before its end: the transfer was cut");
    }
  }

  private static Block read(ByteBuffer head, DataInputStream data) throws IOException {
    if (head.getInt() != MAGIC) {
      throw StoreException.malformed("this is no block: its first bytes are wrong");
    }
    int codec = head.getInt();
    int raw = bounded("raw length", head.getInt(), Limits.BLOCK);
    int stored = bounded("stored length", head.getInt(), Limits.STORED_BLOCK);
    int count = bounded("number of chunks", head.getInt(), Limits.BLOCK_CHUNKS);
    if ((codec & 0xffffff) != 0) {
      throw StoreException.malformed("a block with bytes that should be zero");
    }
    ChunkId reference = ChunkId.read(head);
    List<ChunkRef> chunks = new ArrayList<>();
    ByteBuffer one = ByteBuffer.allocate(CHUNK);
    for (int i = 0; i < count; i++) {
      data.readFully(one.rewind().array());
      chunks.add(chunk(one));
    }
    byte[] bytes = new byte[stored];
    data.readFully(bytes);
    return new Block(Codec.of(codec >>> 24), raw, reference, chunks, bytes);
  }

  /** A digest and a length, as they stand in what comes. */
  static ChunkRef chunk(ByteBuffer from) throws StoreException {
    ChunkId id = ChunkId.read(from);
    return new ChunkRef(id, bounded("length of a chunk", from.getInt(), Limits.CHUNK));
  }

  static int bounded(String what, int value, int most) throws StoreException {
    if (value < 1 || value > most) {
      throw StoreException.malformed(
          "a block's " + what + " is " + Integer.toUnsignedString(value) + ", not 1 to " + most);
    }
    return value;
  }

  private void check() throws StoreException {
    bounded("raw length", rawLength, Limits.BLOCK);
    bounded("number of chunks", chunks.size(), Limits.BLOCK_CHUNKS);
    long sum = chunks.stream().mapToLong(ChunkRef::length).sum();
    if (sum != rawLength) {
      throw StoreException.malformed(
          "a block's chunks have " + sum + " bytes and the block " + rawLength);
    }
    if (reference.equals(ChunkId.NONE) == (codec == Codec.ZSTD_WITH_REFERENCE)) {
      throw StoreException.malformed("a block's compression and its reference do not fit");
    }
  }
}
