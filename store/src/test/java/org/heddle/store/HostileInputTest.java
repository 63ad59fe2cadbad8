package org.heddle.store;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.github.luben.zstd.Zstd;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Whatever comes from outside is refused with a StoreException, or is what it says. */
final class HostileInputTest {
  @TempDir Path folder;
  private Store store = uninitialised();

  @SuppressWarnings("NullAway")
  private static Store uninitialised() {
    return null;
  }

  @BeforeEach
  void fill() throws IOException {
    store = Store.create(folder.resolve("s"), 0);
    Samples.make(store, Samples.file(folder, "f", Samples.image(new Random(1), 60)), "f");
  }

  @Test
  void aFlippedBitOfAnIndexIsSeen() throws IOException {
    byte[] index = Files.readAllBytes(store.indexFile("f"));
    ChunkId id = store.indexes().getFirst().info().id();
    readIndex(index, id);
    for (int bit = 0; bit < index.length * 8; bit++) {
      byte[] flipped = flip(index, bit);
      assertRefused(() -> readIndex(flipped, id), "bit " + bit);
    }
  }

  @Test
  void aFlippedBitOfAnUnknownIndexIsSeenToo() throws IOException {
    byte[] index = Files.readAllBytes(store.indexFile("f"));
    for (int bit = 0; bit < index.length * 8; bit++) {
      byte[] flipped = flip(index, bit);
      assertRefused(() -> readIndex(flipped, null), "bit " + bit);
    }
  }

  @Test
  void aCutIndexIsRefusedAndAnEndlessOneToo() throws IOException {
    byte[] index = Files.readAllBytes(store.indexFile("f"));
    for (int length = 0; length < index.length; length++) {
      byte[] cut = Arrays.copyOf(index, length);
      assertRefused(() -> readIndex(cut, null), "length " + length);
    }
    for (int value : new int[] {0, 1, 0x7f, 0x80, 0xff}) {
      assertRefused(() -> IndexReader.open(endless(new byte[0], value), null), "endless");
      byte[] header = Arrays.copyOf(index, 16);
      assertRefused(
          () -> IndexReader.open(endless(header, value), null).check(), "endless " + value);
    }
  }

  @Test
  void entriesThatBreakARuleAreRefusedThoughTheirDigestsAreRight() throws IOException {
    byte[] id = new byte[32];
    assertRefused(() -> readIndex(index(100, 0, 2, bytes(101, 101)), null), "two holes");
    assertRefused(() -> readIndex(index(100, 0, 1, bytes(1)), null), "empty hole");
    assertRefused(() -> readIndex(index(100, 0, 1, bytes(0)), null), "empty chunk");
    assertRefused(() -> readIndex(index(50, 0, 1, bytes(0xC9, 1)), null), "beyond the end");
    assertRefused(() -> readIndex(index(101, 0, 1, bytes(0xC9, 1)), null), "gap at the end");
    assertRefused(() -> readIndex(index(50, 0, 1, bytes(0xE5, 0x80, 0)), null), "long form");
    assertRefused(
        () -> readIndex(index(1 << 20, 1 << 20, 1, bytes(0x80, 0x80, 0x80, 1), id), null),
        "chunk too long");
    assertRefused(() -> readIndex(index(50, 50, 1, bytes(100), new byte[31]), null), "no digest");
    assertRefused(
        () -> readIndex(index(50, 49, 1, bytes(100), id), null), "wrong number of data bytes");
    readIndex(index(100, 0, 1, bytes(0xC9, 1)), null);
    readIndex(index(50, 50, 1, bytes(100), id), null);
  }

  @Test
  void aFlippedBitOfABlockNeverReachesAStore() throws IOException {
    byte[] data = Samples.noise(new Random(2), 700);
    List<ChunkRef> chunks =
        List.of(
            new ChunkRef(ChunkId.hash(data, 0, 300), 300),
            new ChunkRef(ChunkId.hash(data, 300, 400), 400));
    byte[] text =
        "a block that compresses well "
            .repeat(30)
            .getBytes(java.nio.charset.StandardCharsets.US_ASCII);
    ChunkRef chunk = new ChunkRef(ChunkId.hash(text, 0, text.length), text.length);
    for (Block block :
        List.of(Block.of(data, chunks, Effort.FAST), Block.of(text, List.of(chunk), Effort.FAST))) {
      byte[] wire = wire(block);
      for (int bit = 0; bit < wire.length * 8; bit++) {
        byte[] flipped = flip(wire, bit);
        assertNothingWrong(flipped, block);
      }
      for (int length = 1; length < wire.length; length++) {
        byte[] cut = Arrays.copyOf(wire, length);
        assertRefused(() -> receive(cut), "length " + length);
      }
    }
    assertThat(new Verifier(store, Progress.NONE).verify().sound()).isTrue();
  }

  /** A bit of a frame that means nothing may differ; the chunks may not. */
  private void assertNothingWrong(byte[] wire, Block block) throws IOException {
    try {
      Block came = Block.read(new ByteArrayInputStream(wire)).orElseThrow();
      came.open(store.shelf().referenced(came));
      assertThat(came.chunks()).isEqualTo(block.chunks());
    } catch (StoreException refused) {
      assertThat(refused).hasMessageNotContaining("null");
    }
  }

  @Test
  void decompressionBombsAreRefused() throws IOException {
    byte[] zeros = new byte[64 << 20];
    byte[] frame = Zstd.compress(zeros, 3);
    ChunkRef chunk = new ChunkRef(ChunkId.hash(zeros, 0, 5000), 5000);
    Block bomb = new Block(Codec.ZSTD, 5000, ChunkId.NONE, List.of(chunk), frame);
    assertRefused(() -> receive(wire(bomb)), "bomb");
    byte[] shorter = Zstd.compress(new byte[4000], 3);
    Block short_ = new Block(Codec.ZSTD, 5000, ChunkId.NONE, List.of(chunk), shorter);
    assertRefused(() -> receive(wire(short_)), "too short");
    for (int value : new int[] {0, 1, 0x7f, 0xff}) {
      byte[] head = Arrays.copyOf(wire(bomb), 12);
      assertRefused(() -> Block.read(endless(head, value)), "endless " + value);
    }
  }

  @Test
  void aBlockWithAReferenceThatIsNotHereIsRefused() throws IOException {
    byte[] old = Samples.noise(new Random(3), 50_000);
    byte[] data = Samples.edited(new Random(4), old);
    List<ChunkRef> chunks = List.of(new ChunkRef(ChunkId.hash(data, 0, data.length), data.length));
    Block reference =
        Block.of(
            old, List.of(new ChunkRef(ChunkId.hash(old, 0, old.length), old.length)), Effort.FAST);
    Block delta = Block.of(data, chunks, Effort.FAST, reference.digest(), old);
    assertThat(delta.reference()).contains(reference.digest());
    assertThat(delta.storedLength()).isLessThan(data.length / 2);
    assertRefused(() -> receive(wire(delta)), "without its reference");
    try (StoreWriter writer = store.writer()) {
      writer.addBlock(reference);
      writer.flush();
      writer.addBlock(delta);
      writer.flush();
    }
    assertThat(store.read(chunks.getFirst().id())).isEqualTo(data);
    assertThat(new Verifier(store, Progress.NONE).verify().sound()).isTrue();
  }

  @Test
  void namesCannotLeadOutOfTheFolder() {
    for (String name :
        List.of(
            "",
            ".",
            "..",
            "../x",
            "a/b",
            "/etc/passwd",
            ".hidden",
            "a\0b",
            "a\n",
            "-o",
            "ä",
            "x".repeat(129))) {
      assertRefused(() -> store.index(name), name);
      assertRefused(() -> store.remove(name), name);
    }
  }

  @Test
  void wrongBytesForAChunkAreRefused() throws IOException {
    try (StoreWriter writer = store.writer()) {
      byte[] data = {1, 2, 3};
      ChunkId other = ChunkId.hash(new byte[] {4}, 0, 1);
      assertRefused(() -> writer.add(other, data, 0, 3), "other bytes");
      assertThat(writer.has(other)).isFalse();
    }
  }

  private void receive(byte[] wire) throws IOException {
    Block block = Block.read(new ByteArrayInputStream(wire)).orElseThrow();
    try (StoreWriter writer = store.writer()) {
      writer.addBlock(block);
    }
  }

  private static byte[] wire(Block block) throws IOException {
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    block.write(out);
    return out.toByteArray();
  }

  private static void readIndex(byte[] bytes, @Nullable ChunkId expected) throws IOException {
    IndexReader.open(new ByteArrayInputStream(bytes), expected).check();
  }

  /** An index of one section with right digests. */
  private static byte[] index(long size, long data, int entries, byte[]... parts) {
    ByteArrayOutputStream section = new ByteArrayOutputStream();
    for (byte[] part : parts) {
      section.writeBytes(part);
    }
    byte[] bytes = section.toByteArray();
    ByteBuffer row = ByteBuffer.allocate(36).putInt(bytes.length);
    ChunkId.hash(bytes, 0, bytes.length).write(row);
    byte[] header = new IndexHeader(size, entries, data, row.array()).bytes();
    return ByteBuffer.allocate(header.length + bytes.length).put(header).put(bytes).array();
  }

  private static byte[] bytes(int... values) {
    byte[] bytes = new byte[values.length];
    for (int i = 0; i < values.length; i++) {
      bytes[i] = (byte) values[i];
    }
    return bytes;
  }

  static byte[] flip(byte[] bytes, int bit) {
    byte[] flipped = bytes.clone();
    flipped[bit / 8] ^= (byte) (1 << (bit % 8));
    return flipped;
  }

  private static InputStream endless(byte[] start, int value) {
    return new InputStream() {
      private int at;

      @Override
      public int read() {
        return at < start.length ? start[at++] & 0xff : value;
      }

      @Override
      public int read(byte[] into, int offset, int length) {
        for (int i = 0; i < length; i++) {
          into[offset + i] = (byte) read();
        }
        return length;
      }
    };
  }

  private interface Attempt {
    void go() throws Exception;
  }

  private static void assertRefused(Attempt attempt, String what) {
    assertThatThrownBy(attempt::go).as(what).isInstanceOf(StoreException.class);
  }
}
