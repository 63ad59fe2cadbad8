package org.heddle.dist;

import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.URI;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.TreeSet;
import java.util.concurrent.Callable;
import org.heddle.agent.AgentOptions;
import org.heddle.agent.AgentOptions.ContentOptions;
import org.heddle.agent.AgentOptions.DriverKind;
import org.heddle.agent.AgentOptions.FarmOptions;
import org.heddle.agent.AgentProgram;
import org.heddle.agent.HostDefaults;
import org.heddle.cli.Environment;
import org.heddle.cli.Failure;
import org.heddle.dist.farm.RecipeFolders;
import org.heddle.drivers.DriverException;
import org.heddle.drivers.qemu.Accelerator;
import org.heddle.model.HostId;
import org.heddle.model.Resources;
import org.heddle.model.SiteId;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** {@code heddle agent}: makes this machine a host of a grid, until it is ended. */
@Command(
    name = "agent",
    description = {
      "Run the agent that makes this machine a host of a grid.",
      "It runs until it is ended; machines run on without it, and the next agent with the same"
          + " state folder finds them again. Needs root for the machines' network."
    })
final class AgentCommand implements Callable<Integer> {
  @Option(names = "--controller", required = true, paramLabel = "URL", description = "Controller.")
  URI controller = URI.create("");

  @Mixin TokenOptions token = new TokenOptions();

  @Option(names = "--site", required = true, paramLabel = "NAME", description = "This host's site.")
  String site = "";

  @Option(
      names = "--name",
      paramLabel = "NAME",
      description = "This host's name in the grid. Default: its host name.")
  @Nullable String name;

  @Option(
      names = "--address",
      required = true,
      paramLabel = "IP",
      description = "Address at which the other hosts reach this one.")
  String address = "";

  @Option(
      names = "--listen",
      paramLabel = "IP:PORT",
      converter = Units.Endpoint.class,
      description = "Where the API listens. Default: port 7181 of --address.")
  @Nullable InetSocketAddress listen;

  @Option(
      names = "--state",
      paramLabel = "DIR",
      description = "The agent's own folder. Default: /var/lib/heddle/agent.")
  Path state = Path.of("/var/lib/heddle/agent");

  @Option(
      names = "--images",
      paramLabel = "DIR",
      description = "Folder of images that are only read; may be given several times.")
  List<Path> images = new ArrayList<>();

  @Option(
      names = "--ram",
      paramLabel = "DIR",
      description = "Where the memory of machines lies: a short path on a tmpfs.")
  @Nullable Path ram;

  @Option(
      names = "--cores",
      paramLabel = "N",
      description = "Cores that machines may use together. Default: all.")
  @Nullable Integer cores;

  @Option(
      names = "--memory",
      paramLabel = "SIZE",
      converter = Units.Size.class,
      description = "Memory that machines may use together. Default: three quarters.")
  @Nullable Long memory;

  @Option(
      names = "--disk",
      paramLabel = "SIZE",
      converter = Units.Size.class,
      description = "Disk that machines may use together. Default: most of what is free.")
  @Nullable Long disk;

  @Option(
      names = "--repository",
      description = "Keep copies of the site's saved states: one host of a site.")
  boolean repository;

  @Option(
      names = "--store-quota",
      paramLabel = "SIZE",
      converter = Units.Size.class,
      description = "Most that the content store may take. Default: what the disk has.")
  long quota;

  @Option(
      names = "--copy-rate",
      paramLabel = "RATE",
      converter = Units.Rate.class,
      description =
          "How fast copies of saved states are made and sent to the site's repository. Default:"
              + " 300Mbit.")
  int rate = 300;

  @Option(
      names = "--tag",
      paramLabel = "WORD",
      description = "Tag of this host for placement; may be given several times.")
  List<String> tags = new ArrayList<>();

  @Option(
      names = "--accelerator",
      paramLabel = "NAME",
      description = "One of ${COMPLETION-CANDIDATES}. Default: AUTO.")
  Accelerator accelerator = Accelerator.AUTO;

  @Option(
      names = "--driver",
      paramLabel = "NAME",
      description = "One of ${COMPLETION-CANDIDATES}. Default: ${DEFAULT-VALUE}.")
  DriverKind driver = DriverKind.QEMU;

  @Option(
      names = "--trust",
      paramLabel = "KEYFILE",
      description =
          "Boot images that came from other hosts only when the owner of this public key (a farm's"
              + " keys/farm.pub, or one of 'heddle store key') has signed them; may be given"
              + " several times.")
  List<Path> trust = new ArrayList<>();

  @Option(
      names = "--builder",
      description = "Build images for the grid, from recipes. Needs root, and a farm's tools.")
  boolean builder;

  @Option(
      names = "--farm",
      paramLabel = "DIR",
      description = "The builder's farm. Default: farm in --state.")
  @Nullable Path farm;

  @Option(
      names = "--recipes",
      paramLabel = "DIR",
      description =
          "A folder with recipes/ and classes/ of the builder's, before those that come with"
              + " Heddle; may be given several times.")
  List<Path> recipes = new ArrayList<>();

  @Option(
      names = "--builds",
      paramLabel = "N",
      defaultValue = "2",
      description = "Builds at the same time; more wait. Default: ${DEFAULT-VALUE}.")
  int builds;

  @Option(
      names = "--farm-quota",
      paramLabel = "SIZE",
      converter = Units.Size.class,
      description =
          "Most that the builder's farm may take. Images that no vjob needs go when it is too"
              + " little, the longest unused first. Default: what the disk has.")
  long farmQuota;

  private final Environment around;

  AgentCommand(Environment around) {
    this.around = around;
  }

  @Override
  public Integer call() throws InterruptedException {
    try {
      AgentProgram program = AgentProgram.start(options());
      return Program.untilEnded(program, () -> Optional.empty());
    } catch (IllegalArgumentException refused) {
      throw Failure.invalid(Objects.requireNonNullElse(refused.getMessage(), "wrong options"));
    } catch (IOException | DriverException failed) {
      throw Program.failure("the agent cannot start", failed);
    }
  }

  private AgentOptions options() throws IOException {
    String host = name == null ? Program.hostName() : name;
    InetSocketAddress at =
        listen == null ? new Units.Endpoint().convert(address + ":7181") : listen;
    return new AgentOptions(
        controller,
        token
            .token(around)
            .orElseThrow(() ->
                Failure.invalid("no token: name a copy of the controller's with --token-file")),
        new SiteId(site),
        new HostId(host),
        address,
        at,
        state.toAbsolutePath().normalize(),
        images,
        new ContentOptions(quota << 20, repository, rate * 125_000L),
        capacity(),
        new TreeSet<>(tags),
        accelerator,
        Optional.ofNullable(ram),
        driver,
        farm());
  }

  private FarmOptions farm() {
    if (!builder) {
      return new FarmOptions(trust, Optional.empty());
    }
    Path folder = farm == null ? state.toAbsolutePath().normalize().resolve("farm") : farm;
    return new FarmOptions(
        trust,
        Optional.of(
            new FarmOptions.Builder(
                folder,
                RecipeFolders.all(recipes, around),
                builds,
                farmQuota << 20,
                around.variables())));
  }

  private Resources capacity() throws IOException {
    Resources whole = HostDefaults.capacity(state);
    return new Resources(
        Objects.requireNonNullElse(cores, whole.cores()),
        Objects.requireNonNullElse(memory, whole.memoryMiB()),
        Objects.requireNonNullElse(disk, whole.diskMiB()));
  }
}
