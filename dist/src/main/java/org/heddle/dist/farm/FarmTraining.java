package org.heddle.dist.farm;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SequencedMap;
import java.util.concurrent.Callable;
import java.util.function.Function;
import java.util.function.Supplier;
import org.heddle.api.Json;
import org.heddle.cli.Environment;
import org.heddle.cli.ExitCode;
import org.heddle.cli.HeddleCommand;
import org.heddle.drivers.Folders;
import org.heddle.images.ImageRecord;
import org.heddle.images.recipe.Blueprint;
import org.heddle.images.recipe.Library;
import org.heddle.images.recipe.RecipeException;
import picocli.CommandLine.Command;

/**
 * The farm's part of the training for the JVM's cache of classes: what a build of an image that is
 * there already goes through, in a farm of its own. Nothing is built, so it needs no root.
 */
@Command(name = "farm", hidden = true, description = "Training for the AOT cache.")
public final class FarmTraining implements Callable<Integer> {
  private static final List<String> COMMANDS =
      List.of(
          "farm import @/lib/taken.squashfs --name taken --farm @/farm",
          "farm list --farm @/farm",
          "farm show taken --farm @/farm -o json",
          "farm list --known-recipes --recipes @/lib --farm @/farm",
          "farm why small --recipes @/lib --farm @/farm",
          "farm build small --recipes @/lib --farm @/farm");

  private final Function<Environment, SequencedMap<String, Supplier<Object>>> programs;

  /**
   * @param programs the commands of the program that is trained
   */
  public FarmTraining(Function<Environment, SequencedMap<String, Supplier<Object>>> programs) {
    this.programs = programs;
  }

  @Override
  public Integer call() throws IOException {
    Path folder = Files.createTempDirectory("heddle-training");
    try {
      library(folder.resolve("lib"));
      built(folder);
      Environment around = Environment.silent(Map.of());
      int worst = ExitCode.OK.number();
      for (String line : COMMANDS) {
        String[] words = line.replace("@", folder.toString()).split(" ", -1);
        worst = Math.max(worst, HeddleCommand.run(around, programs.apply(around), words));
      }
      return worst;
    } catch (RecipeException wrong) {
      throw new IllegalStateException(wrong);
    } finally {
      Folders.remove(folder);
    }
  }

  /** As if the image had been built: as far as is read of it to find it. */
  private static void built(Path folder) throws IOException, RecipeException {
    Blueprint small =
        new Library(List.of(folder.resolve("lib")))
            .resolve("small", new Library.Wish(Optional.empty(), Optional.empty()));
    ImageRecord image =
        new ImageRecord(
            small.digest(),
            "small",
            "scratch",
            "amd64",
            "tar",
            "",
            0,
            List.of(new ImageRecord.StageUse("base", small.digest(), false, 0, "made")),
            List.of("a 1 all"),
            List.of(new ImageRecord.FileOf("root.tar", "0", 0)),
            0,
            0,
            0);
    Path own = Files.createDirectories(folder.resolve("farm/images").resolve(small.digest()));
    Files.writeString(own.resolve("build.json"), Json.write(image));
  }

  private static void library(Path folder) throws IOException {
    Files.createDirectories(folder.resolve("classes"));
    Files.createDirectories(folder.resolve("recipes/small"));
    Files.writeString(
        folder.resolve("classes/scratch.yaml"),
        "name: scratch\nfamily: scratch\nsuite: scratch\narchitectures: [amd64]\nsize: 16MiB\n");
    Files.writeString(folder.resolve("recipes/small/file"), "small\n");
    Files.writeString(
        folder.resolve("recipes/small/recipe.yaml"),
        """
        name: small
        from: scratch
        files:
          - {path: /etc/file, source: file, mode: 644}
          - {path: /etc/text, content: "text"}
        users: [{name: ann, groups: [adm]}]
        services: {enable: [some]}
        scripts: ["true"]
        format: tar
        """);
    Files.writeString(folder.resolve("taken.squashfs"), "hsqs" + "x".repeat(1000));
  }
}
