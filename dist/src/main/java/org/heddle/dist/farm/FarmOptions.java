package org.heddle.dist.farm;

import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import org.heddle.cli.Environment;
import org.heddle.cli.Format;
import org.heddle.images.Farm;
import org.heddle.images.FarmException;
import org.heddle.images.Limits;
import org.heddle.images.recipe.Library;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/** What the commands on one farm have in common. */
final class FarmOptions {
  @Option(
      names = "--farm",
      paramLabel = "DIR",
      description = "The farm's folder. Default: HEDDLE_FARM, else farm in the state folder.")
  @Nullable Path folder;

  @Option(
      names = "--recipes",
      paramLabel = "DIR",
      description =
          "A folder with recipes/ and classes/, before those that come with Heddle; may be"
              + " repeated.")
  List<Path> recipes = List.of();

  @Option(
      names = {"-o", "--output"},
      paramLabel = "FORMAT",
      defaultValue = "table",
      description = "Print as ${COMPLETION-CANDIDATES}; errors too.")
  Format format = Format.TABLE;

  Farm open(Environment around, Limits limits) throws IOException, FarmException {
    return Farm.open(path(around), limits, around.variables(), around.clock());
  }

  Farm open(Environment around) throws IOException, FarmException {
    return open(around, Limits.USUAL);
  }

  private Path path(Environment around) {
    if (folder != null) {
      return folder;
    }
    String farm = around.variable("HEDDLE_FARM");
    if (!farm.isEmpty()) {
      return Path.of(farm);
    }
    String state = around.variable("HEDDLE_STATE");
    return Path.of(state.isEmpty() ? ".heddle" : state).resolve("farm");
  }

  Library library(Environment around) {
    return new Library(RecipeFolders.all(recipes, around));
  }
}
