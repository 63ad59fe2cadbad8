package org.heddle.store.transfer;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.SequenceInputStream;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Collections;
import java.util.List;
import java.util.UUID;
import org.heddle.store.Block;
import org.heddle.store.ChunkId;
import org.heddle.store.ChunkRef;
import org.heddle.store.Difference;
import org.heddle.store.Lookalikes;
import org.jspecify.annotations.Nullable;

/** A request, ready to be sent as often as it takes. */
final class Request {
  private static final byte[] END = new byte[Long.BYTES];

  private final byte[] head;
  private final @Nullable Path file;
  private final long reply;

  private Request(byte[] head, @Nullable Path file, long reply) {
    this.head = head;
    this.file = file;
    this.reply = reply;
  }

  /** All of it that is not in a file. */
  byte[] head() {
    return head;
  }

  /** Most bytes of its reply. */
  long reply() {
    return reply;
  }

  private interface Fields {
    void write(DataOutputStream out) throws IOException;
  }

  private static Request of(Operation operation, long reply, @Nullable Path file, Fields fields) {
    try {
      ByteArrayOutputStream bytes = new ByteArrayOutputStream();
      DataOutputStream out = new DataOutputStream(bytes);
      out.writeByte(operation.number);
      fields.write(out);
      return new Request(bytes.toByteArray(), file, reply);
    } catch (IOException impossible) {
      throw new UncheckedIOException(impossible);
    }
  }

  static Request index(String name) {
    return of(Operation.INDEX, Bounds.INDEX, null, out -> name(name, out));
  }

  static Request missing(UUID session, Collection<ChunkId> chunks) {
    return of(
        Operation.MISSING,
        (chunks.size() + 7) / 8,
        null,
        out -> {
          session(session, out);
          out.writeInt(chunks.size());
          for (ChunkId chunk : chunks) {
            out.write(chunk.bytes());
          }
        });
  }

  static Request fetch(Collection<ChunkRef> chunks) {
    return of(Operation.FETCH, Bounds.REPLY, null, out -> chunks(chunks, out));
  }

  static Request sketches(Collection<ChunkRef> chunks) {
    long reply = (long) chunks.size() * Lookalikes.NUMBERS * Integer.BYTES;
    return of(Operation.SKETCHES, reply, null, out -> chunks(chunks, out));
  }

  static Request differ(Collection<ChunkRef> chunks, Collection<ChunkRef> references) {
    return of(
        Operation.DIFFER,
        Bounds.DIFFERENCE,
        null,
        out -> {
          chunks(chunks, out);
          chunks(references, out);
        });
  }

  private static void chunks(Collection<ChunkRef> chunks, DataOutputStream out) throws IOException {
    out.writeInt(chunks.size());
    for (ChunkRef chunk : chunks) {
      out.write(chunk.id().bytes());
      out.writeInt(chunk.length());
    }
  }

  /** As many chunks as one request may ask for, again and again. */
  static List<List<ChunkRef>> split(Collection<ChunkRef> wanted) {
    List<List<ChunkRef>> requests = new ArrayList<>();
    List<ChunkRef> some = new ArrayList<>();
    long bytes = 0;
    for (ChunkRef chunk : wanted) {
      if (some.size() == Bounds.WANTED || bytes + chunk.length() > Bounds.WANTED_BYTES) {
        requests.add(some);
        some = new ArrayList<>();
        bytes = 0;
      }
      some.add(chunk);
      bytes += chunk.length();
    }
    if (!some.isEmpty()) {
      requests.add(some);
    }
    return requests;
  }

  static Request begin() {
    return of(Operation.BEGIN, 16, null, _ -> {});
  }

  static Request put(UUID session, List<Block> blocks) {
    return of(
        Operation.PUT,
        8,
        null,
        out -> {
          session(session, out);
          for (Block block : blocks) {
            block.write(out);
          }
        });
  }

  static Request put(UUID session, Difference difference) {
    return of(
        Operation.PUT_DIFFERENCE,
        8,
        null,
        out -> {
          session(session, out);
          difference.write(out);
        });
  }

  static Request publish(UUID session, String name, boolean replace, Path index) {
    return of(
        Operation.PUBLISH,
        8,
        index,
        out -> {
          session(session, out);
          out.writeBoolean(replace);
          name(name, out);
        });
  }

  static Request end(UUID session) {
    return of(Operation.END, 0, null, out -> session(session, out));
  }

  private static void session(UUID session, DataOutputStream out) throws IOException {
    out.writeLong(session.getMostSignificantBits());
    out.writeLong(session.getLeastSignificantBits());
  }

  private static void name(String name, DataOutputStream out) throws IOException {
    byte[] bytes = name.getBytes(StandardCharsets.UTF_8);
    if (bytes.length > Bounds.NAME) {
      throw Fault.invalid("a name of more than " + Bounds.NAME + " bytes");
    }
    out.writeShort(bytes.length);
    out.write(bytes);
  }

  /** The message, framed. */
  InputStream open() throws IOException {
    Path tail = file;
    if (tail == null) {
      return join(number(head.length), bytes(head), bytes(END));
    }
    long length = Files.size(tail);
    InputStream content = Files.newInputStream(tail);
    return join(number(head.length), bytes(head), number(length), content, bytes(END));
  }

  private static InputStream join(InputStream... parts) {
    return new SequenceInputStream(Collections.enumeration(List.of(parts)));
  }

  private static InputStream number(long value) {
    return bytes(ByteBuffer.allocate(Long.BYTES).putLong(value).array());
  }

  private static InputStream bytes(byte[] bytes) {
    return new ByteArrayInputStream(bytes);
  }
}
