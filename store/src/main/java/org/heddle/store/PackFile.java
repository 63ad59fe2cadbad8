package org.heddle.store;

import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.List;

/**
 * A pack: its table is mapped, not copied, so that a large store takes little memory. Packs never
 * change, so it is safe for any number of threads.
 */
final class PackFile {
  static final long MAGIC = 0x48444C5041434B31L; // HDLPACK1
  static final long END = 0x48444C504B454E44L; // HDLPKEND
  static final String SUFFIX = ".pack";
  static final int END_BYTES = 64;

  /** 16 random bytes, so that no two packs have the same name; then how many blocks and chunks. */
  static final int TABLE_HEAD = 24;

  static final int BLOCK_BYTES = 24 + 2 * ChunkId.BYTES;
  static final int CHUNK_BYTES = ChunkId.BYTES + 4;

  private static final ValueLayout.OfLong LONG =
      ValueLayout.JAVA_LONG_UNALIGNED.withOrder(ByteOrder.BIG_ENDIAN);
  private static final ValueLayout.OfInt INT =
      ValueLayout.JAVA_INT_UNALIGNED.withOrder(ByteOrder.BIG_ENDIAN);

  /**
   * @param raw bytes before compression
   * @param firstChunk number of its first chunk in the pack
   */
  record Placed(
      long offset,
      int stored,
      int raw,
      int firstChunk,
      int chunks,
      Codec codec,
      ChunkId digest,
      ChunkId reference) {}

  /** Where a chunk lies in its block. */
  record Slice(int block, int start, int length) {}

  private final Path path;
  private final long size;
  private final MemorySegment table;
  private final int[] firstChunks;
  private final int chunkCount;

  private PackFile(Path path, long size, MemorySegment table) throws StoreException {
    this.path = path;
    this.size = size;
    this.table = table;
    int blocks = table.get(INT, 16);
    this.chunkCount = table.get(INT, 20);
    if (blocks < 1
        || blocks > Limits.PACK_BLOCKS
        || chunkCount < blocks
        || chunkCount > Limits.PACK_CHUNKS
        || TABLE_HEAD + (long) blocks * BLOCK_BYTES + (long) chunkCount * CHUNK_BYTES
            != table.byteSize()) {
      throw broken("its table has another length than its numbers say");
    }
    this.firstChunks = new int[blocks + 1];
    firstChunks[blocks] = chunkCount;
    for (int i = 0; i < blocks; i++) {
      firstChunks[i] = table.get(INT, TABLE_HEAD + (long) i * BLOCK_BYTES + 16);
    }
    checkBlocks(blocks);
  }

  /** Opens a pack and checks its table against its digest. */
  static PackFile open(Path path) throws IOException {
    try (FileChannel channel = FileChannel.open(path, StandardOpenOption.READ)) {
      long size = channel.size();
      ByteBuffer end = ByteBuffer.allocate(END_BYTES);
      ByteBuffer start = ByteBuffer.allocate(8);
      if (size < 8 + END_BYTES) {
        throw broken(path, "it is too short");
      }
      readFully(channel, start, 0);
      readFully(channel, end, size - END_BYTES);
      long length = end.getLong(16);
      if (start.getLong(0) != MAGIC
          || end.getLong(0) != END
          || end.getLong(24) != 0
          || length < TABLE_HEAD
          || length > size - 8 - END_BYTES
          || end.getLong(8) != size - END_BYTES - length) {
        throw broken(path, "its first or last bytes are wrong");
      }
      MemorySegment table =
          channel.map(
              FileChannel.MapMode.READ_ONLY, size - END_BYTES - length, length, Arena.ofAuto());
      checkDigest(path, table, ChunkId.read(end.position(32)));
      return new PackFile(path, size, table);
    }
  }

  /** Whether a pack can never be opened, unlike one that only cannot be opened now. */
  static boolean isDamaged(Path path) throws IOException {
    try {
      open(path);
      return false;
    } catch (StoreException broken) {
      return true;
    } catch (NoSuchFileException gone) {
      return false;
    }
  }

  private static void checkDigest(Path path, MemorySegment table, ChunkId digest)
      throws StoreException {
    var sha = Digests.sha256();
    long piece = 1 << 20;
    for (long at = 0; at < table.byteSize(); at += piece) {
      sha.update(table.asSlice(at, Math.min(piece, table.byteSize() - at)).asByteBuffer());
    }
    String name = String.valueOf(path.getFileName());
    if (!ChunkId.of(sha.digest()).equals(digest)
        || !name.equals(digest.toString().substring(0, 32) + SUFFIX)) {
      throw broken(path, "its table is not what its digest says");
    }
  }

  private void checkBlocks(int blocks) throws StoreException {
    long position = 8;
    for (int i = 0; i < blocks; i++) {
      Placed block = block(i);
      if (block.offset != position
          || block.stored < 1
          || block.stored > Limits.STORED_BLOCK
          || block.raw < 1
          || block.raw > Limits.BLOCK
          || block.chunks < 1
          || block.firstChunk < 0
          || (i == 0 && block.firstChunk != 0)
          || (block.codec == Codec.ZSTD_WITH_REFERENCE) == block.reference.equals(ChunkId.NONE)) {
        throw broken("block " + i + " of its table is not possible");
      }
      position += block.stored;
    }
    if (position != size - END_BYTES - table.byteSize()) {
      throw broken("its blocks do not end where its table begins");
    }
  }

  Path path() {
    return path;
  }

  String name() {
    return String.valueOf(path.getFileName());
  }

  /** Bytes of the file. */
  long size() {
    return size;
  }

  int blockCount() {
    return firstChunks.length - 1;
  }

  int chunkCount() {
    return chunkCount;
  }

  Placed block(int number) throws StoreException {
    long at = TABLE_HEAD + (long) number * BLOCK_BYTES;
    return new Placed(
        table.get(LONG, at),
        table.get(INT, at + 8),
        table.get(INT, at + 12),
        firstChunks[number],
        firstChunks[number + 1] - firstChunks[number],
        Codec.of(table.get(ValueLayout.JAVA_BYTE, at + 20)),
        id(at + 24),
        id(at + 24 + ChunkId.BYTES));
  }

  /** The first eight bytes of a chunk's name. */
  long prefix(int chunk) {
    return table.get(LONG, chunkAt(chunk));
  }

  ChunkId chunk(int number) {
    return id(chunkAt(number));
  }

  int blockOf(int chunk) {
    int low = 0;
    int high = blockCount() - 1;
    while (low < high) {
      int middle = (low + high + 1) >>> 1;
      if (firstChunks[middle] <= chunk) {
        low = middle;
      } else {
        high = middle - 1;
      }
    }
    return low;
  }

  Slice slice(int chunk) throws StoreException {
    int block = blockOf(chunk);
    int start = start(chunk);
    int end =
        chunk + 1 == firstChunks[block + 1]
            ? table.get(INT, TABLE_HEAD + (long) block * BLOCK_BYTES + 12)
            : start(chunk + 1);
    if (start < 0 || end <= start || end > Limits.BLOCK || end - start > Limits.CHUNK) {
      throw broken("chunk " + chunk + " of its table is not possible");
    }
    return new Slice(block, start, end - start);
  }

  List<ChunkRef> chunksOf(int block) throws StoreException {
    List<ChunkRef> chunks = new ArrayList<>();
    for (int i = firstChunks[block]; i < firstChunks[block + 1]; i++) {
      chunks.add(new ChunkRef(chunk(i), slice(i).length()));
    }
    return chunks;
  }

  /** The stored bytes, checked against their digest. */
  Block read(int number) throws IOException {
    Placed placed = block(number);
    ByteBuffer bytes = ByteBuffer.allocate(placed.stored);
    try (FileChannel channel = FileChannel.open(path, StandardOpenOption.READ)) {
      readFully(channel, bytes, placed.offset);
    }
    Block block =
        new Block(placed.codec, placed.raw, placed.reference, chunksOf(number), bytes.array());
    if (!block.digest().equals(placed.digest)) {
      throw StoreException.corrupt(
          "block "
              + number
              + " of "
              + path
              + " is damaged; 'heddle store verify' says what it hurts");
    }
    return block;
  }

  private int start(int chunk) {
    return table.get(INT, chunkAt(chunk) + ChunkId.BYTES);
  }

  private long chunkAt(int chunk) {
    return TABLE_HEAD + (long) blockCount() * BLOCK_BYTES + (long) chunk * CHUNK_BYTES;
  }

  private ChunkId id(long at) {
    return new ChunkId(
        table.get(LONG, at),
        table.get(LONG, at + 8),
        table.get(LONG, at + 16),
        table.get(LONG, at + 24));
  }

  static void readFully(FileChannel channel, ByteBuffer into, long position) throws IOException {
    long at = position;
    while (into.hasRemaining()) {
      int count = channel.read(into, at);
      if (count < 0) {
        throw StoreException.corrupt("a file of the store is shorter than it was");
      }
      at += count;
    }
  }

  private StoreException broken(String why) {
    return broken(path, why);
  }

  private static StoreException broken(Path path, String why) {
    return StoreException.corrupt("pack " + path + " is damaged: " + why);
  }
}
