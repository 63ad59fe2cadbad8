package org.heddle.store;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.UUID;
import java.util.stream.Collectors;

/** Writes one pack under a temporary name; it is a pack when it has its own. For one thread. */
final class PackWriter implements AutoCloseable {
  private record Placed(
      long offset, int stored, int raw, int firstChunk, Codec codec, ChunkId digest, ChunkId ref) {}

  private final Disk disk;
  private final Path temporary;
  private final Disk.Output out;
  private final List<Placed> blocks = new ArrayList<>();
  private final List<ChunkRef> chunks = new ArrayList<>();
  private long position;
  private boolean gone;

  PackWriter(Disk disk, Path temporary) throws IOException {
    this.disk = disk;
    this.temporary = temporary;
    this.out = disk.create(temporary);
    write(ByteBuffer.allocate(8).putLong(PackFile.MAGIC).flip());
  }

  void append(Block block) throws IOException {
    blocks.add(
        new Placed(
            position,
            block.storedLength(),
            block.rawLength,
            chunks.size(),
            block.codec,
            block.digest(),
            block.reference));
    chunks.addAll(block.chunks());
    write(ByteBuffer.wrap(block.stored, 0, block.storedLength()));
  }

  /** Bytes written, table not counted. */
  long length() {
    return position;
  }

  List<ChunkRef> chunks() {
    return chunks;
  }

  Set<ChunkId> blocks() {
    return blocks.stream().map(Placed::digest).collect(Collectors.toSet());
  }

  int chunkCount() {
    return chunks.size();
  }

  /** Gives a pack its name. */
  interface Naming {
    /**
     * @param bytes of the whole pack
     */
    void name(Path temporary, Path pack, long bytes) throws IOException;
  }

  /** Makes it durable and gives it its name in the folder. */
  Path seal(Path folder, Naming naming) throws IOException {
    byte[] table = table();
    ChunkId digest = ChunkId.hash(table, 0, table.length);
    long at = position;
    write(ByteBuffer.wrap(table));
    ByteBuffer end = ByteBuffer.allocate(PackFile.END_BYTES);
    end.putLong(PackFile.END).putLong(at).putLong(table.length).putLong(0);
    digest.write(end);
    write(end.flip());
    out.sync();
    out.close();
    Path pack = folder.resolve(digest.toString().substring(0, 32) + PackFile.SUFFIX);
    naming.name(temporary, pack, position);
    gone = true;
    disk.syncFolder(folder);
    return pack;
  }

  private byte[] table() {
    ByteBuffer table =
        ByteBuffer.allocate(
            PackFile.TABLE_HEAD
                + blocks.size() * PackFile.BLOCK_BYTES
                + chunks.size() * PackFile.CHUNK_BYTES);
    UUID unique = UUID.randomUUID();
    table.putLong(unique.getMostSignificantBits()).putLong(unique.getLeastSignificantBits());
    table.putInt(blocks.size()).putInt(chunks.size());
    for (Placed block : blocks) {
      table.putLong(block.offset).putInt(block.stored).putInt(block.raw).putInt(block.firstChunk);
      table.put(block.codec.number).put(new byte[3]);
      block.digest.write(table);
      block.ref.write(table);
    }
    for (int b = 0; b < blocks.size(); b++) {
      int start = 0;
      int end = b + 1 < blocks.size() ? blocks.get(b + 1).firstChunk : chunks.size();
      for (ChunkRef chunk : chunks.subList(blocks.get(b).firstChunk, end)) {
        chunk.id().write(table);
        table.putInt(start);
        start += chunk.length();
      }
    }
    return table.array();
  }

  private void write(ByteBuffer bytes) throws IOException {
    int length = bytes.remaining();
    out.write(bytes);
    position += length;
  }

  /** Takes away what was not sealed. */
  @Override
  public void close() throws IOException {
    if (!gone) {
      gone = true;
      out.close();
      disk.delete(temporary);
    }
  }
}
