package org.heddle.dist.farm;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.Callable;
import org.heddle.cli.Environment;
import org.heddle.cli.Failure;
import org.heddle.images.Farm;
import org.heddle.images.Import;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.ParentCommand;

/** {@code heddle farm import}. */
@Command(
    name = "import",
    description = {
      "Take an image from elsewhere into the farm: a qcow2 or raw disk (a cloud image), or a tar.",
      "A disk may get a second one with cloud-init's NoCloud data, which its first boot reads."
    })
final class ImportCommand implements Callable<Integer> {
  @ParentCommand @Nullable FarmCommand parent;
  @Mixin FarmOptions options = new FarmOptions();

  @Parameters(index = "0", paramLabel = "FILE", description = "The image.")
  Path file = Path.of("");

  @Option(names = "--name", required = true, paramLabel = "NAME", description = "Its name here.")
  String name = "";

  @Option(
      names = "--user-data",
      paramLabel = "FILE",
      description = "cloud-init's user-data; makes seed.img beside the disk.")
  @Nullable Path userData;

  @Override
  public Integer call() {
    Environment around = Objects.requireNonNull(parent).around();
    if (!Files.isRegularFile(file)) {
      throw Failure.notFound("there is no file " + file);
    }
    Farm.Built built =
        Work.run(() -> {
          Farm farm = options.open(around);
          Optional<String> data =
              userData == null ? Optional.empty() : Optional.of(Files.readString(userData));
          return farm.take(new Import.Wish(file, name, data));
        });
    BuildCommand.Outcome outcome = BuildCommand.Outcome.of(built);
    around.print(options.format, outcome, outcome::text);
    return 0;
  }
}
