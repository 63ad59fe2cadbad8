package org.heddle.store;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class RoundTripTest {
  @TempDir Path folder;

  @Test
  void whatWasStoredComesBackAndEditsShareTheRest() throws IOException {
    Store store = Store.create(folder.resolve("s"), 0);
    for (long seed = 0; seed < 12; seed++) {
      Random random = new Random(seed);
      byte[] first = Samples.image(random, 1 + random.nextInt(700));
      byte[] second = Samples.edited(random, first);
      Path file = Samples.file(folder, "a", first);
      Samples.make(store, file, "a" + seed);
      MakeReport again = Samples.make(store, Samples.file(folder, "b", second), "b" + seed);
      assertThat(again.newBytes())
          .as("new bytes of an edited file, seed %d", seed)
          .isLessThanOrEqualTo(8L * 3 * Chunker.MOST);
      Samples.assertHolds(Store.open(store.folder()), "a" + seed, first, "seed " + seed);
      Path out = folder.resolve("out");
      Samples.extract(store, "b" + seed, out);
      assertThat(out).as("seed %d", seed).hasBinaryContent(second);
      Samples.update(store, "a" + seed, out);
      assertThat(out).as("in place, seed %d", seed).hasBinaryContent(first);
    }
  }

  @Test
  void whatIsNoRegularFileIsNotReplaced() throws IOException {
    Store store = Store.create(folder.resolve("s"), 0);
    Samples.make(store, Samples.file(folder, "f", new byte[] {7}), "f");
    Path other = Files.createDirectory(folder.resolve("other"));
    assertThatThrownBy(() -> Samples.extract(store, "f", other))
        .hasMessageContaining("no regular file");
    assertThat(other).isEmptyDirectory();
    Path pointer = Files.createSymbolicLink(folder.resolve("pointer"), Path.of("/dev/null"));
    assertThatThrownBy(() -> Samples.extract(store, "f", pointer))
        .hasMessageContaining("no regular file");
    assertThat(pointer).isSymbolicLink();
  }

  @Test
  void emptyTinyAndZeroFiles() throws IOException {
    Store store = Store.create(folder.resolve("s"), 0);
    for (byte[] data :
        List.of(
            new byte[0],
            new byte[1],
            new byte[] {7},
            new byte[4095],
            new byte[4096],
            new byte[100_000],
            Samples.noise(new Random(1), 4097),
            Samples.noise(new Random(2), 3 << 20))) {
      Samples.make(store, Samples.file(folder, "f", data), "f");
      Samples.assertHolds(store, "f", data, data.length + " bytes");
      Path out = folder.resolve("out");
      Samples.extract(store, "f", out);
      assertThat(out).hasBinaryContent(data);
    }
  }

  @Test
  void holesAndZeroRunsCostNothingAndComeBackAsHoles() throws IOException {
    Store store = Store.create(folder.resolve("s"), 0);
    long size = 3L << 30;
    Path file = Samples.sparse(folder.resolve("sparse"), size, Samples.noise(new Random(3), 5000));
    MakeReport made = Samples.make(store, file, "sparse");
    assertThat(made.bytesStored()).isLessThan(8000);
    assertThat(made.index().info().dataBytes()).isLessThan(3 * 4096);
    Path out = folder.resolve("out");
    ExtractReport back = Samples.extract(store, "sparse", out);
    assertThat(back.bytesWritten()).isLessThan(3 * 4096);
    assertThat(Files.size(out)).isEqualTo(size);
    assertThat(allocated(out)).isLessThan(1 << 20);
    assertThat(made.index().info().entries()).isLessThan(8);
  }

  @Test
  void anUpdateWritesOnlyWhatDiffersAndMakesHoles() throws IOException {
    Store store = Store.create(folder.resolve("s"), 0);
    Random random = new Random(4);
    byte[] old = Samples.noise(random, 8 << 20);
    byte[] young = old.clone();
    java.util.Arrays.fill(young, 1 << 20, 3 << 20, (byte) 0);
    System.arraycopy(Samples.noise(random, 100), 0, young, 5 << 20, 100);
    Samples.make(store, Samples.file(folder, "young", young), "young");
    Path file = Samples.file(folder, "old", old);
    ExtractReport done = Samples.update(store, "young", file);
    assertThat(file).hasBinaryContent(young);
    assertThat(done.bytesWritten()).isLessThan(4L * Chunker.MOST);
    assertThat(allocated(file)).isLessThan(7 << 20);
  }

  @Test
  void chunksMoveFromStoreToStoreAsBlocks() throws IOException {
    byte[] data = Samples.image(new Random(5), 3000);
    Store from = Store.create(folder.resolve("from"), 0);
    Store to = Store.create(folder.resolve("to"), 0);
    Samples.make(from, Samples.file(folder, "f", data), "f");
    Samples.make(to, Samples.file(folder, "g", Samples.edited(new Random(6), data)), "similar");
    List<Block> sent = new ArrayList<>();
    try (StoreWriter writer = to.writer();
        IndexDraft draft = writer.receiveIndex(Files.newInputStream(from.indexFile("f")), null)) {
      from.fetch(
          writer.missing(draft),
          block -> {
            var wire = new java.io.ByteArrayOutputStream();
            block.write(wire);
            assertThat(wire.size()).isEqualTo(Math.toIntExact(block.wireLength()));
            Block came = Block.read(new ByteArrayInputStream(wire.toByteArray())).orElseThrow();
            sent.add(came);
            writer.addBlock(came);
          });
      writer.publish("f", draft, false);
    }
    assertThat(sent.stream().mapToLong(Block::rawLength).sum()).isLessThan(data.length / 4);
    Samples.assertHolds(to, "f", data, "seed 5");
    assertThat(new Verifier(to, Progress.NONE).verify().sound()).isTrue();
  }

  @Test
  void theSmallEffortIsSmallerAndReadsAlike() throws IOException {
    byte[] data = Samples.image(new Random(7), 2000);
    Path file = Samples.file(folder, "f", data);
    Store fast = Store.create(folder.resolve("fast"), 0);
    Samples.make(fast, file, "f");
    Store small = Store.create(folder.resolve("small"), 0);
    try (StoreWriter writer = small.writer(Effort.SMALL)) {
      new Maker(writer, Progress.NONE).make(file, "f", false);
    }
    assertThat(small.usage().bytes()).isLessThan(fast.usage().bytes());
    Samples.assertHolds(small, "f", data, "seed 7");
  }

  /** Bytes that the file takes on the disk. */
  private static long allocated(Path file) throws IOException {
    Process stat = new ProcessBuilder("stat", "-c", "%b", file.toString()).start();
    String told = new String(stat.getInputStream().readAllBytes(), StandardCharsets.US_ASCII);
    return 512 * Long.parseLong(told.strip());
  }

  /** Counts what was read of the file when it was refused. */
  private long refusedAfter(Store store, Path file) throws IOException {
    long[] read = new long[1];
    try (StoreWriter writer = store.writer()) {
      assertThatThrownBy(
              () -> new Maker(writer, (done, _) -> read[0] = done).make(file, "f", false))
          .isInstanceOfSatisfying(
              StoreException.class,
              taken -> assertThat(taken.kind()).isEqualTo(StoreException.Kind.CONFLICT))
          .hasMessageContaining("'f'");
    }
    return read[0];
  }

  @Test
  void anotherFileUnderATakenNameIsRefusedWhereItBeginsToDiffer() throws IOException {
    Store store = Store.create(folder.resolve("s"), 0);
    byte[] data = Samples.image(new Random(21), 9000);
    Path file = Samples.file(folder, "f", data);
    Samples.make(store, file, "f");
    long packs = store.usage().packs();
    for (Effort effort : Effort.values()) {
      try (StoreWriter writer = store.writer(effort)) {
        MakeReport again = new Maker(writer, Progress.NONE).make(file, "f", false);
        assertThat(again.newChunks()).isZero();
      }
    }
    data[2_000_000] ^= 1;
    assertThat(refusedAfter(store, Samples.file(folder, "g", data))).isLessThan(4_000_000);
    assertThat(refusedAfter(store, Samples.file(folder, "h", new byte[9]))).isZero();
    data[2_000_000] ^= 1;
    data[data.length - 1] ^= 1;
    refusedAfter(store, Samples.file(folder, "i", data));
    refusedAfter(store, Samples.sparse(folder.resolve("j"), data.length, new byte[] {1}));
    refusedAfter(store, Samples.sparse(folder.resolve("k"), data.length, new byte[] {0}));
    assertThat(store.usage().packs()).as("nothing was written").isEqualTo(packs);
  }

  @Test
  void aDamagedIndexIsReplacedByTheSameFileMadeAgain() throws IOException {
    Store store = Store.create(folder.resolve("s"), 0);
    Path file = Samples.file(folder, "f", Samples.noise(new Random(22), 300_000));
    Samples.make(store, file, "f");
    byte[] index = Files.readAllBytes(store.indexFile("f"));
    Files.write(store.indexFile("f"), HostileInputTest.flip(index, index.length * 8 - 3));
    try (StoreWriter writer = store.writer()) {
      new Maker(writer, Progress.NONE).make(file, "f", false);
    }
    assertThat(store.indexFile("f")).hasBinaryContent(index);
  }
}
