package org.heddle.dist.farm;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Objects;
import java.util.concurrent.Callable;
import java.util.stream.Stream;
import org.heddle.cli.Environment;
import org.heddle.cli.Failure;
import org.heddle.images.Farm;
import org.heddle.images.Limits;
import org.heddle.images.recipe.Library;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.ParentCommand;

/** {@code heddle farm check}. */
@Command(
    name = "check",
    description = {
      "Build images, boot machines from them here, without a grid, and let them do what they are"
          + " for.",
      "A check is a vjob file: its machines boot with a network of their own, and its run command"
          + " must end well. Those that come with Heddle are in examples/farm/vjobs; besides, disk"
          + " starts a bootable disk by BIOS and by UEFI, cloud imports an image with cloud-init by"
          + " http and seeds it, cdrom installs a system from a CD-ROM, and arm64 builds for another"
          + " processor. Needs root and QEMU; software emulation is enough."
    })
final class CheckCommand implements Callable<Integer> {
  private static final String SUFFIX = ".yaml";

  @ParentCommand @Nullable FarmCommand parent;
  @Mixin FarmOptions options = new FarmOptions();

  @Parameters(
      arity = "0..*",
      paramLabel = "NAME",
      description = "Names of checks, or vjob files. Default: all that come with Heddle.")
  List<String> names = List.of();

  @Option(
      names = "--seconds",
      paramLabel = "N",
      defaultValue = "300",
      description =
          "For the boot of all machines, and again for the run. Default: ${DEFAULT-VALUE}.")
  int seconds;

  @Option(names = "--list", description = "Only name the checks that come with Heddle.")
  boolean list;

  @Override
  public Integer call() {
    Environment around = Objects.requireNonNull(parent).around();
    List<FarmCheck.Result> results =
        Work.run(() -> {
          List<String> known = known(around);
          if (list) {
            known.forEach(around.out()::println);
            return List.of();
          }
          Work.needRoot("check");
          return run(around, names.isEmpty() ? known : names);
        });
    if (!list) {
      around.print(options.format, results, () -> text(results));
    }
    return results.stream().allMatch(FarmCheck.Result::ok) ? 0 : 1;
  }

  private List<FarmCheck.Result> run(Environment around, List<String> wanted)
      throws IOException, InterruptedException, org.heddle.images.FarmException {
    Farm farm = options.open(around, Limits.USUAL);
    List<FarmCheck> checks = new ArrayList<>();
    for (String name : wanted) {
      checks.add(check(name, farm, around));
    }
    List<FarmCheck.Result> results = new ArrayList<>();
    try (Steps steps = new Steps(around)) {
      for (FarmCheck check : checks) {
        FarmCheck.Result result = check.run(steps);
        results.add(result);
        steps.say(result.line());
      }
    }
    return results;
  }

  private FarmCheck check(String name, Farm farm, Environment around) throws IOException {
    Library library = options.library(around);
    Duration limit = Duration.ofSeconds(seconds);
    return switch (name) {
      case DiskCheck.NAME -> new DiskCheck(farm, library, limit);
      case CloudCheck.NAME -> new CloudCheck(farm, library, limit);
      case CdromCheck.NAME ->
          new CdromCheck(farm, library, limit, folder(around).resolve("../install/cdrom.preseed"));
      case OtherProcessorCheck.NAME -> new OtherProcessorCheck(farm, library);
      default -> VjobCheck.of(file(around, name), farm, library, limit);
    };
  }

  private static Path folder(Environment around) {
    return Path.of(around.variable("HEDDLE_HOME")).resolve("examples/farm/vjobs");
  }

  private static List<String> known(Environment around) throws IOException {
    Path folder = folder(around);
    if (!Files.isDirectory(folder)) {
      return List.of();
    }
    try (Stream<Path> files = Files.list(folder)) {
      Stream<String> vjobs =
          files
              .map(file -> file.getFileName().toString())
              .filter(name -> name.endsWith(SUFFIX))
              .map(name -> name.substring(0, name.length() - SUFFIX.length()));
      Stream<String> others =
          Stream.of(CdromCheck.NAME, CloudCheck.NAME, DiskCheck.NAME, OtherProcessorCheck.NAME);
      return Stream.concat(vjobs, others).sorted().toList();
    }
  }

  private static Path file(Environment around, String name) throws IOException {
    Path file =
        name.contains("/") || name.endsWith(SUFFIX)
            ? Path.of(name)
            : folder(around).resolve(name + SUFFIX);
    if (!Files.isRegularFile(file)) {
      throw Failure.notFound(
          "there is no check '" + name + "'; there are: " + String.join(", ", known(around)));
    }
    return file;
  }

  private static String text(List<FarmCheck.Result> results) {
    long well = results.stream().filter(FarmCheck.Result::ok).count();
    StringBuilder text = new StringBuilder();
    for (FarmCheck.Result one : results) {
      if (!one.ok()) {
        text.append(one.name()).append(": ").append(one.output()).append('\n');
      }
    }
    return text.append(
            String.format(Locale.ROOT, "%d of %d checks went well%n", well, results.size()))
        .toString();
  }
}
