package org.heddle.simulator;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.SortedMap;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;

class SimulationTest {
  private static final int SEEDS = 40;
  private static final int STEPS = 2_600;

  @Test
  void theGridKeepsItsPromisesOverManyBadDays() {
    long base = Long.getLong("heddle.seed", 1L);
    long steps = 0;
    SortedMap<String, Long> counts = new TreeMap<>();
    for (int i = 0; i < Integer.getInteger("heddle.seeds", SEEDS); i++) {
      Simulation.Report report = Simulation.run(base + i, STEPS, 2 + i % 6, Faults.MANY);
      steps += report.steps();
      report.counts().forEach((what, count) -> counts.merge(what, count, Long::sum));
    }
    System.out.println(steps + " steps " + counts);
    assertThat(steps).isGreaterThanOrEqualTo(100_000);
  }

  @Test
  void sameSeedGivesTheSameRun() {
    assertThat(Simulation.run(7, 1_000, 4, Faults.MANY))
        .isEqualTo(Simulation.run(7, 1_000, 4, Faults.MANY));
  }

  @Test
  void withoutFaultsNothingFails() {
    for (long seed = 1; seed <= 12; seed++) {
      Simulation.Report report = Simulation.run(seed, 3_000, 2 + (int) seed % 6, Faults.NONE);
      assertThat(report.counts())
          .as("seed %d", seed)
          .containsKey("vjob.finished")
          .doesNotContainKeys("action.failed", "vjob.broken", "host.lost", "operation.late");
    }
  }
}
