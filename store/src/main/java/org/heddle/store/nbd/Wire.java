package org.heddle.store.nbd;

import java.io.EOFException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.SocketChannel;
import java.util.concurrent.locks.ReentrantLock;

/**
 * A connection's bytes: read by one thread, written by any, one message after the other. Numbers
 * are big-endian.
 */
final class Wire implements AutoCloseable {
  private final SocketChannel channel;
  private final ByteBuffer in = ByteBuffer.allocate(1 << 16).flip();
  private final ReentrantLock writing = new ReentrantLock();

  Wire(SocketChannel channel) {
    this.channel = channel;
  }

  private ByteBuffer need(int bytes) throws IOException {
    if (in.remaining() < bytes) {
      in.compact();
      while (in.position() < bytes) {
        if (channel.read(in) < 0) {
          throw new EOFException("the client has gone");
        }
      }
      in.flip();
    }
    return in;
  }

  short readShort() throws IOException {
    return need(Short.BYTES).getShort();
  }

  int readInt() throws IOException {
    return need(Integer.BYTES).getInt();
  }

  long readLong() throws IOException {
    return need(Long.BYTES).getLong();
  }

  byte[] readBytes(int count) throws IOException {
    byte[] bytes = new byte[count];
    for (int at = 0; at < count; ) {
      int piece = Math.min(count - at, in.capacity());
      need(piece).get(bytes, at, piece);
      at += piece;
    }
    return bytes;
  }

  void skip(long count) throws IOException {
    for (long left = count; left > 0; ) {
      int piece = (int) Math.min(left, in.capacity());
      need(piece).position(in.position() + piece);
      left -= piece;
    }
  }

  /** Writes a message whole. */
  void write(ByteBuffer... message) throws IOException {
    writing.lock();
    try {
      for (ByteBuffer part : message) {
        while (part.hasRemaining()) {
          channel.write(message);
        }
      }
    } finally {
      writing.unlock();
    }
  }

  @Override
  public void close() throws IOException {
    channel.close();
  }
}
