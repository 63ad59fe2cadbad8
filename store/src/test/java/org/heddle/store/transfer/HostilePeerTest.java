package org.heddle.store.transfer;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.github.luben.zstd.Zstd;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.DataInputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.TreeMap;
import org.heddle.store.Block;
import org.heddle.store.ChunkId;
import org.heddle.store.ChunkRef;
import org.heddle.store.Effort;
import org.heddle.store.IndexReader;
import org.heddle.store.Progress;
import org.heddle.store.Store;
import org.heddle.store.StoreException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class HostilePeerTest {
  private static final byte[] DATA = Sample.image(21, 60);

  @TempDir private Path folder;

  /** Answers fetches with bytes of its own, everything else as an honest store does. */
  private record Liar(Responder honest, Lie lie) implements Connection {
    private interface Lie {
      void fetch(List<ChunkRef> wanted, byte[] honest, OutputStream out) throws IOException;
    }

    @Override
    public <T> T ask(Request request, Reply<T> reply) throws IOException {
      byte[] asked = request.open().readAllBytes();
      ByteArrayOutputStream told = new ByteArrayOutputStream();
      honest.answer(new ByteArrayInputStream(asked), told);
      ByteArrayOutputStream answer = told;
      if (request.head()[0] == Operation.FETCH.number) {
        answer = new ByteArrayOutputStream();
        lie.fetch(wanted(request), told.toByteArray(), answer);
      }
      FrameInput message =
          new FrameInput(new ByteArrayInputStream(answer.toByteArray()), request.reply());
      T value = reply.read(message);
      message.expectEnd();
      return value;
    }

    private static List<ChunkRef> wanted(Request request) {
      ByteBuffer head = ByteBuffer.wrap(request.head()).position(5);
      List<ChunkRef> wanted = new ArrayList<>();
      while (head.hasRemaining()) {
        wanted.add(new ChunkRef(ChunkId.read(head), head.getInt()));
      }
      return wanted;
    }

    @Override
    public String name() {
      return "liar";
    }

    @Override
    public void close() {}
  }

  private static void framed(OutputStream out, byte[] message) throws IOException {
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
  private static byte[] wire(int codec, int raw, List<ChunkRef> chunks, ChunkId ref, byte[] data) {
    ByteBuffer out = ByteBuffer.allocate(52 + 36 * chunks.size() + data.length);
    out.putInt(0x48444C42).put((byte) codec).put(new byte[3]);
    out.putInt(raw).putInt(data.length).putInt(chunks.size());
    ref.write(out);
    for (ChunkRef chunk : chunks) {
      chunk.id().write(out);
      out.putInt(chunk.length());
    }
    return out.put(data).array();
  }

  private static Map<String, Liar.Lie> lies() {
    ChunkId none = new ChunkId(0, 0, 0, 0);
    Map<String, Liar.Lie> lies = new TreeMap<>();
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

  private static TransferReport pull(Store here, RemoteStore origin) throws IOException {
    return new Pull(here, origin, Site.alone(), new Traffic(), Progress.NONE)
        .pull(Sample.NAME, Sample.NAME, Optional.empty(), false);
  }

  @Test
  void nothingThatALiarSendsIsStoredAndTheReasonIsSaid() throws Exception {
    Store there = Sample.store(folder.resolve("there"), DATA);
    int number = 0;
    try (Responder honest = new Responder(there, true, Duration.ofMinutes(1))) {
      for (Map.Entry<String, Liar.Lie> lie : lies().entrySet()) {
        Store here = Store.openOrCreate(folder.resolve("here" + number++));
        RemoteStore liar = new RemoteStore(new Liar(honest, lie.getValue()), 2);
        assertThatThrownBy(() -> pull(here, liar))
            .as(lie.getKey())
            .isInstanceOf(StoreException.class)
            .hasMessageContaining("given up: {liar=");
        assertThat(here.names()).as(lie.getKey()).isEmpty();
      }
    }
  }

  @Test
  void aFlippedBitAnywhereIsFoundAndAnotherSourceTakesOver() throws Exception {
    Store there = Sample.store(folder.resolve("there"), DATA);
    try (Responder honest = new Responder(there, true, Duration.ofMinutes(1));
        HttpStoreServer server = Sample.serve(there)) {
      for (int seed = 0; seed < 40; seed++) {
        Random random = new Random(seed);
        RemoteStore liar =
            new RemoteStore(
                new Liar(
                    honest,
                    (_, told, out) -> {
                      byte[] flipped = told.clone();
                      flipped[random.nextInt(flipped.length)] ^= (byte) (1 << random.nextInt(8));
                      out.write(flipped);
                    }),
                2);
        Store here = Store.openOrCreate(folder.resolve("here" + seed));
        Traffic traffic = new Traffic();
        try (RemoteStore origin = RemoteStore.reading(Sample.of(server), Sample.once(), traffic)) {
          new Pull(here, origin, new Site(List.of(liar), Optional.empty()), traffic, Progress.NONE)
              .pull(Sample.NAME, Sample.NAME, Optional.empty(), false);
        }
        Sample.assertHolds(here, Sample.NAME, DATA);
      }
    }
  }

  @Test
  void requestsThatAreNoneHarmNothing() throws Exception {
    Store store = Sample.store(folder.resolve("store"), DATA);
    List<byte[]> whole = new ArrayList<>();
    try (IndexReader index = store.index(Sample.NAME)) {
      List<ChunkRef> chunks = new ArrayList<>();
      index.eachChunk(chunks::add);
      whole.add(Request.fetch(chunks).open().readAllBytes());
      whole.add(
          Request.missing(Responder.NO_SESSION, chunks.stream().map(ChunkRef::id).toList())
              .open()
              .readAllBytes());
      whole.add(Request.index("../" + Sample.NAME).open().readAllBytes());
      whole.add(Request.begin().open().readAllBytes());
    }
    try (Responder responder = new Responder(store, false, Duration.ofMinutes(1))) {
      for (int seed = 0; seed < 2000; seed++) {
        Random random = new Random(seed);
        byte[] request = whole.get(random.nextInt(whole.size())).clone();
        for (int i = 0; i <= random.nextInt(4); i++) {
          request[random.nextInt(Math.min(request.length, 60))] = (byte) random.nextInt(256);
        }
        try {
          responder.answer(new ByteArrayInputStream(request), new ByteArrayOutputStream());
        } catch (IOException refused) {
          assertThat(refused).as("seed %d", seed).isNotNull();
        }
      }
    }
    Sample.assertHolds(store, Sample.NAME, DATA);
    assertThat(store.names()).containsExactly(Sample.NAME);
  }

  @Test
  void aNameThatLeadsOutIsRefused() throws Exception {
    Store there = Sample.store(folder.resolve("there"), DATA);
    try (Responder responder = new Responder(there, false, Duration.ofMinutes(1))) {
      for (String name : List.of("../format", "a/b", "/etc/passwd", ".", "x\0y")) {
        ByteArrayOutputStream reply = new ByteArrayOutputStream();
        responder.answer(Request.index(name).open(), reply);
        FrameInput message = new FrameInput(new ByteArrayInputStream(reply.toByteArray()), 1 << 20);
        assertThatThrownBy(() -> new DataInputStream(message).readLong())
            .as(name)
            .isInstanceOf(StoreException.class)
            .hasMessageContaining("cannot be a name");
      }
    }
  }
}
