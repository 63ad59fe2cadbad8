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
import org.heddle.dist.guest.Tool;
import org.heddle.images.Farm;
import org.heddle.images.FarmException;
import org.heddle.images.Progress;
import org.heddle.images.recipe.Library;
import org.heddle.images.recipe.RecipeException;
import org.heddle.model.MachineGroup;
import org.heddle.model.VjobSpec;

/** One check: the images of a vjob are built, its machines boot here, its command must end well. */
final class VjobCheck implements FarmCheck {
  private static final int SHOWN = 3000;

  private final VjobSpec vjob;
  private final String command;
  private final Farm farm;
  private final Library library;
  private final Duration limit;

  private VjobCheck(VjobSpec vjob, String command, Farm farm, Library library, Duration limit) {
    this.vjob = vjob;
    this.command = command;
    this.farm = farm;
    this.library = library;
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
  public Result run(Progress progress) throws IOException, InterruptedException {
    Watch watch = new Watch();
    Map<String, String> digests = new LinkedHashMap<>();
    Path folder = Files.createTempDirectory("heddle-check");
    try {
      Map<String, Path> images = build(progress, digests);
      watch.built();
      progress.step(vjob.name().toString(), "booting", 0);
      try (Cluster cluster =
          Cluster.start(vjob, image -> Objects.requireNonNull(images.get(image)), folder)) {
        cluster.awaitReady(limit);
        watch.booted();
        progress.step(vjob.name().toString(), "running", 0);
        Guest.Ran ran = cluster.first().run(command, limit);
        return watch.result(vjob.name().toString(), ran.code() == 0, digests, said(ran));
      }
    } catch (IOException | FarmException | RecipeException failed) {
      return watch.result(
          vjob.name().toString(), false, digests, String.valueOf(failed.getMessage()));
    } finally {
      Tool.run("rm", "-rf", "--one-file-system", folder.toString());
    }
  }

  private static String said(Guest.Ran ran) {
    String text = ran.output().strip();
    String end = text.substring(Math.max(0, text.length() - SHOWN));
    return ran.code() == 0 ? end : "exit code " + ran.code() + "\n" + end;
  }

  private Map<String, Path> build(Progress progress, Map<String, String> digests)
      throws IOException, InterruptedException, FarmException, RecipeException {
    Map<String, Path> images = new LinkedHashMap<>();
    for (MachineGroup group : vjob.machines()) {
      if (!images.containsKey(group.image())) {
        Farm.Built built =
            farm.build(library.resolve(group.image(), Library.Wish.NONE), false, progress);
        images.put(group.image(), built.folder());
        digests.put(group.image(), built.image().digest());
      }
    }
    return images;
  }
}
