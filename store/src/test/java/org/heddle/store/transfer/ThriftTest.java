package org.heddle.store.transfer;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.github.luben.zstd.Zstd;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.Set;
import java.util.TreeMap;
import org.heddle.store.ChunkId;
import org.heddle.store.ChunkRef;
import org.heddle.store.Difference;
import org.heddle.store.IndexReader;
import org.heddle.store.Progress;
import org.heddle.store.Store;
import org.heddle.store.StoreException;
import org.heddle.store.StoreWriter;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Chunks that go as what they differ by from chunks that both sides have. */
final class ThriftTest {
  private static final String OLD = "old";
  private static final int SIZE = 1 << 20;

  @TempDir private Path folder;
  private byte[] old = new byte[0];
  private byte[] next = new byte[0];
  private Store both;
  private Store one;

  /** Noise, and the same with a byte changed in each stretch of about 5 KiB: no chunk is equal. */
  @BeforeEach
  void twoStores() throws IOException {
    old = new byte[SIZE];
    new Random(1).nextBytes(old);
    next = old.clone();
    for (int at = 100; at < SIZE; at += 5000) {
      next[at] ^= 1;
    }
    both = Sample.store(folder.resolve("both"), next);
    Sample.add(both, OLD, old);
    one = Store.openOrCreate(folder.resolve("one"));
    Sample.add(one, OLD, old);
  }

  private static TransferReport pull(Store into, RemoteStore from, Traffic traffic)
      throws IOException {
    return new Pull(into, from, Site.alone(), traffic, Progress.NONE)
        .small(true)
        .pull(Sample.NAME, Sample.NAME, Optional.empty(), false);
  }

  private static TransferReport push(Store from, RemoteStore to, Traffic traffic)
      throws IOException {
    return new Push(from, to, traffic, Progress.NONE)
        .small(true)
        .push(Sample.NAME, Sample.NAME, true);
  }

  @Test
  void aPullTakesLittleOfWhatIsLikeSomethingHere() throws Exception {
    Traffic traffic = new Traffic();
    try (HttpStoreServer server = Sample.serve(both);
        RemoteStore from = RemoteStore.reading(Sample.of(server), Sample.once(), traffic)) {
      TransferReport report = pull(one, from, traffic);
      assertThat(report.bytesSent()).isEqualTo(traffic.all()).isLessThan(SIZE / 10);
      assertThat(report.bytesMoved()).isEqualTo(SIZE);
    }
    Sample.assertHolds(one, Sample.NAME, next);
  }

  @Test
  void aPushSendsLittleOfWhatIsLikeSomethingThere() throws Exception {
    Traffic traffic = new Traffic();
    try (HttpStoreServer server = Sample.serve(one);
        RemoteStore to = RemoteStore.adding(Sample.of(server), Sample.once(), traffic)) {
      TransferReport report = push(both, to, traffic);
      assertThat(report.bytesSent()).isEqualTo(traffic.all()).isLessThan(SIZE / 10);
      assertThat(report.bytesMoved()).isEqualTo(SIZE);
    }
    Sample.assertHolds(one, Sample.NAME, next);
  }

  @Test
  void whereNothingIsSimilarAllGoesAsItIs() throws Exception {
    Store empty = Store.openOrCreate(folder.resolve("empty"));
    Store other = Sample.store(folder.resolve("other"), new byte[0]);
    try (HttpStoreServer server = Sample.serve(both);
        RemoteStore from = RemoteStore.reading(Sample.of(server), Sample.once(), new Traffic())) {
      pull(empty, from, new Traffic());
    }
    try (HttpStoreServer server = Sample.serve(other);
        RemoteStore to = RemoteStore.adding(Sample.of(server), Sample.once(), new Traffic())) {
      push(both, to, new Traffic());
    }
    Sample.assertHolds(empty, Sample.NAME, next);
    Sample.assertHolds(other, Sample.NAME, next);
  }

  @Test
  void whoHasNotWhatADifferenceRefersToGetsTheChunksAsTheyAre() throws Exception {
    Store empty = Store.openOrCreate(folder.resolve("empty"));
    try (StoreWriter writer = empty.writer()) {
      assertThat(writer.addDifference(difference())).isEmpty();
      assertThat(writer.has(difference().chunks().getFirst().id())).isFalse();
    }
    byte[] refused = ByteBuffer.allocate(8).putLong(-1).array();
    try (Responder responder = new Responder(one, false, Duration.ofMinutes(1))) {
      RemoteStore to =
          new RemoteStore(
              new Liar(
                  responder, Operation.PUT_DIFFERENCE, (_, _, out) -> Liar.framed(out, refused)),
              1);
      push(both, to, new Traffic());
    }
    Sample.assertHolds(one, Sample.NAME, next);
  }

  private static List<ChunkRef> chunks(Store store, String name) throws IOException {
    Set<ChunkRef> chunks = new LinkedHashSet<>();
    try (IndexReader index = store.index(name)) {
      index.eachChunk(chunks::add);
    }
    return List.copyOf(chunks);
  }

  private Difference difference() throws IOException {
    return Difference.of(both, chunks(both, Sample.NAME).subList(0, 9), chunks(both, OLD))
        .orElseThrow();
  }

  private static byte[] wire(Difference difference) throws IOException {
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    difference.write(out);
    return out.toByteArray();
  }

  private Map<String, Liar.Lie> lies() throws IOException {
    List<ChunkRef> here = chunks(one, OLD).subList(0, 2);
    byte[] dictionary = new byte[here.stream().mapToInt(ChunkRef::length).sum()];
    System.arraycopy(old, 0, dictionary, 0, dictionary.length);
    ChunkId right = ChunkId.hash(dictionary, 0, dictionary.length);
    byte[] bomb = Zstd.compress(new byte[64 << 20]);
    Map<String, Liar.Lie> lies = new TreeMap<>();
    lies.put(
        "chunks that it was not told are here",
        (wanted, _, out) -> {
          ChunkRef strange = new ChunkRef(right, 4096);
          Liar.framed(out, Liar.difference(1, List.of(strange), of(wanted.getFirst(), right)));
        });
    lies.put(
        "which it brings itself",
        (wanted, _, out) -> {
          ChunkRef chunk = wanted.getFirst();
          Liar.framed(out, Liar.difference(1, List.of(chunk), of(chunk, right)));
        });
    lies.put(
        "other bytes than its chunks' names say",
        (wanted, _, out) ->
            Liar.framed(out, Liar.difference(1, here.subList(0, 1), of(wanted.getFirst(), right))));
    lies.put(
        "number of references",
        (wanted, _, out) ->
            Liar.framed(out, Liar.difference(1 << 30, here, of(wanted.getFirst(), right))));
    lies.put(
        "cannot be decompressed",
        (wanted, _, out) ->
            Liar.framed(
                out,
                Liar.difference(
                    2,
                    here,
                    Liar.wire(2, wanted.getFirst().length(), wanted.subList(0, 1), right, bomb))));
    lies.put(
        "without a reference",
        (wanted, _, out) ->
            Liar.framed(
                out,
                Liar.difference(
                    2,
                    here,
                    Liar.wire(
                        1,
                        wanted.getFirst().length(),
                        wanted.subList(0, 1),
                        new ChunkId(0, 0, 0, 0),
                        bomb))));
    lies.put(
        "ends before its end",
        (_, _, out) -> Liar.framed(out, Liar.difference(2, List.of(), new byte[3])));
    lies.put(
        "without its block",
        (_, _, out) -> Liar.framed(out, Liar.difference(2, here, new byte[0])));
    lies.put("is no difference", (_, _, out) -> Liar.framed(out, new byte[] {9, 9, 9, 9, 9}));
    return lies;
  }

  private static byte[] of(ChunkRef chunk, ChunkId reference) {
    return Liar.wire(2, chunk.length(), List.of(chunk), reference, Zstd.compress(new byte[9]));
  }

  @Test
  void whatRefersToWhatItMustNotIsRefusedAndTheReasonIsSaid() throws Exception {
    try (Responder honest = new Responder(both, true, Duration.ofMinutes(1))) {
      for (Map.Entry<String, Liar.Lie> lie : lies().entrySet()) {
        RemoteStore liar = new RemoteStore(new Liar(honest, Operation.DIFFER, lie.getValue()), 2);
        assertThatThrownBy(() -> pull(one, liar, new Traffic()))
            .as(lie.getKey())
            .isInstanceOf(StoreException.class)
            .hasMessageContaining("given up: {liar=")
            .hasMessageContaining(lie.getKey());
        assertThat(one.names()).as(lie.getKey()).containsExactly(OLD);
      }
    }
  }

  @Test
  void sketchesThatLieCostBytesAndNothingElse() throws Exception {
    Random random = new Random(3);
    try (Responder honest = new Responder(both, true, Duration.ofMinutes(1))) {
      Liar.Lie lie =
          (wanted, told, out) -> {
            byte[] sketches = new byte[told.length - 16];
            System.arraycopy(told, 8, sketches, 0, sketches.length);
            // Others than theirs: each the next one's.
            byte[] turned = sketches.clone();
            System.arraycopy(sketches, 24, turned, 0, sketches.length - 24);
            turned[random.nextInt(turned.length)]++;
            Liar.framed(out, turned);
          };
      pull(one, new RemoteStore(new Liar(honest, Operation.SKETCHES, lie), 2), new Traffic());
    }
    Sample.assertHolds(one, Sample.NAME, next);
  }

  @Test
  void aFlippedBitInADifferenceNeverReachesAStore() throws Exception {
    byte[] whole = wire(difference());
    List<ChunkRef> honest = difference().chunks();
    List<ChunkRef> references = difference().references();
    List<String> refused = new ArrayList<>();
    try (StoreWriter writer = one.writer()) {
      for (int seed = 0; seed < 400; seed++) {
        Random random = new Random(seed);
        byte[] flipped = whole.clone();
        flipped[random.nextInt(flipped.length)] ^= (byte) (1 << random.nextInt(8));
        try {
          Difference read = Difference.read(new ByteArrayInputStream(flipped)).orElseThrow();
          new Expected("liar", honest).check(read, references);
          assertThat(writer.addDifference(read)).as("seed %d", seed).isEmpty();
        } catch (StoreException said) {
          refused.add(said.getMessage());
        }
        for (ChunkRef chunk : honest) {
          assertThat(writer.has(chunk.id())).as("seed %d", seed).isFalse();
        }
      }
      assertThat(refused).hasSize(400);
    }
  }
}
