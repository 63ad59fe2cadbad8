package org.heddle.planner.search;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.SplittableRandom;
import org.heddle.planner.instance.Instance;
import org.junit.jupiter.api.Test;

class SearchTest {
  private static final int TINY = Integer.getInteger("search.tiny", 6_000);

  @Test
  void onTinyInstancesAgreesWithTryingEverything() {
    int found = 0;
    for (long seed = 0; seed < TINY; seed++) {
      Instance instance = RandomInstances.tiny(new SplittableRandom(seed));
      Exhaustive all = new Exhaustive(instance);
      String name = "seed " + seed + ", least " + all.best;
      switch (Search.solve(instance, SearchLimits.of(300_000, seed))) {
        case Outcome.Found answer -> {
          int[] at = answer.arrangement().toHosts();
          assertThat(Exhaustive.keeps(instance, at)).as(name + " " + answer).isTrue();
          assertThat(Exhaustive.consistent(instance, answer.arrangement())).as(name).isTrue();
          assertThat(Exhaustive.cost(instance, at)).as(name).isEqualTo(answer.objective());
          assertThat(answer.bound()).as(name).isLessThanOrEqualTo(all.best);
          assertThat(answer.objective()).as(name).isEqualTo(all.best);
          assertThat(answer.proven()).as(name).isTrue();
          found++;
        }
        case Outcome.Refused answer -> {
          assertThat(all.best).as(name + " " + answer).isEqualTo(-1);
          assertThat(answer.certain()).as(name).isTrue();
          assertThat(answer.reasons()).as(name).isNotEmpty();
        }
      }
    }
    assertThat(found).isBetween(TINY / 4, TINY - TINY / 10);
  }
}
