package org.heddle.agent.farm;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import java.nio.file.Files;
import java.nio.file.Path;
import java.time.InstantSource;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;
import org.heddle.api.ApiException;
import org.heddle.api.FarmApi.BuildRequest;
import org.heddle.api.FarmApi.RecipeText;
import org.heddle.images.Farm;
import org.heddle.images.Limits;
import org.heddle.images.recipe.Library;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What a builder says to recipes before it builds anything. */
final class FarmWorkshopTest {
  @TempDir Path folder;
  private FarmWorkshop workshop;

  @BeforeEach
  void aFarm() throws Exception {
    Path classes = Files.createDirectories(folder.resolve("lib/classes"));
    Files.writeString(
        classes.resolve("scratch.yaml"),
        "name: scratch\nfamily: scratch\nsuite: scratch\narchitectures: [amd64]\nsize: 16MiB\n");
    workshop =
        new FarmWorkshop(
            Farm.open(folder.resolve("farm"), Limits.USUAL, Map.of(), InstantSource.system()),
            new Library(List.of(folder.resolve("lib"))),
            folder.resolve("uploads"),
            folder.resolve("offered"),
            new NoStore());
  }

  private ApiException refused(String recipe) {
    RecipeText text = new RecipeText("site.yaml", recipe, List.of());
    return catchThrowableOfType(
        ApiException.class,
        () -> workshop.draft(BuildRequest.toBoot(Optional.empty(), Optional.of(text))));
  }

  private void assertNoUploadLeft() throws Exception {
    try (Stream<Path> left = Files.list(folder.resolve("uploads"))) {
      assertThat(left).isEmpty();
    }
  }

  @Test
  void aRecipeThatIsNestedTooDeeplyIsRefusedWithItsPlace() throws Exception {
    ApiException refused = refused("name: r\nfrom: scratch\npackages: " + "[".repeat(100_000));

    assertThat(refused.problem().status()).isEqualTo(400);
    assertThat(refused.problem().detail()).startsWith("site.yaml:3: ").contains("too deeply");
    assertNoUploadLeft();
  }

  @Test
  void aMachinesImageNeedsAKernel() throws Exception {
    ApiException refused = refused("name: r\nfrom: scratch\nformat: qcow2\n");

    assertThat(refused.problem().status()).isEqualTo(400);
    assertThat(refused.problem().detail()).contains("site.yaml: kernel: is missing");
    assertThat(refused.problem().field()).isEqualTo("kernel");
    assertNoUploadLeft();
  }
}
