package org.heddle.store;

import java.io.BufferedInputStream;
import java.io.Closeable;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * Reads an index entry by entry, from a file or a connection. A section is checked against its
 * digest before any of its entries is given. For one thread.
 */
public final class IndexReader implements Closeable {
  private final InputStream in;
  private final IndexHeader header;
  private final IndexInfo info;
  private ByteBuffer section = ByteBuffer.allocate(0);
  private int nextSection;
  private int entriesInSection;
  private long entries;
  private long position;
  private long dataBytes;
  private boolean hole;

  private IndexReader(InputStream in, IndexHeader header) {
    this.in = in;
    this.header = header;
    this.info = header.info();
  }

  /**
   * Reads the header.
   *
   * @param expected the index that this must be; null: whatever it is, which the caller must then
   *     take from {@link #info}
   * @throws StoreException malformed, or corrupt when it is another index
   */
  public static IndexReader open(InputStream in, @Nullable ChunkId expected) throws IOException {
    InputStream buffered = new BufferedInputStream(in, 1 << 16);
    IndexReader reader = new IndexReader(buffered, IndexHeader.read(buffered));
    if (expected != null && !expected.equals(reader.info.id())) {
      throw StoreException.corrupt(
          "index " + reader.info.id() + " came where " + expected + " was expected");
    }
    return reader;
  }

  public IndexInfo info() {
    return info;
  }

  /** Where the next entry begins in the file. */
  public long position() {
    return position;
  }

  IndexHeader header() {
    return header;
  }

  /**
   * The next stretch of the file.
   *
   * @return empty after the last
   * @throws StoreException if the section is not what the header says, or its entries are not what
   *     the format allows
   */
  public Optional<Entry> next() throws IOException {
    if (!section.hasRemaining()) {
      if (nextSection == header.sectionCount()) {
        finish();
        return Optional.empty();
      }
      section = ByteBuffer.wrap(readSection());
    }
    if (entries == header.entries() || ++entriesInSection > Limits.SECTION_ENTRIES) {
      throw StoreException.malformed("an index with more entries than its header says");
    }
    entries++;
    return Optional.of(entry());
  }

  /** The next chunk, holes before it passed over; empty after the last. */
  public Optional<ChunkRef> nextChunk() throws IOException {
    for (Optional<Entry> entry = next(); entry.isPresent(); entry = next()) {
      if (entry.get() instanceof Entry.Data(ChunkRef chunk)) {
        return Optional.of(chunk);
      }
    }
    return Optional.empty();
  }

  /** Takes chunks. */
  public interface Visitor {
    void visit(ChunkRef chunk) throws IOException;
  }

  /**
   * Reads all that is left, and shows its chunks in the order of the file, one that comes again
   * too.
   */
  public void eachChunk(Visitor visitor) throws IOException {
    for (Optional<ChunkRef> chunk = nextChunk(); chunk.isPresent(); chunk = nextChunk()) {
      visitor.visit(chunk.get());
    }
  }

  /** Reads all that is left, only to check it. */
  public void check() throws IOException {
    eachChunk(_ -> {});
  }

  /** The bytes of the next section, checked. */
  byte[] readSection() throws IOException {
    byte[] bytes = in.readNBytes(header.sectionLength(nextSection));
    if (bytes.length < header.sectionLength(nextSection)) {
      throw StoreException.malformed("an index ends within a section: the transfer was cut");
    }
    if (!ChunkId.hash(bytes, 0, bytes.length).equals(header.sectionDigest(nextSection))) {
      throw StoreException.corrupt(
          "section " + nextSection + " of index " + info.id() + " is damaged");
    }
    nextSection++;
    entriesInSection = 0;
    return bytes;
  }

  private Entry entry() throws IOException {
    long coded = number();
    long length = coded >>> 1;
    boolean isHole = (coded & 1) == 1;
    if (length < 1 || length > header.fileSize() - position) {
      throw StoreException.malformed("an index with an entry beyond the end of its file");
    }
    if (isHole && hole) {
      throw StoreException.malformed("an index with two holes, one after the other");
    }
    hole = isHole;
    position += length;
    if (isHole) {
      return new Entry.Hole(length);
    }
    if (length > Limits.CHUNK || section.remaining() < ChunkId.BYTES) {
      throw StoreException.malformed("an index with an impossible chunk");
    }
    dataBytes += length;
    return new Entry.Data(new ChunkRef(ChunkId.read(section), (int) length));
  }

  /** Seven bits a byte, the lowest first; the shortest form only. */
  private long number() throws IOException {
    long value = 0;
    for (int shift = 0; shift < 63; shift += 7) {
      if (!section.hasRemaining()) {
        break;
      }
      byte next = section.get();
      value |= (long) (next & 0x7f) << shift;
      if (next >= 0) {
        if (next == 0 && shift > 0) {
          break;
        }
        return value;
      }
    }
    throw StoreException.malformed("an index with an impossible number");
  }

  private void finish() throws EOFException, StoreException {
    if (entries != header.entries()
        || position != header.fileSize()
        || dataBytes != header.dataBytes()) {
      throw StoreException.malformed("an index whose entries are not what its header says");
    }
  }

  @Override
  public void close() throws IOException {
    in.close();
  }
}
