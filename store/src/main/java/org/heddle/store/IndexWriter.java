package org.heddle.store;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;

/** Writes an index: its sections to a temporary file, since the header comes first. */
final class IndexWriter implements AutoCloseable {
  private final Disk disk;
  private final Path sections;
  private final Disk.Output out;
  private final ByteArrayOutputStream table = new ByteArrayOutputStream();
  private final ByteBuffer section = ByteBuffer.allocate(Limits.SECTION);
  private int entriesInSection;
  private long entries;
  private long fileSize;
  private long dataBytes;
  private long hole;

  IndexWriter(Disk disk, Path temporary) throws IOException {
    this.disk = disk;
    this.sections = temporary;
    this.out = disk.create(temporary);
  }

  /** Holes that follow each other become one. */
  void add(Entry entry) throws IOException {
    switch (entry) {
      case Entry.Hole(long length) -> hole += length;
      case Entry.Data(ChunkRef chunk) -> {
        endHole();
        begin((long) chunk.length() << 1);
        chunk.id().write(section);
        fileSize += chunk.length();
        dataBytes += chunk.length();
      }
    }
  }

  private void endHole() throws IOException {
    if (hole > 0) {
      begin((hole << 1) | 1);
      fileSize += hole;
      hole = 0;
    }
  }

  private void begin(long coded) throws IOException {
    if (entriesInSection == Limits.SECTION_ENTRIES) {
      endSection();
    }
    entriesInSection++;
    entries++;
    long rest = coded;
    while (rest >>> 7 != 0) {
      section.put((byte) ((rest & 0x7f) | 0x80));
      rest >>>= 7;
    }
    section.put((byte) rest);
  }

  private void endSection() throws IOException {
    if (entriesInSection == 0) {
      return;
    }
    section.flip();
    ByteBuffer row = ByteBuffer.allocate(IndexHeader.SECTION).putInt(section.limit());
    ChunkId.hash(section.array(), 0, section.limit()).write(row);
    table.writeBytes(row.array());
    out.write(section);
    section.clear();
    entriesInSection = 0;
  }

  /** Writes the whole index and makes it durable. */
  IndexInfo finish(Path file) throws IOException {
    endHole();
    endSection();
    out.close();
    IndexHeader header = new IndexHeader(fileSize, entries, dataBytes, table.toByteArray());
    try (Disk.Output whole = disk.create(file);
        FileChannel from = FileChannel.open(sections, StandardOpenOption.READ)) {
      whole.write(ByteBuffer.wrap(header.bytes()));
      ByteBuffer piece = ByteBuffer.allocate(1 << 16);
      while (from.read(piece.clear()) >= 0) {
        whole.write(piece.flip());
      }
      whole.sync();
    }
    return header.info();
  }

  @Override
  public void close() throws IOException {
    out.close();
    disk.delete(sections);
  }
}
