package org.heddle.dist.farm;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.SequencedMap;
import java.util.function.Supplier;
import org.heddle.api.Json;
import org.heddle.cli.Environment;
import org.heddle.cli.HeddleCommand;
import org.heddle.cli.Terminal;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What needs no root. */
final class FarmCommandTest {
  @TempDir Path folder;

  private record Run(int exit, String out, String err) {}

  private Run heddle(String... words) {
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    ByteArrayOutputStream err = new ByteArrayOutputStream();
    Environment around =
        new Environment(
            new ByteArrayInputStream(new byte[0]),
            new PrintStream(out, true, StandardCharsets.UTF_8),
            new PrintStream(err, true, StandardCharsets.UTF_8),
            Terminal.NONE,
            Terminal.NONE,
            false,
            Map.of("HEDDLE_HOME", "..", "HEDDLE_FARM", folder.resolve("farm").toString()),
            folder,
            InstantSource.system());
    SequencedMap<String, Supplier<Object>> programs = new LinkedHashMap<>();
    programs.put("farm", () -> new FarmCommand(around));
    List<String> all = new ArrayList<>(List.of("farm"));
    all.addAll(List.of(words));
    int exit = HeddleCommand.run(around, programs, all.toArray(String[]::new));
    return new Run(
        exit, out.toString(StandardCharsets.UTF_8), err.toString(StandardCharsets.UTF_8));
  }

  @Test
  void recipesAndClassesAreListed() {
    assertThat(heddle("list", "--known-recipes").out().lines())
        .contains("tiny", "debian", "boot", "mpi", "web", "build", "nfs", "ssi", "batch");
    assertThat(heddle("list", "--classes").out()).contains("debian/bookworm").contains("scratch");
    assertThat(heddle("list").out()).isEqualTo("no images\n");
    assertThat(Json.MAPPER.readTree(heddle("list", "-o", "json").out()).isEmpty()).isTrue();
  }

  @Test
  void whatIsNotThereIsToldWithTheNearestName() {
    Run build = heddle("build", "debain");
    assertThat(build.exit()).isEqualTo(2);
    assertThat(build.err()).contains("there is no recipe 'debain'; did you mean debian?");
    Run show = heddle("show", "nothing");
    assertThat(show.exit()).isEqualTo(3);
    assertThat(show.err()).contains("the farm has no image 'nothing'");
    assertThat(heddle("build", "tiny", "--format", "qcow").err()).contains("qcow2");
    assertThat(heddle("import", folder.resolve("no").toString(), "--name", "x").exit())
        .isEqualTo(3);
  }

  @Test
  void aRecipeWithProblemsIsToldWithAllOfThem() throws IOException {
    Path file = folder.resolve("bad.yaml");
    Files.writeString(file, "name: bad\nform: debian/bookworm\nsize: big\n");
    Run build = heddle("build", file.toString());
    assertThat(build.exit()).isEqualTo(2);
    assertThat(build.err())
        .contains("bad.yaml:2: form: unknown key 'form'; did you mean 'from'?")
        .contains("bad.yaml:3: size: 'big': write a size")
        .contains("from: is missing");
  }

  /** What the JVM's cache of classes is trained with is what a user does whose image is there. */
  @Test
  void theTrainingFindsTheImageThatItAsksFor() throws IOException {
    assertThat(
            new FarmTraining(
                    around -> {
                      SequencedMap<String, Supplier<Object>> programs = new LinkedHashMap<>();
                      programs.put("farm", () -> new FarmCommand(around));
                      return programs;
                    })
                .call())
        .isZero();
  }

  @Test
  void anEmptyFarmHasNothingToClean() {
    assertThat(heddle("gc").out()).startsWith("deleted 0 stages and 0 packages");
  }
}
