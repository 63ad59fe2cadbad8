package org.heddle.store.transfer;

import java.io.FilterInputStream;
import java.io.FilterOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.util.function.LongConsumer;

/** Streams that tell how many bytes went through. */
final class Counted extends FilterOutputStream {
  private final LongConsumer counter;

  Counted(OutputStream out, LongConsumer counter) {
    super(out);
    this.counter = counter;
  }

  @Override
  public void write(int value) throws IOException {
    out.write(value);
    counter.accept(1);
  }

  @Override
  public void write(byte[] from, int offset, int length) throws IOException {
    out.write(from, offset, length);
    counter.accept(length);
  }

  static InputStream input(InputStream in, LongConsumer counter) {
    return new FilterInputStream(in) {
      @Override
      public int read() throws IOException {
        int value = super.read();
        counter.accept(value < 0 ? 0 : 1);
        return value;
      }

      @Override
      public int read(byte[] to, int offset, int length) throws IOException {
        int count = super.read(to, offset, length);
        counter.accept(Math.max(0, count));
        return count;
      }
    };
  }
}
