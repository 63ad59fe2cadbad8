package org.heddle.store.nbd;

import java.io.IOException;
import java.util.List;

/** What a server shows as a disk. Safe for threads: many reads go on at once. */
public interface Export {
  /** Its name; clients that ask for none get it too. */
  String name();

  /** Bytes. */
  long size();

  /**
   * Reads right bytes or fails: never fewer, never others.
   *
   * @param position with the length within the size
   * @param into has zeros in these places
   */
  void read(long position, byte[] into, int offset, int length) throws IOException;

  /**
   * A stretch.
   *
   * @param zeros whether it is known to have nothing but zeros
   */
  record Stretch(long length, boolean zeros) {}

  /**
   * What is known of a range without reading it.
   *
   * @param most so many stretches at most; then they do not reach the end of the range
   * @return at least one, in order, from the position on
   */
  List<Stretch> stretches(long position, long length, int most) throws IOException;
}
