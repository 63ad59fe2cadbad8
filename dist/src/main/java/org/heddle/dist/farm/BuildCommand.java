package org.heddle.dist.farm;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.FutureTask;
import org.heddle.api.FarmApi.BuildRequest;
import org.heddle.api.FarmApi.BuildView;
import org.heddle.api.FarmApi.RecipeText;
import org.heddle.api.GridClient;
import org.heddle.api.GridException;
import org.heddle.api.RecipeSources;
import org.heddle.cli.Environment;
import org.heddle.cli.GridBuilds;
import org.heddle.cli.GridOptions;
import org.heddle.cli.Human;
import org.heddle.images.Farm;
import org.heddle.images.FarmException;
import org.heddle.images.ImageRecord.StageUse;
import org.heddle.images.Limits;
import org.heddle.images.recipe.Blueprint;
import org.heddle.images.recipe.ImageFormat;
import org.heddle.images.recipe.Library;
import org.heddle.images.recipe.RecipeException;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.ParentCommand;

/** {@code heddle farm build}. */
@Command(
    name = "build",
    description = "Build images that are not there yet; what they have in common is made once.")
final class BuildCommand implements Callable<Integer> {
  @ParentCommand @Nullable FarmCommand parent;
  @Mixin FarmOptions options = new FarmOptions();

  @Parameters(arity = "1..*", paramLabel = "RECIPE", description = "Names of recipes, or files.")
  List<String> recipes = List.of();

  @Option(names = "--format", paramLabel = "FORMAT", description = "Another than the recipe's.")
  @Nullable String imageFormat;

  @Option(names = "--arch", paramLabel = "ARCH", description = "Another than the recipe's.")
  @Nullable String architecture;

  @Option(
      names = "--into",
      paramLabel = "DIR",
      description = "Also put the images there, in folders NAME, as the grid reads them.")
  @Nullable Path into;

  @Option(
      names = "--refresh",
      description = "Fetch new package lists first; what they change is made anew.")
  boolean refresh;

  @Option(
      names = "--on-grid",
      description =
          "Have the grid build them, on its host that builds, for its vjobs. The grid is found as"
              + " by other commands; files that a recipe copies are sent with it.")
  boolean onGrid;

  @Option(
      names = "--no-store",
      description = "Do not keep the image's chunks in the farm's content store too.")
  boolean noStore;

  @Option(
      names = "--time-limit",
      paramLabel = "SECONDS",
      defaultValue = "1800",
      description = "Most time of one step. Default: ${DEFAULT-VALUE}.")
  int seconds;

  @Option(
      names = "--memory-limit",
      paramLabel = "MIB",
      defaultValue = "4096",
      description = "Most memory of one step. Default: ${DEFAULT-VALUE}.")
  int memory;

  @Option(
      names = "--disk-limit",
      paramLabel = "MIB",
      defaultValue = "16384",
      description = "Most that scripts may write. Default: ${DEFAULT-VALUE}.")
  int disk;

  /** What a build answers. */
  record Outcome(
      String name,
      String digest,
      boolean cached,
      List<StageUse> stages,
      long bytes,
      double seconds,
      String folder) {
    static Outcome of(Farm.Built built) {
      return new Outcome(
          built.image().name(),
          built.image().digest(),
          built.cached(),
          built.cached()
              ? built.image().stages().stream()
                  .map(use -> new StageUse(use.name(), use.digest(), true, 0, "reused"))
                  .toList()
              : built.image().stages(),
          built.image().bytes(),
          built.seconds(),
          built.folder().toString());
    }

    String text() {
      return String.format(
          Locale.ROOT,
          "%s %s: %s, %s %.1f s%n",
          name,
          digest.substring(0, 12),
          Human.mib(Math.max(1, bytes >> 20)),
          cached ? "found in" : "built in",
          seconds);
    }
  }

  @Override
  public Integer call() {
    Environment around = Objects.requireNonNull(parent).around();
    if (onGrid) {
      return buildOnGrid(around);
    }
    Limits limits = limits();
    List<Outcome> outcomes =
        Work.run(() -> {
          List<Blueprint> images = resolve(options.library(around));
          Farm farm = options.open(around, limits);
          for (Blueprint image : images) {
            if (refresh || farm.find(image).isEmpty()) {
              Work.needRoot("build");
            }
          }
          try (Steps steps = new Steps(around)) {
            return build(farm, images, steps);
          }
        });
    Object answer = outcomes.size() == 1 ? outcomes.getFirst() : outcomes;
    around.print(options.format, answer, () -> text(outcomes));
    return 0;
  }

  private int buildOnGrid(Environment around) {
    if (into != null) {
      throw org.heddle.cli.Failure.invalid("--into is for a farm on this machine, not --on-grid");
    }
    var _ = wish(architecture, imageFormat);
    List<BuildRequest> requests = recipes.stream().map(this::request).toList();
    try (GridClient grid = GridOptions.found(around);
        GridBuilds builds = new GridBuilds(grid, around)) {
      List<BuildView> built = builds.build(requests);
      Object answer = built.size() == 1 ? built.getFirst() : built;
      StringBuilder text = new StringBuilder();
      built.forEach(one -> text.append(GridBuilds.line(one)).append('\n'));
      around.print(options.format, answer, text::toString);
      return 0;
    } catch (GridBuilds.Failed failed) {
      throw new GridException(failed.problem());
    }
  }

  private BuildRequest request(String recipe) {
    boolean file = recipe.contains("/") || recipe.endsWith(".yaml");
    return new BuildRequest(
        file ? Optional.empty() : Optional.of(recipe),
        file ? Optional.of(text(Path.of(recipe))) : Optional.empty(),
        Optional.ofNullable(architecture),
        Optional.ofNullable(imageFormat),
        false,
        refresh);
  }

  private static RecipeText text(Path file) {
    try {
      Path folder = Objects.requireNonNull(file.toAbsolutePath().getParent());
      return RecipeSources.gather(file.toString(), Files.readString(file), folder);
    } catch (NoSuchFileException missing) {
      throw org.heddle.cli.Failure.invalid(file + ": there is no such file");
    } catch (IOException unreadable) {
      throw org.heddle.cli.Failure.invalid(file + ": " + unreadable.getMessage());
    }
  }

  private Limits limits() {
    try {
      return new Limits(Duration.ofSeconds(seconds), memory, Limits.USUAL.processes(), disk);
    } catch (IllegalArgumentException tooLow) {
      throw org.heddle.cli.Failure.invalid(Objects.requireNonNull(tooLow.getMessage()));
    }
  }

  private static String text(List<Outcome> outcomes) {
    StringBuilder text = new StringBuilder();
    outcomes.forEach(one -> text.append(one.text()));
    return text.toString();
  }

  private List<Blueprint> resolve(Library library)
      throws IOException, RecipeException, FarmException {
    List<Blueprint> images = new ArrayList<>();
    for (String recipe : recipes) {
      images.add(library.resolve(recipe, wish(architecture, imageFormat)));
    }
    return images;
  }

  static Library.Wish wish(@Nullable String architecture, @Nullable String format) {
    Optional<ImageFormat> wanted =
        Optional.ofNullable(format)
            .map(word ->
                ImageFormat.of(word)
                    .orElseThrow(() ->
                        org.heddle.cli.Failure.invalid(
                            "no format '"
                                + word
                                + "'; there are: "
                                + String.join(", ", ImageFormat.words()))));
    return new Library.Wish(Optional.ofNullable(architecture), wanted);
  }

  /** Several images side by side: what they share is waited for by all but one. */
  private List<Outcome> build(Farm farm, List<Blueprint> images, Steps steps)
      throws IOException, InterruptedException, FarmException {
    List<FutureTask<Farm.Built>> tasks = new ArrayList<>();
    List<Thread> threads = new ArrayList<>();
    for (Blueprint image : images) {
      FutureTask<Farm.Built> task = new FutureTask<>(() -> one(farm, image, steps));
      tasks.add(task);
      threads.add(Thread.ofVirtual().start(task));
    }
    List<Outcome> outcomes = new ArrayList<>();
    try {
      for (FutureTask<Farm.Built> task : tasks) {
        outcomes.add(Outcome.of(task.get()));
      }
    } catch (ExecutionException failed) {
      switch (failed.getCause()) {
        case FarmException known -> throw known;
        case IOException outside -> throw outside;
        case null, default -> throw new IllegalStateException(failed.getCause());
      }
    } finally {
      threads.forEach(Thread::interrupt);
      for (Thread thread : threads) {
        thread.join();
      }
    }
    return outcomes;
  }

  private Farm.Built one(Farm farm, Blueprint image, Steps steps)
      throws IOException, InterruptedException, FarmException {
    Farm.Built built = farm.build(image, refresh, steps);
    if (!noStore && !built.cached()) {
      farm.keep(built.image());
    }
    if (into != null) {
      farm.give(built.image(), into.resolve(built.image().name()));
    }
    return built;
  }
}
