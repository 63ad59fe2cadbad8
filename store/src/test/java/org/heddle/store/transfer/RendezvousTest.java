package org.heddle.store.transfer;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.heddle.store.ChunkId;
import org.junit.jupiter.api.Test;

final class RendezvousTest {
  private static final List<String> HOSTS = List.of("a", "b", "c", "d", "e", "f", "g", "h");

  private static ChunkId chunk(Random random) {
    return new ChunkId(random.nextLong(), random.nextLong(), random.nextLong(), 0);
  }

  @Test
  void allAgreeWhateverTheOrderOfTheirLists() {
    Random random = new Random(5);
    ChunkId chunk = chunk(random);
    assertThat(Rendezvous.ranking(chunk, HOSTS.reversed()))
        .isEqualTo(Rendezvous.ranking(chunk, HOSTS))
        .containsExactlyInAnyOrderElementsOf(HOSTS);
  }

  @Test
  void sharesAreEvenAndTheShareOfOneThatFailsIsSplitEvenly() {
    Random random = new Random(6);
    Map<String, Integer> first = new HashMap<>();
    Map<String, Integer> heirs = new HashMap<>();
    for (int i = 0; i < 8000; i++) {
      List<String> ranking = Rendezvous.ranking(chunk(random), HOSTS);
      first.merge(ranking.getFirst(), 1, Integer::sum);
      if (ranking.getFirst().equals("c")) {
        heirs.merge(ranking.get(1), 1, Integer::sum);
      }
    }
    assertThat(first.values()).allSatisfy(n -> assertThat(n).isBetween(850, 1150));
    assertThat(heirs).hasSize(7);
    assertThat(heirs.values()).allSatisfy(n -> assertThat(n).isBetween(90, 200));
  }

  @Test
  void withoutOneTheOthersKeepTheirOrder() {
    Random random = new Random(7);
    for (int i = 0; i < 100; i++) {
      ChunkId chunk = chunk(random);
      List<String> rest = new ArrayList<>(Rendezvous.ranking(chunk, HOSTS));
      rest.remove("d");
      List<String> others = HOSTS.stream().filter(host -> !host.equals("d")).toList();
      assertThat(Rendezvous.ranking(chunk, others)).isEqualTo(rest);
    }
  }
}
