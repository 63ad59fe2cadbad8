package org.heddle.store;

/**
 * How much work compression may be. Measured on the chunks of a Debian image, in blocks of 8 MiB on
 * one core: FAST 400 MB/s to 31 %, SMALL 25 MB/s to 27 %.
 */
public enum Effort {
  /** zstd level 2 with a window as long as a block. */
  FAST(2, 23, 17),
  /** zstd level 13, for what is stored once and sent often. */
  SMALL(13, 23, 0);

  final int level;
  final int windowLog;

  /** 0: that of the level. */
  final int hashLog;

  Effort(int level, int windowLog, int hashLog) {
    this.level = level;
    this.windowLog = windowLog;
    this.hashLog = hashLog;
  }
}
