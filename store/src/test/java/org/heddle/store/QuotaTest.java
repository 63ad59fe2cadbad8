package org.heddle.store;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class QuotaTest {
  @TempDir Path folder;

  @Test
  void theQuotaHoldsForTwoWritersTogether() throws IOException {
    Store store = Store.create(folder.resolve("s"), 1_000_000);
    byte[] one = Samples.noise(new Random(10), 200_000);
    byte[] two = Samples.noise(new Random(11), 200_000);
    try (StoreWriter early = store.writer();
        StoreWriter late = store.writer()) {
      for (int i = 0; i < 3; i++) {
        add(late, one, i);
      }
      late.flush();
      for (int i = 0; i < 3; i++) {
        add(early, two, i);
      }
      assertFull(early::flush);
    }
    assertThat(store.usage().bytes()).isLessThan(1_000_000);
    try (StoreWriter third = store.writer();
        StoreWriter fourth = store.writer()) {
      assertFull(() -> {
        for (int i = 0; i < 40; i++) {
          third.append(block(two, i));
          fourth.append(block(one, 40 + i));
        }
      });
    }
  }

  @Test
  void whereThereIsRoomForOneOfTwoWritersTheFirstGetsIn() throws IOException {
    Store store = Store.create(folder.resolve("s"), 1_100_000);
    byte[] one = Samples.noise(new Random(15), 200_000);
    byte[] two = Samples.noise(new Random(16), 200_000);
    try (StoreWriter second = store.writer()) {
      try (StoreWriter first = store.writer()) {
        StoreWriter older = first.session().compareTo(second.session()) < 0 ? first : second;
        StoreWriter younger = older == first ? second : first;
        for (int i = 0; i < 5; i++) {
          older.append(block(one, i));
          if (i < 2) {
            younger.append(block(two, i));
          }
          if (i == 2) {
            assertFull(() -> younger.append(block(two, 2)));
          }
        }
        older.flush();
      }
    }
    assertThat(store.usage().bytes()).isBetween(990_000L, 1_100_000L);
  }

  private static void assertFull(org.assertj.core.api.ThrowableAssert.ThrowingCallable action) {
    assertThatThrownBy(action)
        .isInstanceOfSatisfying(
            StoreException.class,
            refused -> assertThat(refused.kind()).isEqualTo(StoreException.Kind.FULL));
  }

  private static void add(StoreWriter writer, byte[] data, int number) throws IOException {
    writer.addBlock(block(data, number));
  }

  /** Most of the data, in pieces that begin at another place for each number. */
  private static Block block(byte[] data, int number) throws IOException {
    List<ChunkRef> chunks = new ArrayList<>();
    byte[] raw = Arrays.copyOfRange(data, number, number + 200_000 - 1000);
    for (int at = 0; at < raw.length; at += 19_900) {
      chunks.add(new ChunkRef(ChunkId.hash(raw, at, 19_900), 19_900));
    }
    return Block.of(raw, chunks, Effort.FAST);
  }

  @Test
  void aStoreOverItsQuotaRefusesAndStaysAsItWas() throws IOException {
    Store store = Store.create(folder.resolve("s"), 200_000);
    byte[] data = Samples.noise(new Random(6), 100_000);
    Samples.make(store, Samples.file(folder, "f", data), "f");
    Path large = Samples.file(folder, "g", Samples.noise(new Random(7), 150_000));
    assertThatThrownBy(() -> Samples.make(store, large, "g"))
        .isInstanceOfSatisfying(
            StoreException.class,
            refused -> {
              assertThat(refused.kind()).isEqualTo(StoreException.Kind.FULL);
              assertThat(refused).hasMessageContaining("200000");
            });
    Store again = Store.open(store.folder());
    assertThat(again.names()).containsExactly("f");
    Samples.assertHolds(again, "f", data, "seed 6");
    assertThat(again.usage().bytes()).isLessThan(200_000);
  }
}
