package org.heddle.dist.bench;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

@Tag("real")
final class SwarmBenchTest {
  @TempDir private Path folder;

  @Test
  void hostsOfASitePutAboutOneCopyOnTheLink() throws Exception {
    Path own = Files.createDirectory(folder.resolve("bench"));
    try (SwarmBench bench = new SwarmBench(own, 4, _ -> {})) {
      SwarmBench.Result result = bench.run(16L << 20, 25);
      assertThat(result.oneBytes()).isGreaterThan(16L << 20);
      assertThat(result.copies()).isBetween(0.9, 1.2);
    }
  }
}
