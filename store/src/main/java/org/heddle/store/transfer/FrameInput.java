package org.heddle.store.transfer;

import java.io.DataInputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;

/**
 * A message, read from its frames. A frame is a signed length (8 bytes, big-endian) and as many
 * bytes; 0 ends the message; -1 ends it with a failure: a code (1 byte), a length (2) and a text in
 * UTF-8. A stream that ends before the message is a {@link CutException}, so that a short message
 * is never taken for a whole one.
 */
final class FrameInput extends InputStream {
  private final DataInputStream in;
  private long room;
  private long left;
  private boolean ended;

  /**
   * @param most bytes that the message may have
   */
  FrameInput(InputStream in, long most) {
    this.in = new DataInputStream(in);
    this.room = most;
  }

  /** Once it is known what the message is: how long the rest of it may be. */
  void limit(long most) {
    room = most;
  }

  /** Whether the whole message has been read, be it a failure. */
  boolean ended() {
    return ended;
  }

  private boolean more() throws IOException {
    while (left == 0 && !ended) {
      long length = number();
      if (length == 0) {
        ended = true;
      } else if (length == -1) {
        ended = true;
        throw failure();
      } else if (length < 0 || length > room) {
        throw Fault.malformed("the other side sends a message longer than it may be");
      } else {
        room -= length;
        left = length;
      }
    }
    return !ended;
  }

  private long number() throws IOException {
    try {
      return in.readLong();
    } catch (EOFException cut) {
      throw new CutException("the connection was cut", cut);
    }
  }

  private IOException failure() throws IOException {
    try {
      int code = in.readUnsignedByte();
      byte[] text = new byte[in.readUnsignedShort()];
      in.readFully(text);
      return Fault.said(code, Fault.harmless(new String(text, StandardCharsets.UTF_8)));
    } catch (EOFException cut) {
      return new CutException("the connection was cut", cut);
    }
  }

  @Override
  public int read() throws IOException {
    byte[] one = new byte[1];
    return read(one, 0, 1) < 0 ? -1 : one[0] & 0xff;
  }

  @Override
  public int read(byte[] to, int offset, int length) throws IOException {
    if (length == 0) {
      return 0;
    }
    if (!more()) {
      return -1;
    }
    int count = in.read(to, offset, (int) Math.min(length, left));
    if (count < 0) {
      throw new CutException("the connection was cut");
    }
    left -= count;
    return count;
  }

  /** Nothing but the end may follow. */
  void expectEnd() throws IOException {
    if (read() >= 0) {
      throw Fault.malformed("the other side sends more than was asked for");
    }
  }

  /** Reads what is left of the message, to be able to answer. */
  void drain() throws IOException {
    byte[] piece = new byte[1 << 14];
    int count = 0;
    while (count >= 0) {
      count = read(piece, 0, piece.length);
    }
  }
}
