package org.heddle.drivers.qemu;

import java.io.IOException;
import java.io.InputStream;
import java.io.InterruptedIOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;

/** Reads the log of a console, waiting for more as long as there may be more. */
final class ConsoleLog extends InputStream {
  private static final long LOOK_EVERY_MS = 50;

  private final FileChannel log;
  private final BooleanSupplier mayGrow;
  private long position;

  ConsoleLog(Path log, long from, BooleanSupplier mayGrow) throws IOException {
    this.log = FileChannel.open(log, StandardOpenOption.READ);
    this.position = from;
    this.mayGrow = mayGrow;
  }

  @Override
  public int read() throws IOException {
    byte[] one = new byte[1];
    return read(one, 0, 1) < 0 ? -1 : one[0] & 0xff;
  }

  @Override
  public int read(byte[] bytes, int offset, int length) throws IOException {
    if (length == 0) {
      return 0;
    }
    while (true) {
      boolean more = mayGrow.getAsBoolean();
      int count = log.read(ByteBuffer.wrap(bytes, offset, length), position);
      if (count > 0) {
        position += count;
        return count;
      }
      if (!more) {
        return -1;
      }
      sleep();
    }
  }

  private static void sleep() throws IOException {
    try {
      TimeUnit.MILLISECONDS.sleep(LOOK_EVERY_MS);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw (IOException) new InterruptedIOException("console reader interrupted").initCause(e);
    }
  }

  @Override
  public void close() throws IOException {
    log.close();
  }
}
