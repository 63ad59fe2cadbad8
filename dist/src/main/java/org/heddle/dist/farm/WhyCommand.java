package org.heddle.dist.farm;

import java.io.IOException;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.Callable;
import org.heddle.cli.Environment;
import org.heddle.cli.Table;
import org.heddle.images.Farm;
import org.heddle.images.FarmException;
import org.heddle.images.ImageRecord;
import org.heddle.images.ImageRecord.StageUse;
import org.heddle.images.recipe.Blueprint;
import org.heddle.images.recipe.RecipeException;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.ParentCommand;

/** {@code heddle farm why}. */
@Command(
    name = "why",
    description = "Say which stages of an image were reused and which were made, and why.")
final class WhyCommand implements Callable<Integer> {
  @ParentCommand @Nullable FarmCommand parent;
  @Mixin FarmOptions options = new FarmOptions();

  @Parameters(
      index = "0",
      paramLabel = "IMAGE",
      description = "A recipe (what its build did or would do now), or an image.")
  String image = "";

  @Option(names = "--format", paramLabel = "FORMAT", description = "Another than the recipe's.")
  @Nullable String imageFormat;

  @Option(names = "--arch", paramLabel = "ARCH", description = "Another than the recipe's.")
  @Nullable String architecture;

  @Override
  public Integer call() {
    Environment around = Objects.requireNonNull(parent).around();
    List<StageUse> uses = Work.run(() -> uses(options.open(around), around));
    around.print(options.format, uses, () -> table(uses, around));
    return 0;
  }

  private List<StageUse> uses(Farm farm, Environment around)
      throws IOException, InterruptedException, FarmException, RecipeException {
    Blueprint blueprint;
    try {
      blueprint =
          options.library(around).resolve(image, BuildCommand.wish(architecture, imageFormat));
    } catch (RecipeException noRecipe) {
      try {
        return farm.show(image).stages();
      } catch (FarmException noImageEither) {
        throw noRecipe;
      }
    }
    Optional<ImageRecord> built = farm.find(blueprint);
    return built.isPresent() ? built.get().stages() : farm.why(blueprint);
  }

  private static String table(List<StageUse> uses, Environment around) {
    Table table = Table.of("STAGE", "DIGEST", ">SECONDS", "WHY");
    uses.forEach(
        one -> table.row(one.name(), one.digest().substring(0, 12), one.seconds(), one.reason()));
    return table.render(around.output());
  }
}
