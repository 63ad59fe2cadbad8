package org.heddle.store.transfer;

import org.heddle.store.Difference;
import org.heddle.store.Limits;

/** What either side accepts of the other, in bytes where nothing else is said. */
final class Bounds {
  /** Digests of one question: an answer of 2 KiB to 512 KiB. */
  static final int DIGESTS = 1 << 14;

  /** Chunks of one request. */
  static final int WANTED = 1 << 13;

  /** Bytes of all chunks of one request. */
  static final long WANTED_BYTES = 64L << 20;

  /** Blocks that are sent together: one full block, or several smaller ones. */
  static final int BLOCKS = Limits.STORED_BLOCK + Limits.BLOCK_CHUNKS * 36 + 52;

  /** What chunks differ by from others. */
  static final long DIFFERENCE = BLOCKS + (long) Difference.OVERHEAD;

  /** A request of any kind but one that brings an index. */
  static final long REQUEST = DIFFERENCE + 64;

  /** An index on the wire: 100 million chunks, which are some TiB. */
  static final long INDEX = 4L << 30;

  /** A reply that brings blocks: those of the wanted chunks can be twice as long with strangers. */
  static final long REPLY = 4 * WANTED_BYTES;

  /** Characters of an error. */
  static final int MESSAGE = 600;

  /** A name, in UTF-8. */
  static final int NAME = Limits.NAME * 4;

  /** Chunks that are compressed together when a block is made for the way. */
  static final int GATHERED = 4 << 20;

  private Bounds() {}
}
