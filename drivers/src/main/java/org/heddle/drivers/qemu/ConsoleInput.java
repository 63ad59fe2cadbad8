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

  /**
   * Only our half: QEMU takes no more than the guest's serial line has room for (8 bytes), and
   * would drop the rest with the connection. It closes its half when it has taken all.
   */
  @Override
  public void close() throws IOException {
    socket.end();
  }
}
