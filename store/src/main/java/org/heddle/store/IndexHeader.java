package org.heddle.store;

import java.io.DataInputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.util.Arrays;

/** The first part of an index: sizes, and length and digest of each section. */
final class IndexHeader {
  static final long MAGIC = 0x48444C494E444558L; // HDLINDEX
  static final int VERSION = 1;
  static final int FIXED = 40;
  static final int SECTION = 4 + ChunkId.BYTES;
  private static final int PIECE = SECTION << 10;

  private final long fileSize;
  private final long entries;
  private final long dataBytes;

  /** For each section its length (4 bytes) and digest (32 bytes), as stored. */
  private final byte[] sections;

  IndexHeader(long fileSize, long entries, long dataBytes, byte[] sections) {
    this.fileSize = fileSize;
    this.entries = entries;
    this.dataBytes = dataBytes;
    this.sections = sections;
  }

  long fileSize() {
    return fileSize;
  }

  long entries() {
    return entries;
  }

  long dataBytes() {
    return dataBytes;
  }

  int sectionCount() {
    return sections.length / SECTION;
  }

  int sectionLength(int number) {
    return ByteBuffer.wrap(sections).getInt(number * SECTION);
  }

  ChunkId sectionDigest(int number) {
    return ChunkId.read(ByteBuffer.wrap(sections).position(number * SECTION + 4));
  }

  byte[] bytes() {
    ByteBuffer bytes = ByteBuffer.allocate(FIXED + sections.length);
    bytes.putLong(MAGIC).putShort((short) VERSION).putShort((short) 0).putInt(sectionCount());
    bytes.putLong(fileSize).putLong(entries).putLong(dataBytes).put(sections);
    return bytes.array();
  }

  IndexInfo info() {
    byte[] bytes = bytes();
    long length = bytes.length;
    for (int i = 0; i < sectionCount(); i++) {
      length += sectionLength(i);
    }
    ChunkId id = ChunkId.hash(bytes, 0, bytes.length);
    return new IndexInfo(id, fileSize, entries, dataBytes, length);
  }

  /** Reads and checks the form; memory grows with what has really come. */
  static IndexHeader read(InputStream in) throws IOException {
    DataInputStream data = new DataInputStream(in);
    ByteBuffer fixed = ByteBuffer.allocate(FIXED);
    try {
      data.readFully(fixed.array());
      if (fixed.getLong() != MAGIC) {
        throw StoreException.malformed("this is no index: its first bytes are wrong");
      }
      int version = fixed.getShort();
      if (version != VERSION || fixed.getShort() != 0) {
        throw StoreException.malformed(
            "an index of version " + version + "; this program reads version " + VERSION);
      }
      int count = fixed.getInt();
      if (count < 0 || count > Limits.SECTIONS) {
        throw StoreException.malformed("an index with an impossible number of sections");
      }
      IndexHeader header =
          new IndexHeader(fixed.getLong(), fixed.getLong(), fixed.getLong(), sections(data, count));
      header.check();
      return header;
    } catch (EOFException truncated) {
      throw StoreException.malformed("an index ends within its header");
    }
  }

  private static byte[] sections(DataInputStream data, int count) throws IOException {
    int total = count * SECTION;
    byte[] bytes = new byte[Math.min(total, PIECE)];
    int at = 0;
    while (at < total) {
      if (at == bytes.length) {
        bytes = Arrays.copyOf(bytes, (int) Math.min(total, 2L * bytes.length));
      }
      data.readFully(bytes, at, bytes.length - at);
      at = bytes.length;
    }
    return bytes;
  }

  private void check() throws StoreException {
    long most = (long) sectionCount() * Limits.SECTION_ENTRIES;
    boolean possible =
        fileSize >= 0
            && fileSize <= Limits.FILE
            && dataBytes >= 0
            && dataBytes <= fileSize
            && entries <= most
            && entries >= sectionCount();
    for (int i = 0; i < sectionCount() && possible; i++) {
      int length = sectionLength(i);
      possible = length >= 1 && length <= Limits.SECTION;
    }
    if (!possible) {
      throw StoreException.malformed("an index with impossible sizes in its header");
    }
  }
}
