package org.heddle.dist.bench;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assumptions.assumeThat;

import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

@Tag("real")
final class DemandBenchTest {
  @TempDir private Path folder;

  private static Path debian() {
    String property = System.getProperty("heddle.images", "");
    String variable = System.getenv("HEDDLE_IMAGES");
    Path images = variable == null ? Path.of("..", ".heddle", "images") : Path.of(variable);
    return (property.isEmpty() ? images : Path.of(property)).resolve("debian").toAbsolutePath();
  }

  @Test
  void aGuestBootsFromAnImageMostOfWhichIsStillElsewhere() throws Exception {
    assumeThat(debian().resolve("image.json")).as("the image debian, which a demo makes").exists();
    Path own = Files.createDirectory(folder.resolve("bench"));
    try (DemandBench bench = new DemandBench(debian(), own, 200, _ -> {})) {
      DemandBench.Result result = bench.run(200);
      result.boots().forEach(System.out::println);
      DemandBench.Boot onlyRead = result.boots().get(1);
      assertThat(onlyRead.share()).isEqualTo(onlyRead.demanded()).isBetween(0.01, 0.6);
      assertThat(result.boots()).hasSize(5);
      assertThat(result.boots().getLast().atStart()).isBetween(0.049, 0.05);
    }
  }
}
