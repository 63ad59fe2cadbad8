package org.heddle.dist.farm;

import java.io.IOException;
import java.net.URI;
import java.net.URISyntaxException;
import java.nio.charset.CharacterCodingException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.Callable;
import org.heddle.cli.Environment;
import org.heddle.cli.Failure;
import org.heddle.images.Farm;
import org.heddle.images.Import;
import org.heddle.images.Limits;
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
      "Take an image from elsewhere into the farm: a disk (a cloud image) or a tar, packed or not.",
      "A disk may get a second one with cloud-init's NoCloud data, which its first boot reads."
    })
final class ImportCommand implements Callable<Integer> {
  @ParentCommand @Nullable FarmCommand parent;
  @Mixin FarmOptions options = new FarmOptions();

  @Parameters(
      index = "0",
      paramLabel = "FILE|URL",
      description = "The image; a URL begins with http:// or https://.")
  String from = "";

  @Option(names = "--name", required = true, paramLabel = "NAME", description = "Its name here.")
  String name = "";

  @Option(
      names = "--user-data",
      paramLabel = "FILE",
      description = "cloud-init's user-data; makes seed.img beside the disk.")
  @Nullable Path userData;

  @Option(
      names = "--sha256",
      paramLabel = "DIGITS",
      description = "What the file's digest must be, or nothing is taken.")
  @Nullable String sha256;

  @Option(
      names = "--disk-limit",
      paramLabel = "MIB",
      defaultValue = "16384",
      description = "Most that is fetched, or unpacked. Default: ${DEFAULT-VALUE}.")
  long disk;

  @Override
  public Integer call() {
    Environment around = Objects.requireNonNull(parent).around();
    Optional<URI> address = address();
    if (address.isEmpty() && !Files.isRegularFile(Path.of(from))) {
      throw Failure.notFound("there is no file " + from);
    }
    Farm.Built built =
        Work.run(() -> {
          Farm farm = options.open(around, limits());
          Optional<String> data = data();
          Optional<String> digest = Optional.ofNullable(sha256);
          if (address.isEmpty()) {
            return farm.take(new Import.Wish(Path.of(from), name, data, digest));
          }
          try (Steps steps = new Steps(around)) {
            return farm.take(address.get(), name, data, digest, steps);
          }
        });
    BuildCommand.Outcome outcome = BuildCommand.Outcome.of(built);
    around.print(options.format, outcome, outcome::text);
    return 0;
  }

  private Limits limits() {
    Limits usual = Limits.USUAL;
    if (disk < 4) {
      throw Failure.invalid("--disk-limit " + disk + ": allow at least 4 MiB");
    }
    return new Limits(usual.time(), usual.memoryMiB(), usual.processes(), disk);
  }

  private Optional<String> data() throws IOException {
    if (userData == null) {
      return Optional.empty();
    }
    try {
      return Optional.of(Files.readString(userData));
    } catch (NoSuchFileException none) {
      throw Failure.notFound("there is no file " + userData);
    } catch (CharacterCodingException otherBytes) {
      throw Failure.invalid(userData + " is no text in UTF-8, as user-data are");
    }
  }

  private Optional<URI> address() {
    if (!from.startsWith("http://") && !from.startsWith("https://")) {
      return Optional.empty();
    }
    try {
      return Optional.of(new URI(from));
    } catch (URISyntaxException wrong) {
      throw Failure.invalid("'" + from + "' is no address: " + wrong.getReason());
    }
  }
}
