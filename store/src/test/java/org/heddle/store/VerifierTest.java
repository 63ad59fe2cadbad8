package org.heddle.store;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Duration;
import java.util.Arrays;
import java.util.Collection;
import java.util.List;
import java.util.Random;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class VerifierTest {
  @TempDir Path folder;

  @Test
  void everyFlippedBitIsFoundAndTheHurtIndexNamed() throws IOException {
    Store store = Store.create(folder.resolve("s"), 0);
    byte[] data = Samples.noise(new Random(1), 30_000);
    Samples.make(store, Samples.file(folder, "f", data), "f");
    Path pack = store.packFiles().getFirst().path();
    byte[] sound = Files.readAllBytes(pack);
    Random random = new Random(2);
    for (int i = 0; i < 400; i++) {
      // Every bit of the parts that are few, samples of the rest.
      int tail = sound.length - 500;
      int bit =
          i < 64
              ? i
              : i % 2 == 0 ? random.nextInt(sound.length * 8) : (tail * 8 + random.nextInt(4000));
      Files.write(pack, HostileInputTest.flip(sound, bit));
      Verifier.Report found = new Verifier(Store.open(store.folder()), Progress.NONE).verify();
      assertThat(found.damage()).as("bit %d", bit).isNotEmpty();
      assertThat(found.hurt()).as("bit %d", bit).extracting(Verifier.Hurt::name).contains("f");
    }
    Files.write(pack, sound);
    assertThat(new Verifier(Store.open(store.folder()), Progress.NONE).verify().sound()).isTrue();
  }

  @Test
  void onlyIndexesThatNeedTheDamageAreHurt() throws IOException {
    Store store = Store.create(folder.resolve("s"), 0);
    Samples.make(store, Samples.file(folder, "a", Samples.noise(new Random(3), 90_000)), "a");
    Path first = store.packFiles().getFirst().path();
    Samples.make(store, Samples.file(folder, "b", Samples.noise(new Random(4), 90_000)), "b");
    Files.write(first, HostileInputTest.flip(Files.readAllBytes(first), 3000));
    Verifier.Report found = new Verifier(Store.open(store.folder()), Progress.NONE).verify();
    assertThat(found.hurt()).extracting(Verifier.Hurt::name).containsExactly("a");
    assertThat(found.damage()).singleElement().asString().endsWith(first + " is damaged");
  }

  @Test
  void aStoreIsRepairedFromAnother() throws IOException {
    for (int bit : new int[] {3000, 400_000, -300}) {
      Store store = Store.create(folder.resolve("s" + bit), 0);
      Store other = Store.create(folder.resolve("o" + bit), 0);
      byte[] data = Samples.noise(new Random(5), 90_000);
      Path file = Samples.file(folder, "f", data);
      Samples.make(store, file, "f");
      Samples.make(other, file, "other-name");
      Path pack = store.packFiles().getFirst().path();
      byte[] bytes = Files.readAllBytes(pack);
      int at = bit < 0 ? bytes.length * 8 + bit : bit;
      Files.write(pack, HostileInputTest.flip(bytes, at));
      Store opened = Store.open(store.folder());
      Verifier.Report found = new Verifier(opened, Progress.NONE).verify();
      assertThat(found.sound()).isFalse();
      Repairer.Report nobody = new Repairer(opened).repair(found, List.of());
      assertThat(nobody.stillMissing()).isPositive();
      Repairer.Report done = new Repairer(opened).repair(found, List.of(other));
      assertThat(done.stillMissing()).isZero();
      Store mended = Store.open(store.folder());
      assertThat(new Verifier(mended, Progress.NONE).verify().sound()).isTrue();
      Samples.assertHolds(mended, "f", data, "bit " + bit);
    }
  }

  @Test
  void aDamagedCopyDoesNotHideAGoodOne() throws IOException {
    Path at = folder.resolve("s");
    Path other = folder.resolve("other");
    byte[] data = Samples.noise(new Random(8), 90_000);
    Path file = Samples.file(folder, "f", data);
    Samples.make(Store.create(at, 0), file, "f");
    Samples.make(Store.create(other, 0), Samples.file(folder, "g", new byte[] {1}), "g");
    Samples.make(Store.open(other), file, "f");
    for (PackFile pack : Store.open(other).packFiles()) {
      Files.copy(pack.path(), at.resolve("packs").resolve(pack.name()));
    }
    Store both = Store.open(at);
    ChunkId chunk;
    try (IndexReader index = both.index("f")) {
      chunk = index.nextChunk().orElseThrow().id();
    }
    Path found = java.util.Objects.requireNonNull(both.find(chunk, Set.of())).pack().path();
    Files.write(found, HostileInputTest.flip(Files.readAllBytes(found), 3000));
    Store opened = Store.open(at);
    assertThat(new Verifier(opened, Progress.NONE).verify().hurt()).isEmpty();
    Samples.assertHolds(opened, "f", data, "seed 8");
    Path copy = folder.resolve("copy");
    Samples.extract(opened, "f", copy);
    assertThat(Files.mismatch(copy, file)).isEqualTo(-1);
  }

  @Test
  void aSourceWithDamageGivesTheRestAndTheNextOneIsAsked() throws IOException {
    byte[] data = Samples.noise(new Random(9), 90_000);
    Path file = Samples.file(folder, "f", data);
    Store hurt = made("hurt", file);
    Store bad = made("bad", file);
    Store good = made("good", file);
    for (Store store : List.of(hurt, bad)) {
      Path pack = store.packFiles().getFirst().path();
      Files.write(pack, HostileInputTest.flip(Files.readAllBytes(pack), 3000));
    }
    ChunkSource lost =
        new ChunkSource() {
          @Override
          public String name() {
            return "lost";
          }

          @Override
          public void fetch(Collection<ChunkRef> wanted, Sink sink) throws IOException {
            throw new IOException("nobody is there");
          }
        };
    Store opened = Store.open(hurt.folder());
    Verifier.Report found = new Verifier(opened, Progress.NONE).verify();
    Repairer.Report nobody = new Repairer(opened).repair(found, List.of(lost, bad));
    assertThat(nobody.failures()).containsExactly("lost: nobody is there");
    assertThat(nobody.stillMissing()).isPositive();
    assertThat(nobody.packs()).isZero();
    Repairer.Report done = new Repairer(opened).repair(found, List.of(lost, bad, good));
    assertThat(done.stillMissing()).isZero();
    Samples.assertHolds(Store.open(hurt.folder()), "f", data, "seed 9");
  }

  private Store made(String name, Path file) throws IOException {
    Store store = Store.create(folder.resolve(name), 0);
    Samples.make(store, file, "f");
    return store;
  }

  /** The other may lie in a pack that a collection is about to delete. */
  @Test
  void aBlockThatRefersToAnotherIsNotStoredAsItCame() throws IOException {
    Store store = Store.create(folder.resolve("s"), 0);
    byte[] base = Samples.noise(new Random(10), 50_000);
    byte[] like = base.clone();
    like[7] ^= 1;
    ChunkRef name = new ChunkRef(ChunkId.hash(base, 0, base.length), base.length);
    Block first = Block.of(base, List.of(name), Effort.FAST);
    ChunkRef other = new ChunkRef(ChunkId.hash(like, 0, like.length), like.length);
    Block second = Block.of(like, List.of(other), Effort.FAST, first.digest(), base);
    assertThat(second.reference()).isPresent();
    try (StoreWriter writer = store.writer()) {
      writer.addBlock(first);
      writer.flush();
    }
    try (StoreWriter writer = store.writer()) {
      writer.addBlock(second);
      writer.flush();
    }
    for (PackFile pack : store.packFiles()) {
      assertThat(pack.block(0).codec()).isNotEqualTo(Codec.ZSTD_WITH_REFERENCE);
    }
    assertThat(store.packFiles()).hasSize(2);
  }

  /** The system's device that is always full. */
  @Test
  void aFullDiskIsNamed() throws IOException {
    Path file = folder.resolve("tmp/x");
    try (Disk.Output out =
        Disk.output(file, FileChannel.open(Path.of("/dev/full"), StandardOpenOption.WRITE))) {
      org.assertj.core.api.Assertions.assertThatThrownBy(() -> out.write(ByteBuffer.allocate(10)))
          .isInstanceOfSatisfying(
              StoreException.class,
              full -> {
                assertThat(full.kind()).isEqualTo(StoreException.Kind.FULL);
                assertThat(full).hasMessageContaining(folder.resolve("tmp").toString());
              });
    }
  }

  @Test
  void whatIsPublishedAndCollectedMeanwhileIsNoDamage() throws IOException {
    Store store = Store.create(folder.resolve("s"), 0);
    Random random = new Random(8);
    int packs = 3 * Runtime.getRuntime().availableProcessors() + 3;
    for (int i = 0; i < packs; i++) {
      Path file = Samples.file(folder, "f", Samples.noise(random, 20_000));
      Samples.make(store, file, "f" + i);
    }
    store.remove("f0");
    Store other = Store.open(store.folder());
    Path late = Samples.file(folder, "late", Samples.noise(random, 20_000));
    boolean[] once = new boolean[1];
    Progress meanwhile =
        (_, _) -> {
          if (!once[0]) {
            once[0] = true;
            publishAndCollect(other, late);
          }
        };
    Verifier.Report found = new Verifier(store, meanwhile).verify();
    assertThat(once[0]).isTrue();
    assertThat(found.hurt()).as("seed 8").isEmpty();
    assertThat(found.damage()).as("seed 8").isEmpty();
  }

  private static void publishAndCollect(Store store, Path late) {
    try {
      Samples.make(store, late, "late");
      Samples.make(store, late, "f1");
      new Collector(store, Duration.ZERO).collect();
    } catch (IOException failed) {
      throw new UncheckedIOException(failed);
    }
  }

  @Test
  void anIndexWithAnotherLengthThanItsChunkIsRefusedAndFound() throws IOException {
    Store store = Store.create(folder.resolve("s"), 0);
    byte[] data = Samples.noise(new Random(9), 5000);
    ChunkId chunk = ChunkId.hash(data, 0, data.length);
    try (StoreWriter writer = store.writer();
        IndexWriter index = writer.indexWriter()) {
      writer.add(chunk, data, 0, data.length);
      index.add(new Entry.Data(new ChunkRef(chunk, data.length + 1)));
      try (IndexDraft draft = writer.draft(index)) {
        assertThatThrownBy(() -> writer.publish("f", draft, false))
            .isInstanceOf(StoreException.class)
            .hasMessageContaining("has 5000 bytes");
        Files.copy(draft.file(), store.indexFile("f"));
      }
    }
    Verifier.Report found = new Verifier(store, Progress.NONE).verify();
    assertThat(found.hurt()).extracting(Verifier.Hurt::name).containsExactly("f");
  }

  @Test
  void aDamagedIndexIsNamedStopsNoOtherAndIsMended() throws IOException {
    byte[] data = Samples.noise(new Random(12), 90_000);
    Path file = Samples.file(folder, "f", data);
    Store other = Store.create(folder.resolve("o"), 0);
    Samples.make(other, file, "f");
    for (int length : new int[] {0, 200}) {
      Store store = Store.create(folder.resolve("s" + length), 0);
      Samples.make(store, file, "f");
      Samples.make(store, Samples.file(folder, "g", new byte[] {1}), "g");
      byte[] index = Files.readAllBytes(store.indexFile("f"));
      Files.write(store.indexFile("f"), Arrays.copyOf(index, length));
      assertThat(store.indexes()).extracting(NamedIndex::name).contains("g");
      if (length == 0) {
        assertThat(store.indexes()).hasSize(1);
        assertThat(store.damagedIndexes()).singleElement().asString().contains("'f'", "damaged");
        assertThatThrownBy(() -> makeAnew(store, file))
            .isInstanceOfSatisfying(
                StoreException.class,
                taken -> assertThat(taken.kind()).isEqualTo(StoreException.Kind.CONFLICT))
            .hasMessageContaining("'f'")
            .hasMessageContaining("damaged");
      }
      try (StoreWriter small = store.writer(Effort.SMALL)) {
        new Maker(small, Progress.NONE).make(folder.resolve("g"), "h", false);
      }
      Verifier.Report found = new Verifier(store, Progress.NONE).verify();
      assertThat(found.hurt()).extracting(Verifier.Hurt::name).containsExactly("f");
      Repairer.Report nobody = new Repairer(store).repair(found, List.of());
      assertThat(nobody.failures()).singleElement().asString().contains("'f'");
      new Repairer(store).repair(found, List.of(other));
      Samples.assertHolds(store, "f", data, "seed 12, length " + length);
      assertThat(new Verifier(store, Progress.NONE).verify().sound()).isTrue();
      assertThat(new Collector(store, Duration.ZERO).collect().waiting()).isFalse();
    }
  }

  @Test
  void anIndexThatNothingVouchesForFillsNoStore() throws IOException {
    Store store = Store.create(folder.resolve("s"), 500_000);
    Samples.make(store, Samples.file(folder, "f", Samples.noise(new Random(13), 90_000)), "f");
    Path large = Samples.file(folder, "large", Samples.noise(new Random(14), 3_000_000));
    Store wrong = Store.create(folder.resolve("o"), 0);
    Samples.make(wrong, large, "f");
    Files.write(store.indexFile("f"), new byte[0]);
    Verifier.Report found = new Verifier(store, Progress.NONE).verify();
    Repairer bounded = new Repairer(store, Evidence.ofFiles(), 200_000);
    Repairer.Report done = bounded.repair(found, List.of(wrong));
    assertThat(done.indexes()).isEmpty();
    assertThat(done.failures()).last().asString().contains("may take 700000 bytes");
    assertThat(store.usage().bytes()).isLessThan(700_000);
    assertThat(store.damagedIndexes()).hasSize(1);
  }

  private static void makeAnew(Store store, Path file) throws IOException {
    try (StoreWriter writer = store.writer()) {
      new Maker(writer, Progress.NONE).make(file, "f", false);
    }
  }
}
