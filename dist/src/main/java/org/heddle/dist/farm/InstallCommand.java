package org.heddle.dist.farm;

import java.io.IOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HashSet;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.Callable;
import org.heddle.cli.Environment;
import org.heddle.cli.Failure;
import org.heddle.dist.guest.Tool;
import org.heddle.images.Farm;
import org.heddle.images.Import;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.ParentCommand;

/** {@code heddle farm install}. */
@Command(
    name = "install",
    description = {
      "Let an installer fill a new disk, which becomes an image: it runs in a guest, on the serial"
          + " console, with the answers of a preseed file.",
      "The guest reaches the mirror and nothing else."
    })
final class InstallCommand implements Callable<Integer> {
  private static final Path PACKAGE =
      Path.of("/usr/lib/debian-installer/images/12/amd64/text/debian-installer/amd64");

  @ParentCommand @Nullable FarmCommand parent;
  @Mixin FarmOptions options = new FarmOptions();

  @Parameters(index = "0", paramLabel = "NAME", description = "What the image is called.")
  String name = "";

  @Option(
      names = "--from",
      paramLabel = "FILE|DIR",
      description =
          "The installer: a CD-ROM image, or a folder with its kernel and initrd. Default: that of"
              + " Debian's package debian-installer-12-netboot-amd64.")
  Path from = PACKAGE;

  @Option(
      names = "--preseed",
      paramLabel = "FILE",
      description = "The answers. Default: examples/farm/install/bookworm.preseed.")
  @Nullable Path preseed;

  @Option(
      names = "--size",
      paramLabel = "MIB",
      defaultValue = "3072",
      description = "Of the disk. Default: ${DEFAULT-VALUE}.")
  long size;

  @Option(
      names = "--memory",
      paramLabel = "MIB",
      defaultValue = "1024",
      description = "Of the guest. Default: ${DEFAULT-VALUE}.")
  int memory;

  @Option(
      names = "--minutes",
      paramLabel = "N",
      defaultValue = "120",
      description = "Most time. Default: ${DEFAULT-VALUE}.")
  int minutes;

  @Option(
      names = "--mirror",
      paramLabel = "URL",
      description = "Where packages come from (http). Default: HEDDLE_MIRROR, else this machine's.")
  @Nullable String mirror;

  @Option(
      names = "--reach",
      paramLabel = "HOST[:PORT]",
      description = "A host that the guest may also reach by http; may be repeated.")
  List<String> more = List.of();

  @Override
  public Integer call() {
    Environment around = Objects.requireNonNull(parent).around();
    if (!Files.exists(from)) {
      throw Failure.notFound(
          "there is no " + from + "; apt-get install debian-installer-12-netboot-amd64, or --from");
    }
    Path answers =
        preseed == null
            ? Path.of(around.variable("HEDDLE_HOME"), "examples/farm/install/bookworm.preseed")
            : preseed;
    if (!Files.isRegularFile(answers)) {
      throw Failure.notFound("there is no preseed file " + answers);
    }
    Farm.Built built = Work.run(() -> install(around, answers));
    BuildCommand.Outcome outcome = BuildCommand.Outcome.of(built);
    around.print(options.format, outcome, outcome::text);
    return 0;
  }

  private Farm.Built install(Environment around, Path answers)
      throws IOException, InterruptedException, org.heddle.images.FarmException {
    Farm farm = options.open(around);
    URI address = URI.create(mirror(around));
    if (!"http".equals(address.getScheme()) || address.getHost() == null) {
      throw Failure.invalid("the mirror " + address + " is not of the form http://HOST/FOLDER");
    }
    Set<String> hosts = new HashSet<>(more);
    hosts.add(address.getAuthority());
    Installer.Wish wish =
        new Installer.Wish(
            from.toAbsolutePath(),
            answers,
            size,
            memory,
            Duration.ofMinutes(minutes),
            new Installer.Mirror(address.getAuthority(), address.getPath().replaceFirst("/+$", "")),
            hosts);
    Path folder = Files.createTempDirectory("heddle-install");
    try (Steps steps = new Steps(around)) {
      Path disk = new Installer(folder, part -> steps.say(name + ": " + part)).run(wish);
      return farm.take(new Import.Wish(disk, name, Optional.empty(), Optional.empty()));
    } finally {
      Tool.run("rm", "-rf", "--one-file-system", folder.toString());
    }
  }

  private String mirror(Environment around) throws IOException, InterruptedException {
    if (mirror != null) {
      return mirror;
    }
    String set = around.variable("HEDDLE_MIRROR");
    if (!set.isEmpty()) {
      return set;
    }
    String format = "$(ORIGIN)|$(LABEL)|$(REPO_URI)";
    return Tool.run("apt-get", "indextargets", "--format", format, "Created-By: Packages")
        .lines()
        .filter(line -> line.startsWith("Debian|Debian|"))
        .map(line -> line.substring("Debian|Debian|".length()))
        .findFirst()
        .orElseThrow(() -> Failure.invalid("this machine's apt has no mirror of Debian: --mirror"));
  }
}
