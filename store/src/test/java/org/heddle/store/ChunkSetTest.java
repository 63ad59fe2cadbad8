package org.heddle.store;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.HashSet;
import java.util.Random;
import java.util.Set;
import org.junit.jupiter.api.Test;

final class ChunkSetTest {
  private static ChunkId random(Random random, long first) {
    return new ChunkId(first, random.nextLong(), random.nextLong(), random.nextLong());
  }

  @Test
  void isASet() {
    long seed = System.nanoTime();
    Random random = new Random(seed);
    ChunkSet set = new ChunkSet();
    Set<ChunkId> same = new HashSet<>();
    for (int i = 0; i < 200_000; i++) {
      ChunkId chunk = random(random, random.nextLong());
      assertThat(set.contains(chunk)).as("seed %d", seed).isEqualTo(same.contains(chunk));
      assertThat(set.add(chunk)).as("seed %d", seed).isEqualTo(same.add(chunk));
      assertThat(set.add(chunk)).as("seed %d", seed).isFalse();
    }
    assertThat(set.size()).isEqualTo(same.size());
    assertThat(same).as("seed %d", seed).allMatch(set::contains);
  }

  @Test
  void digestsThatBeginAlikeAreToldApart() {
    Random random = new Random(7);
    ChunkSet set = new ChunkSet();
    for (int i = 0; i < 500; i++) {
      ChunkId chunk = random(random, 42L << 56);
      assertThat(set.contains(chunk)).isFalse();
      assertThat(set.add(chunk)).isTrue();
      assertThat(set.contains(chunk)).isTrue();
    }
    assertThat(set.size()).isEqualTo(500);
  }
}
