package org.heddle.store;

import java.nio.ByteBuffer;
import java.security.MessageDigest;
import java.util.HexFormat;

/**
 * The SHA-256 of something: the name of a chunk, an index or a block. The four numbers are its
 * bytes in order, big-endian.
 */
public record ChunkId(long a, long b, long c, long d) implements Comparable<ChunkId> {
  /** Bytes of a digest. */
  public static final int BYTES = 32;

  /** All zero: where a format says "none". */
  public static final ChunkId NONE = new ChunkId(0, 0, 0, 0);

  /** Reads 32 bytes at the buffer's position. */
  public static ChunkId read(ByteBuffer from) {
    return new ChunkId(from.getLong(), from.getLong(), from.getLong(), from.getLong());
  }

  public static ChunkId of(byte[] digest) {
    if (digest.length != BYTES) {
      throw new IllegalArgumentException("a SHA-256 has 32 bytes, not " + digest.length);
    }
    return read(ByteBuffer.wrap(digest));
  }

  /**
   * Reads 64 hexadecimal digits.
   *
   * @throws IllegalArgumentException if the text is anything else
   */
  public static ChunkId parse(String hex) {
    if (hex.length() != 2 * BYTES) {
      throw new IllegalArgumentException("a SHA-256 has 64 hexadecimal digits: '" + hex + "'");
    }
    return of(HexFormat.of().parseHex(hex));
  }

  /** The name of these bytes. */
  public static ChunkId hash(byte[] data, int offset, int length) {
    return hash(Digests.sha256(), data, offset, length);
  }

  /** The same, for one that hashes much: the digest is as it was before. */
  static ChunkId hash(MessageDigest digest, byte[] data, int offset, int length) {
    digest.update(data, offset, length);
    return of(digest.digest());
  }

  /** Writes 32 bytes at the buffer's position. */
  public void write(ByteBuffer to) {
    to.putLong(a).putLong(b).putLong(c).putLong(d);
  }

  public byte[] bytes() {
    ByteBuffer bytes = ByteBuffer.allocate(BYTES);
    write(bytes);
    return bytes.array();
  }

  /** The first bytes are as good as random, so they are the hash. */
  @Override
  public int hashCode() {
    return (int) a;
  }

  @Override
  public boolean equals(Object other) {
    return other instanceof ChunkId(long oa, long ob, long oc, long od)
        && a == oa
        && b == ob
        && c == oc
        && d == od;
  }

  /** The order of the bytes, unsigned. */
  @Override
  public int compareTo(ChunkId other) {
    int order = Long.compareUnsigned(a, other.a);
    order = order == 0 ? Long.compareUnsigned(b, other.b) : order;
    order = order == 0 ? Long.compareUnsigned(c, other.c) : order;
    return order == 0 ? Long.compareUnsigned(d, other.d) : order;
  }

  /** 64 hexadecimal digits. */
  @Override
  public String toString() {
    return HexFormat.of().formatHex(bytes());
  }
}
