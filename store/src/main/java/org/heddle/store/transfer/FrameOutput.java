package org.heddle.store.transfer;

import java.io.IOException;
import java.io.OutputStream;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;

/** Writes a message as frames; see {@link FrameInput}. */
final class FrameOutput extends OutputStream {
  private static final int BUFFER = 1 << 16;

  private final OutputStream out;
  private final ByteBuffer buffer = ByteBuffer.allocate(Long.BYTES + BUFFER).position(Long.BYTES);

  FrameOutput(OutputStream out) {
    this.out = out;
  }

  @Override
  public void write(int value) throws IOException {
    write(new byte[] {(byte) value}, 0, 1);
  }

  @Override
  public void write(byte[] from, int offset, int length) throws IOException {
    int at = offset;
    while (at < offset + length) {
      if (!buffer.hasRemaining()) {
        frame();
      }
      int count = Math.min(buffer.remaining(), offset + length - at);
      buffer.put(from, at, count);
      at += count;
    }
  }

  private void frame() throws IOException {
    int length = buffer.position() - Long.BYTES;
    if (length > 0) {
      buffer.putLong(0, length);
      out.write(buffer.array(), 0, buffer.position());
      buffer.position(Long.BYTES);
    }
  }

  @Override
  public void flush() throws IOException {
    frame();
    out.flush();
  }

  /** Ends the message; the stream below stays open. */
  void finish() throws IOException {
    frame();
    out.write(new byte[Long.BYTES]);
    out.flush();
  }

  /** Ends the message with a failure. */
  void fail(int code, String message) throws IOException {
    frame();
    byte[] text = Fault.harmless(message).getBytes(StandardCharsets.UTF_8);
    byte[] bounded = Arrays.copyOf(text, Math.min(text.length, Short.MAX_VALUE));
    ByteBuffer end = ByteBuffer.allocate(Long.BYTES + 3 + bounded.length);
    end.putLong(-1).put((byte) code).putShort((short) bounded.length).put(bounded);
    out.write(end.array());
    out.flush();
  }
}
