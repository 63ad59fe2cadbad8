package org.heddle.store;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.Set;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Blocks that refer to blocks with chunks like theirs. */
final class DeltasTest {
  private static final int SIZE = 3 << 20;

  @TempDir Path folder;
  private byte[] old = new byte[0];
  private byte[] next = new byte[0];
  private Store store;

  /** Noise, and the same with a byte changed in each stretch of about 5 KiB: no chunk is equal. */
  @BeforeEach
  void twoThatAreAlike() throws IOException {
    old = Samples.noise(new Random(1), SIZE);
    next = old.clone();
    for (int at = 100; at < SIZE; at += 5000) {
      next[at] ^= 1;
    }
    store = Store.create(folder.resolve("s"), 0);
    make("old", old);
  }

  private MakeReport make(String name, byte[] data) throws IOException {
    Path file = Samples.file(folder, name, data);
    try (StoreWriter writer = store.writer(Effort.SMALL)) {
      return new Maker(writer, Progress.NONE).make(file, name, false);
    }
  }

  private List<ChunkRef> chunks(String name) throws IOException {
    try (IndexReader index = store.index(name)) {
      Set<ChunkRef> chunks = new LinkedHashSet<>();
      index.eachChunk(chunks::add);
      return List.copyOf(chunks);
    }
  }

  private long referring(String name) throws IOException {
    return store.locate(chunks(name)).stream()
        .filter(holding -> holding.reference().isPresent())
        .count();
  }

  @Test
  void whatIsAlikeTakesLittle() throws IOException {
    MakeReport made = make("next", next);
    assertThat(made.newBytes()).isGreaterThan(SIZE * 9L / 10);
    assertThat(made.bytesStored()).isLessThan(SIZE / 4);
    assertThat(referring("next")).isPositive();
    Store anew = Store.open(store.folder());
    Samples.assertHolds(anew, "next", next, "seed 1");
    Samples.assertHolds(anew, "old", old, "seed 1");
    assertThat(Samples.extract(anew, "next", folder.resolve("out")).bytesWritten()).isEqualTo(SIZE);
    assertThat(Files.mismatch(folder.resolve("out"), folder.resolve("next"))).isEqualTo(-1);
    assertThat(new Verifier(anew, Progress.NONE).verify().sound()).isTrue();
  }

  @Test
  void noBlockRefersToOneThatRefers() throws IOException {
    make("next", next);
    byte[] third = next.clone();
    for (int at = 2000; at < SIZE; at += 7000) {
      third[at] ^= 1;
    }
    assertThat(make("third", third).bytesStored()).isLessThan(SIZE / 4);
    for (PackFile pack : store.packFiles()) {
      for (int i = 0; i < pack.blockCount(); i++) {
        PackFile.Placed block = pack.block(i);
        if (block.codec() == Codec.ZSTD_WITH_REFERENCE) {
          assertThat(store.block(block.reference()).reference()).isEmpty();
        }
      }
    }
    Samples.assertHolds(Store.open(store.folder()), "third", third, "seed 1");
  }

  @Test
  void aCollectionKeepsWhatIsReferredTo() throws IOException {
    make("next", next);
    store.remove("old");
    for (int round = 0; round < 3; round++) {
      new Collector(store, Duration.ofSeconds(1)).collect();
      Samples.assertHolds(Store.open(store.folder()), "next", next, "round " + round);
    }
    assertThat(new Verifier(store, Progress.NONE).verify().sound()).isTrue();
    store.remove("next");
    new Collector(store, Duration.ofSeconds(1)).collect();
    assertThat(store.usage().packs()).isZero();
  }

  @Test
  void aReceiverWithoutTheOtherBlockGetsItWhole() throws IOException {
    make("next", next);
    Store other = Store.create(folder.resolve("other"), 0);
    try (StoreWriter writer = other.writer();
        IndexDraft draft =
            writer.receiveIndex(Files.newInputStream(store.indexFile("next")), null)) {
      List<Block> sent = new ArrayList<>();
      store.fetch(writer.missing(draft), sent::add);
      assertThat(sent).allMatch(block -> block.reference().isEmpty());
      for (Block block : sent) {
        writer.addBlock(block);
      }
      writer.publish("next", draft, false);
    }
    Samples.assertHolds(other, "next", next, "seed 1");
  }

  @Test
  void damageToABlockHurtsThoseThatReferToItUntilItIsRepaired() throws IOException {
    Store whole = Store.create(folder.resolve("whole"), 0);
    Samples.make(whole, Samples.file(folder, "a", old), "old");
    Samples.make(whole, Samples.file(folder, "b", next), "next");
    make("next", next);
    ChunkId base =
        store.locate(chunks("next")).stream()
            .map(Holding::reference)
            .flatMap(Optional::stream)
            .findFirst()
            .orElseThrow();
    flip(base);
    Verifier.Report found = new Verifier(Store.open(store.folder()), Progress.NONE).verify();
    assertThat(found.hurt()).extracting(Verifier.Hurt::name).contains("old", "next");
    Store hurt = Store.open(store.folder());
    assertThat(new Repairer(hurt).repair(found, List.of(whole)).stillMissing()).isZero();
    Store repaired = Store.open(store.folder());
    assertThat(new Verifier(repaired, Progress.NONE).verify().sound()).isTrue();
    Samples.assertHolds(repaired, "next", next, "repaired");
    Samples.assertHolds(repaired, "old", old, "repaired");
  }

  private void flip(ChunkId block) throws IOException {
    for (PackFile pack : store.packFiles()) {
      for (int i = 0; i < pack.blockCount(); i++) {
        if (pack.block(i).digest().equals(block)) {
          byte[] bytes = Files.readAllBytes(pack.path());
          bytes[(int) pack.block(i).offset() + 1000] ^= 1;
          Files.write(pack.path(), bytes);
        }
      }
    }
  }

  @Test
  void whatIsLikeNothingIsFoundLikeNothing() throws IOException {
    make("other", Samples.noise(new Random(9), SIZE));
    assertThat(referring("other")).isZero();
  }
}
