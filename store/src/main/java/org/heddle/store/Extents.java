package org.heddle.store;

import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.file.Path;

/** Where a sparse file has data. */
interface Extents {
  /** To be closed. */
  interface Closing extends Extents, AutoCloseable {
    @Override
    void close();
  }

  /** The first byte of data from this position on; at or after the file's end: there is none. */
  long data(long position) throws IOException;

  /** The first byte of a hole after this position, which has data. */
  long hole(long position) throws IOException;

  /** A file whose holes nobody knows: they are read as zeros. */
  static Closing dense() {
    return new Closing() {
      @Override
      public long data(long position) {
        return position;
      }

      @Override
      public long hole(long position) {
        return Long.MAX_VALUE;
      }

      @Override
      public void close() {}
    };
  }

  /** Those of a file, as the system knows them. */
  static Closing of(Path file, FileChannel open) throws IOException {
    return open.size() < Native.WORTH_ASKING ? dense() : Native.extents(file);
  }
}
