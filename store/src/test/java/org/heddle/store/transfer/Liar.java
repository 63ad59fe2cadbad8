package org.heddle.store.transfer;

import com.github.luben.zstd.Zstd;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.heddle.store.Block;
import org.heddle.store.ChunkId;
import org.heddle.store.ChunkRef;
import org.heddle.store.Effort;

/**
 * Answers one kind of question with bytes of its own, everything else as an honest store does.
 *
 * @param about what it lies about
 */
record Liar(Responder honest, Operation about, Lie lie) implements Connection {
  /** Lies about chunks. */
  Liar(Responder honest, Lie lie) {
    this(honest, Operation.FETCH, lie);
  }

  interface Lie {
    void fetch(List<ChunkRef> wanted, byte[] honest, OutputStream out) throws IOException;
  }

  @Override
  public <T> T ask(Request request, Reply<T> reply) throws IOException {
    byte[] asked = request.open().readAllBytes();
    ByteArrayOutputStream told = new ByteArrayOutputStream();
    honest.answer(new ByteArrayInputStream(asked), told);
    ByteArrayOutputStream answer = told;
    if (request.head()[0] == about.number) {
      answer = new ByteArrayOutputStream();
      lie.fetch(wanted(request), told.toByteArray(), answer);
    }
    FrameInput message =
        new FrameInput(new ByteArrayInputStream(answer.toByteArray()), request.reply());
    T value = reply.read(message);
    message.expectEnd();
    return value;
  }

  /** The chunks that are asked for, when any are. */
  private List<ChunkRef> wanted(Request request) {
    return switch (about) {
      case FETCH, DIFFER, SKETCHES -> {
        ByteBuffer head = ByteBuffer.wrap(request.head()).position(1);
        List<ChunkRef> wanted = new ArrayList<>();
        for (int left = head.getInt(); left > 0; left--) {
          wanted.add(new ChunkRef(ChunkId.read(head), head.getInt()));
        }
        yield wanted;
      }
      case INDEX, MISSING, BEGIN, PUT, PUBLISH, END, PUT_DIFFERENCE -> List.of();
    };
  }

  @Override
  public String name() {
    return "liar";
  }

  @Override
  public void close() {}

  static void framed(OutputStream out, byte[] message) throws IOException {
    FrameOutput frames = new FrameOutput(out);
    frames.write(message);
    frames.finish();
  }

  private static byte[] wire(Block block) throws IOException {
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    block.write(out);
    return out.toByteArray();
  }

  /** A block whose parts say whatever they say. */
  static byte[] wire(int codec, int raw, List<ChunkRef> chunks, ChunkId ref, byte[] data) {
    ByteBuffer out = ByteBuffer.allocate(52 + 36 * chunks.size() + data.length);
    out.putInt(0x48444C42).put((byte) codec).put(new byte[3]);
    out.putInt(raw).putInt(data.length).putInt(chunks.size());
    ref.write(out);
    chunks(chunks, out);
    return out.put(data).array();
  }

  /** A difference whose parts say whatever they say. */
  static byte[] difference(int count, List<ChunkRef> references, byte[] block) {
    ByteBuffer out = ByteBuffer.allocate(8 + 36 * references.size() + block.length);
    out.putInt(0x48444C44).putInt(count);
    chunks(references, out);
    return out.put(block).array();
  }

  private static void chunks(List<ChunkRef> chunks, ByteBuffer out) {
    for (ChunkRef chunk : chunks) {
      chunk.id().write(out);
      out.putInt(chunk.length());
    }
  }

  /** Wrong answers to a question for chunks. */
  static Map<String, Lie> lies() {
    ChunkId none = new ChunkId(0, 0, 0, 0);
    Map<String, Lie> lies = new TreeMap<>();
    lies.put(
        "other bytes than the chunk's name says",
        (wanted, _, out) -> {
          ChunkRef chunk = wanted.getFirst();
          framed(out, wire(0, chunk.length(), List.of(chunk), none, new byte[chunk.length()]));
        });
    lies.put(
        "a bomb that unpacks to more than it says",
        (wanted, _, out) -> {
          ChunkRef chunk = wanted.getFirst();
          byte[] bomb = Zstd.compress(new byte[64 << 20]);
          framed(out, wire(1, chunk.length(), List.of(chunk), none, bomb));
        });
    lies.put(
        "lengths beyond all bounds",
        (wanted, _, out) ->
            framed(out, wire(1, -1, List.of(wanted.getFirst()), none, new byte[9])));
    lies.put(
        "a block that needs another",
        (wanted, _, out) -> {
          ChunkRef chunk = wanted.getFirst();
          framed(out, wire(2, chunk.length(), List.of(chunk), chunk.id(), new byte[9]));
        });
    lies.put(
        "chunks that nobody asked for",
        (_, _, out) -> {
          byte[] mine = {1, 2, 3};
          ChunkRef chunk = new ChunkRef(ChunkId.hash(mine, 0, 3), 3);
          framed(out, wire(Block.of(mine, List.of(chunk), Effort.FAST)));
        });
    lies.put(
        "the same block for ever",
        (_, honest, out) -> {
          Block all =
              Block.read(new FrameInput(new ByteArrayInputStream(honest), 1 << 30)).orElseThrow();
          Block one = Block.of(all.open(null), all.chunks().subList(0, 1), Effort.FAST);
          ByteArrayOutputStream many = new ByteArrayOutputStream();
          for (int i = 0; i < 50; i++) {
            one.write(many);
          }
          framed(out, many.toByteArray());
        });
    lies.put(
        "a frame without an end",
        (_, _, out) -> out.write(ByteBuffer.allocate(8).putLong(Long.MAX_VALUE).array()));
    lies.put(
        "no block at all",
        (_, _, out) -> framed(out, "<html>".getBytes(java.nio.charset.StandardCharsets.US_ASCII)));
    return lies;
  }
}
