package org.heddle.store;

import com.github.luben.zstd.ZstdCompressCtx;

/**
 * How much work compression may be. Measured on the chunks of a Debian image, in blocks of 8 MiB on
 * one core: FAST 400 MB/s to 31 %, SMALL 25 MB/s to 27 %, and less where chunks are like others.
 */
public enum Effort {
  /** zstd level 2 with a table that fits the processor's cache. */
  FAST(2, 17, 6, false),
  /**
   * zstd level 9, for what is stored once and where nobody waits for a part of a second: of what an
   * image with more packages adds a sixth less than FAST, for a fifth more of the time that hashing
   * and compressing take together; the levels above cost two and four times as much for a
   * hundredth.
   */
  MEDIUM(9, 0, 6, false),
  /** zstd level 13, and {@link Deltas}, for what is stored once and sent often. */
  SMALL(13, 0, 11, true);

  /** A frame may look back over a whole block. */
  private static final int WINDOW_LOG = 23;

  /** Two tables of four times two to this many bytes, and a copy of them: memory is bounded. */
  private static final int REFERENCE_TABLES = 21;

  private final int level;

  /** 0: that of the level. */
  private final int hashLog;

  /**
   * With a dictionary: lower levels overwrite most of a dictionary of 8 MiB in their tables before
   * it is used (level 2: 10.7 MB where level 11 gives 2.9), higher ones take longer for a twentieth
   * less. For a dictionary of similar chunks alone 6 gives nearly what 9 does (guest RAM 0.56 and
   * 0.52 MB, trixie's chunks like bookworm's 1.27 and 1.24).
   */
  private final int referenceLevel;

  private final boolean deltas;

  Effort(int level, int hashLog, int referenceLevel, boolean deltas) {
    this.level = level;
    this.hashLog = hashLog;
    this.referenceLevel = referenceLevel;
    this.deltas = deltas;
  }

  /** Whether chunks are compressed against others that are like them. */
  boolean deltas() {
    return deltas;
  }

  /** Prepares a context for one frame. */
  void set(ZstdCompressCtx context, boolean refers) {
    context.setContentSize(true).setChecksum(false);
    if (refers) {
      context.setLevel(referenceLevel).setWindowLog(WINDOW_LOG + 1);
      context.setHashLog(REFERENCE_TABLES).setChainLog(REFERENCE_TABLES);
      return;
    }
    context.setLevel(level).setWindowLog(WINDOW_LOG);
    if (hashLog > 0) {
      context.setHashLog(hashLog);
    }
  }
}
