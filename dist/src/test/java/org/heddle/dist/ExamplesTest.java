package org.heddle.dist;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.stream.Stream;
import org.heddle.api.VjobFile;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

final class ExamplesTest {
  static Stream<Path> examples() throws IOException {
    try (Stream<Path> files = Files.list(Path.of("../examples"))) {
      return files.filter(file -> file.toString().endsWith(".yaml")).sorted().toList().stream();
    }
  }

  @ParameterizedTest
  @MethodSource("examples")
  void aVjobFileOfTheExamplesHasNoProblemAndAnImageThatThereIs(Path example) throws IOException {
    VjobFile file = VjobFile.read(example.toString(), Files.readString(example), "tester");

    assertThat(file.problems()).isEmpty();
    assertThat(file.documents()).isNotEmpty();
    assertThat(file.documents())
        .flatExtracting(document -> document.spec().machines())
        .allSatisfy(group -> assertThat(Path.of("../images/recipes", group.image())).isDirectory());
  }
}
