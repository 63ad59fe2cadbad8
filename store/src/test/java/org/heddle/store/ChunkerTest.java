package org.heddle.store;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.HashSet;
import java.util.Random;
import java.util.Set;
import org.junit.jupiter.api.Test;

final class ChunkerTest {
  @Test
  void chunksKeepTheirBoundsAndTheirAverage() {
    byte[] data = Samples.noise(new Random(1), 16 << 20);
    int count = 0;
    for (int at = 0; at < data.length; count++) {
      int length = Chunker.cut(data, at, data.length - at);
      assertThat(length).isBetween(1, Chunker.MOST);
      assertThat(length >= Chunker.LEAST || at + length == data.length).isTrue();
      at += length;
    }
    assertThat(data.length / count).isBetween(Chunker.AVERAGE, Chunker.AVERAGE * 3 / 2);
  }

  @Test
  void boundariesComeBackSoonAfterAnInsertion() {
    byte[] data = Samples.noise(new Random(2), 4 << 20);
    byte[] moved = new byte[data.length + 7];
    System.arraycopy(data, 0, moved, 7, data.length);
    Set<ChunkId> before = chunks(data);
    Set<ChunkId> after = chunks(moved);
    int all = after.size();
    after.removeAll(before);
    assertThat(after.size()).isLessThan(Math.max(4, all / 20));
  }

  @Test
  void zerosAreCountedExactly() {
    Random random = new Random(3);
    for (int i = 0; i < 2000; i++) {
      byte[] data = new byte[300];
      int zeros = random.nextInt(280);
      if (zeros < 279) {
        data[10 + zeros] = 1;
      }
      assertThat(Chunker.zeros(data, 10, 279)).as("round %d", i).isEqualTo(Math.min(zeros, 279));
    }
  }

  private static Set<ChunkId> chunks(byte[] data) {
    Set<ChunkId> chunks = new HashSet<>();
    for (int at = 0; at < data.length; ) {
      int length = Chunker.cut(data, at, data.length - at);
      chunks.add(ChunkId.hash(data, at, length));
      at += length;
    }
    return chunks;
  }
}
