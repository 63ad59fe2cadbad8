package org.heddle.dist.bench;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

@Tag("real")
final class GroupBenchTest {
  @TempDir private Path folder;

  @Test
  void schedulesAreCarriedOutAsForecast() throws Exception {
    Path own = Files.createDirectory(folder.resolve("bench"));
    try (GroupBench bench = new GroupBench(own, 3, 50, _ -> {})) {
      List<GroupBench.Way> ways = bench.run(3 << 20);
      assertThat(ways)
          .extracting(GroupBench.Way::what)
          .containsExactly("gather", "gather", "gather", "gather", "scatter", "scatter");
      assertThat(ways).allSatisfy(way -> assertThat(way.mean()).isPositive());
    }
  }
}
