package org.heddle.dist.farm;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Objects;
import org.heddle.api.VjobFile;
import org.heddle.cli.Failure;
import org.heddle.dist.guest.Cluster;
import org.heddle.dist.guest.Guest;
import org.heddle.images.Farm;
import org.heddle.images.FarmException;
import org.heddle.images.recipe.Library;
import org.heddle.images.recipe.RecipeException;
import org.heddle.model.MachineGroup;
import org.heddle.model.VjobSpec;

/** One check: the images of a vjob are built, its machines boot here, its command must end well. */
final class VjobCheck extends FarmCheck {
  private static final int SHOWN = 3000;

  private final VjobSpec vjob;
  private final String command;
  private final Duration limit;

  private VjobCheck(VjobSpec vjob, String command, Farm farm, Library library, Duration limit) {
    super(vjob.name().toString(), farm, library);
    this.vjob = vjob;
    this.command = command;
    this.limit = limit;
  }

  static VjobCheck of(Path file, Farm farm, Library library, Duration limit) throws IOException {
    VjobFile read = VjobFile.read(file.toString(), Files.readString(file), "check");
    if (!read.problems().isEmpty()) {
      throw Failure.invalid(
          String.join("\n", read.problems().stream().map(VjobFile.Problem::toString).toList()));
    }
    VjobSpec vjob = read.documents().getFirst().spec();
    String command =
        vjob.run().orElseThrow(() -> Failure.invalid(file + ": write run: what shall end well"));
    return new VjobCheck(vjob, command, farm, library, limit);
  }

  @Override
  Answer attempt(Trial trial)
      throws IOException, InterruptedException, FarmException, RecipeException {
    Map<String, Path> images = build(trial);
    trial.built("booting");
    try (Cluster cluster =
        Cluster.start(vjob, image -> Objects.requireNonNull(images.get(image)), trial.folder())) {
      cluster.awaitReady(limit);
      trial.booted("running");
      Guest.Ran ran = cluster.first().run(command, limit);
      return new Answer(ran.code() == 0, said(ran));
    }
  }

  private static String said(Guest.Ran ran) {
    String text = ran.output().strip();
    String end = text.substring(Math.max(0, text.length() - SHOWN));
    return ran.code() == 0 ? end : "exit code " + ran.code() + "\n" + end;
  }

  private Map<String, Path> build(Trial trial)
      throws IOException, InterruptedException, FarmException, RecipeException {
    Map<String, Path> images = new LinkedHashMap<>();
    for (MachineGroup group : vjob.machines()) {
      if (!images.containsKey(group.image())) {
        images.put(group.image(), trial.build(group.image()).folder());
      }
    }
    return images;
  }
}
