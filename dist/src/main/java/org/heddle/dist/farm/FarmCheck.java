package org.heddle.dist.farm;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;
import org.heddle.dist.guest.Tool;
import org.heddle.images.Farm;
import org.heddle.images.FarmException;
import org.heddle.images.Progress;
import org.heddle.images.recipe.Library;
import org.heddle.images.recipe.RecipeException;

/** Something that the farm claims, tried for real: what is built boots and does its work. */
abstract class FarmCheck {
  private final String name;
  private final Farm farm;
  private final Library library;

  FarmCheck(String name, Farm farm, Library library) {
    this.name = name;
    this.farm = farm;
    this.library = library;
  }

  final String name() {
    return name;
  }

  final Farm farm() {
    return farm;
  }

  /** What was seen: the end of what was said. */
  record Answer(boolean ok, String output) {}

  /** Tries it. What fails by exception is not as it should be. */
  abstract Answer attempt(Trial trial)
      throws IOException, InterruptedException, FarmException, RecipeException;

  /** Never fails by exception for what the check is about: that is an answer. */
  final Result run(Progress progress) throws IOException, InterruptedException {
    Path folder = Files.createTempDirectory("heddle-check");
    Trial trial = new Trial(folder, progress);
    try {
      Answer answer = attempt(trial);
      return trial.result(answer.ok(), answer.output());
    } catch (IOException | FarmException | RecipeException failed) {
      return trial.result(false, String.valueOf(failed.getMessage()));
    } finally {
      Tool.run("rm", "-rf", "--one-file-system", folder.toString());
    }
  }

  /**
   * How it went; times in seconds.
   *
   * @param images digests by name
   * @param output the end of what was said, or why it did not come to that
   */
  record Result(
      String name,
      boolean ok,
      double buildSeconds,
      double bootSeconds,
      double runSeconds,
      Map<String, String> images,
      String output) {
    String line() {
      return String.format(
          Locale.ROOT,
          "%-6s %-10s build %6.1f s, boot %5.1f s, run %5.1f s",
          ok ? "ok" : "FAILED",
          name,
          buildSeconds,
          bootSeconds,
          runSeconds);
    }
  }

  /** One run: its folder, what was built, and what took how long. */
  final class Trial {
    private final Path folder;
    private final Progress progress;
    private final Map<String, String> digests = new LinkedHashMap<>();
    private final long begin = System.nanoTime();
    private long built;
    private long booted;

    private Trial(Path folder, Progress progress) {
      this.folder = folder;
      this.progress = progress;
    }

    /** For what it needs meanwhile. */
    Path folder() {
      return folder;
    }

    Progress progress() {
      return progress;
    }

    Farm.Built build(String recipe)
        throws IOException, InterruptedException, FarmException, RecipeException {
      return noted(recipe, farm.build(library.resolve(recipe, Library.Wish.NONE), false, progress));
    }

    Farm.Built noted(String image, Farm.Built made) {
      digests.put(image, made.image().digest());
      return made;
    }

    /** A file of an image that is a tar, taken out of it. */
    Path file(Farm.Built from, String name)
        throws IOException, InterruptedException, FarmException {
      Path tar = folder.resolve("exported.tar");
      farm.export(from.image(), tar);
      Tool.run("tar", "-C", folder.toString(), "-x", "-f", tar.toString(), "./" + name);
      return folder.resolve(name);
    }

    /** From now on it boots. */
    void built(String step) {
      built = System.nanoTime();
      progress.step(name, step, 0);
    }

    /** From now on it runs. */
    void booted(String step) {
      booted = System.nanoTime();
      progress.step(name, step, 0);
    }

    private Result result(boolean ok, String output) {
      long end = System.nanoTime();
      long afterBuild = built == 0 ? end : built;
      long afterBoot = booted == 0 ? end : booted;
      return new Result(
          name,
          ok,
          seconds(afterBuild - begin),
          seconds(afterBoot - afterBuild),
          seconds(end - afterBoot),
          digests,
          output);
    }

    private static double seconds(long nanos) {
      return Math.round(nanos / 1e8) / 10.0;
    }
  }
}
