package org.heddle.store.nbd;

import java.io.EOFException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.SocketChannel;
import java.time.Duration;
import java.util.concurrent.locks.ReentrantLock;

/**
 * A connection's bytes: read by one thread, written by any, one message after the other. Numbers
 * are big-endian.
 */
final class Wire implements AutoCloseable {
  /** Written at once: a client that takes anything is seen to. */
  private static final int PIECE = 1 << 20;

  private final SocketChannel channel;
  private final ByteBuffer in = ByteBuffer.allocate(1 << 16).flip();
  private final ReentrantLock writing = new ReentrantLock();

  /** When the write that goes on moved last; 0: none goes on. */
  private volatile long moved;

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

  /** Writes a message of one part or two whole. */
  void write(ByteBuffer... message) throws IOException {
    writing.lock();
    try {
      ByteBuffer last = message[message.length - 1];
      int end = last.limit();
      while (message[0].hasRemaining() || last.position() < end) {
        last.limit(Math.min(end, last.position() + PIECE));
        moved = System.nanoTime() | 1;
        channel.write(message);
      }
    } finally {
      moved = 0;
      writing.unlock();
    }
  }

  /** Whether a write goes on of which the client has taken nothing for so long. */
  boolean stalled(Duration most) {
    long since = moved;
    return since != 0 && System.nanoTime() - since > most.toNanos();
  }

  @Override
  public void close() throws IOException {
    channel.close();
  }
}
