package org.heddle.drivers.qemu;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.SocketChannel;
import java.nio.file.Path;
import java.util.function.Consumer;

/** A Unix-domain socket on which both sides send lines. Lines are received on a virtual thread. */
final class LineSocket implements AutoCloseable {
  /** The guest agent sends up to 16 MiB each of output and error of a program, in base 64. */
  private static final int MAX_LINE = 64 << 20;

  private static final int CHUNK = 1 << 16;

  private final SocketChannel channel;

  private LineSocket(SocketChannel channel) {
    this.channel = channel;
  }

  static LineSocket connect(Path path) throws IOException {
    SocketChannel channel = SocketChannel.open(StandardProtocolFamily.UNIX);
    try {
      channel.connect(UnixDomainSocketAddress.of(path));
    } catch (IOException e) {
      channel.close();
      throw e;
    }
    return new LineSocket(channel);
  }

  /** Begins to receive; {@code onEnd} is called once, after the last line. */
  void receive(String threadName, Consumer<byte[]> onLine, Runnable onEnd) {
    Thread.ofVirtual()
        .name(threadName)
        .start(() -> {
          try {
            readLines(onLine);
          } catch (IOException e) {
            // A broken connection ends like a closed one: the receiver is told below.
          } finally {
            close();
            onEnd.run();
          }
        });
  }

  private void readLines(Consumer<byte[]> onLine) throws IOException {
    ByteBuffer chunk = ByteBuffer.allocate(CHUNK);
    ByteArrayOutputStream line = new ByteArrayOutputStream();
    while (channel.read(chunk.clear()) >= 0) {
      int start = 0;
      for (int i = 0; i < chunk.position(); i++) {
        if (chunk.get(i) == '\n') {
          line.write(chunk.array(), start, i - start);
          onLine.accept(line.toByteArray());
          line.reset();
          start = i + 1;
        }
      }
      line.write(chunk.array(), start, chunk.position() - start);
      if (line.size() > MAX_LINE) {
        throw new IOException("line longer than " + MAX_LINE + " bytes");
      }
    }
  }

  void send(byte[] bytes) throws IOException {
    ByteBuffer buffer = ByteBuffer.wrap(bytes);
    while (buffer.hasRemaining()) {
      channel.write(buffer);
    }
  }

  /** Nothing more is sent; closed when the other side has closed too. */
  void end() throws IOException {
    channel.shutdownOutput();
  }

  @Override
  public void close() {
    try {
      channel.close();
    } catch (IOException e) {
      // Nothing is left to be done with it.
    }
  }
}
