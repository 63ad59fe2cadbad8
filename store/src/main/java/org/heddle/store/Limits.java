package org.heddle.store;

/**
 * Bounds of the formats, in bytes where nothing else is said. What is read from outside is checked
 * against them before any memory is taken for it.
 */
public final class Limits {
  private Limits() {}

  /** A chunk; the maker cuts at a quarter of it at the latest. */
  public static final int CHUNK = 256 << 10;

  /** A block before compression: what is decoded to read one chunk, and the memory this takes. */
  public static final int BLOCK = 8 << 20;

  /** A block as stored; zstd gives what cannot be compressed back with little more. */
  public static final int STORED_BLOCK = BLOCK + (BLOCK >> 7) + 1024;

  /** Chunks of a block: more would be smaller than 64 bytes on average. */
  public static final int BLOCK_CHUNKS = BLOCK / 64;

  /** Chunks that a difference refers to; their bytes together are at most those of a block. */
  public static final int REFERENCES = 1 << 12;

  /** Entries of an index section: what is checked at once while an index is read. */
  public static final int SECTION_ENTRIES = 4096;

  /** An index section: each entry takes 9 bytes for its length and 32 for its digest at most. */
  public static final int SECTION = SECTION_ENTRIES * (9 + ChunkId.BYTES);

  /** Sections of an index: files of 64 TiB in chunks of 16 KiB. */
  public static final int SECTIONS = 1 << 20;

  /** A file: what fits the formats' signed 64-bit numbers with room for sums. */
  public static final long FILE = 1L << 60;

  /** A pack is closed when it is longer than this. What a crash loses of a transfer is less. */
  public static final long PACK = 64L << 20;

  /** Chunks of a pack and blocks of a pack, as far as we read them. */
  public static final int PACK_CHUNKS = 1 << 24;

  public static final int PACK_BLOCKS = 1 << 20;

  /** A manifest. */
  public static final int MANIFEST = 1 << 20;

  /** Characters of a name. */
  public static final int NAME = 128;
}
