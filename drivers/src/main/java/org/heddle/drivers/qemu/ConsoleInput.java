package org.heddle.drivers.qemu;

import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.Path;
import java.util.Arrays;

/** Types on a machine's serial line. What it prints is in the log and dropped here. */
final class ConsoleInput extends OutputStream {
  private final LineSocket socket;

  ConsoleInput(Path path) throws IOException {
    socket = LineSocket.connect(path);
    socket.receive("console-input", _ -> {}, () -> {});
  }

  @Override
  public void write(int b) throws IOException {
    socket.send(new byte[] {(byte) b});
  }

  @Override
  public void write(byte[] bytes, int offset, int length) throws IOException {
    socket.send(Arrays.copyOfRange(bytes, offset, offset + length));
  }

  @Override
  public void close() {
    socket.close();
  }
}
