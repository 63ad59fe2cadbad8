package org.heddle.dist.plan;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.nio.file.Path;
import org.heddle.planner.instance.Instance;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class FuzzTest {
  /** {@code -Dheddle.fuzz=100000} tries more, {@code -Dheddle.fuzz.seed=N} others. */
  private static final long RUNS = Long.getLong("heddle.fuzz", 2_000);

  @Test
  void searchOrderCheckerAndExecutorAgreeOnRandomInstances() {
    long seed = Long.getLong("heddle.fuzz.seed", 1);
    Fuzz.Report report = new Fuzz(3, 5).run(seed, RUNS);
    assertThat(report.feasible).as("seed %d", seed).isGreaterThan(RUNS / 4);
    assertThat(report.missed).as("seed %d: %s", seed, report).isLessThanOrEqualTo(RUNS / 500);
    assertThat(report.worse).as("seed %d: %s", seed, report).isZero();
    assertThat(report.unordered).as("seed %d: %s", seed, report).isLessThan(RUNS / 50);
    assertThat(report.overlooked)
        .as("seed %d: %s", seed, report)
        .isLessThanOrEqualTo(RUNS / 10_000);
    assertThat(report.stranded).as("seed %d: %s", seed, report).isLessThanOrEqualTo(RUNS / 10_000);
    assertThat(report.mutants - report.rightMutants).isPositive();
  }

  @Test
  void whatIsWrittenIsReadAgain(@TempDir Path folder) throws Exception {
    for (long seed = 1; seed <= 200; seed++) {
      Instance instance = new Fuzz(4, 6).instance(seed);
      Path file = folder.resolve("instance.json");
      Files.writeString(file, Fuzz.text(instance));
      Instance read = InstanceFile.instance(file);
      assertThat(Fuzz.text(read)).as("seed %d", seed).isEqualTo(Fuzz.text(instance));
    }
  }
}
