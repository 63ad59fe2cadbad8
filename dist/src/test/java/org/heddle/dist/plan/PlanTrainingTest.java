package org.heddle.dist.plan;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.nio.file.Path;
import org.heddle.planner.instance.Instance;
import org.heddle.planner.search.Goal;
import org.heddle.planner.search.Outcome;
import org.heddle.planner.search.Search;
import org.heddle.planner.search.SearchLimits;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class PlanTrainingTest {
  @Test
  void theInstanceMovesStartsAndEmptiesSomething(@TempDir Path folder) throws Exception {
    Path file = Files.writeString(folder.resolve("training.json"), PlanTraining.instance());
    Instance instance = InstanceFile.instance(file);
    Outcome outcome = Search.solve(instance, java.util.List.of(Goal.MOVES), SearchLimits.of(0, 1));
    assertThat(outcome).isInstanceOf(Outcome.Found.class);
    assertThat(((Outcome.Found) outcome).objective()).isPositive();
  }
}
