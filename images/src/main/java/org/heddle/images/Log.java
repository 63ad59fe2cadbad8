package org.heddle.images;

import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;

/** The log of a step: a file that does not grow without bounds, whatever a script prints. */
final class Log extends OutputStream {
  private static final long MOST = 16L << 20;

  private final Path file;
  private final OutputStream out;
  private long written;

  Log(Path file) throws IOException {
    this.file = file;
    this.out = Files.newOutputStream(file);
  }

  Path file() {
    return file;
  }

  @Override
  public synchronized void write(byte[] bytes, int from, int length) throws IOException {
    if (written >= MOST) {
      return;
    }
    out.write(bytes, from, length);
    written += length;
    if (written >= MOST) {
      out.write("\n(more is not kept)\n".getBytes(StandardCharsets.UTF_8));
    }
  }

  @Override
  public void write(int one) throws IOException {
    write(new byte[] {(byte) one}, 0, 1);
  }

  @Override
  public synchronized void close() throws IOException {
    out.close();
  }
}
