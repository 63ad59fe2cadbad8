package org.heddle.dist;

import java.util.List;
import java.util.Objects;
import java.util.concurrent.Callable;
import java.util.stream.Collectors;
import org.heddle.cli.Environment;
import org.heddle.cli.Failure;
import org.heddle.dist.box.BoxSpec;
import org.heddle.dist.box.GridInABox.Up;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** {@code heddle up}: starts what is missing of the grid in a box. */
@Command(
    name = "up",
    description = {
      "Start a grid in a box: hosts that are network namespaces of this machine, with their agents,"
          + " and a controller.",
      "What already runs is left as it is, so a second 'up' does nothing and one after a crash"
          + " starts what is missing. Without options the grid is as it was the last time."
    })
final class UpCommand implements Callable<Integer> {
  @Option(names = "--sites", paramLabel = "N", description = "Sites. Default: 2.")
  @Nullable Integer sites;

  @Option(names = "--hosts-per-site", paramLabel = "N", description = "Hosts of each. Default: 2.")
  @Nullable Integer hostsPerSite;

  @Option(names = "--host-cores", paramLabel = "N", description = "Cores of a host. Default: 4.")
  @Nullable Integer hostCores;

  @Option(
      names = "--host-memory",
      paramLabel = "SIZE",
      converter = Units.Size.class,
      description = "Memory that a host has for machines. Default: 512MiB.")
  @Nullable Long hostMemory;

  @Option(
      names = "--host-disk",
      paramLabel = "SIZE",
      converter = Units.Size.class,
      description = "Disk that a host has for machines. Default: 8GiB.")
  @Nullable Long hostDisk;

  @Option(
      names = "--lease",
      paramLabel = "TIME",
      converter = Units.Seconds.class,
      description = "After so long without a word a host counts as lost. Default: 30s.")
  @Nullable Integer lease;

  @Option(
      names = "--host-rate",
      paramLabel = "RATE",
      converter = Units.Rate.class,
      description = "Rate of the link to a host. Default: 1000Mbit.")
  @Nullable Integer hostRate;

  @Option(
      names = "--site-rate",
      paramLabel = "RATE",
      converter = Units.Rate.class,
      description = "Rate of the link between sites. Default: 200Mbit.")
  @Nullable Integer siteRate;

  @Mixin BoxOptions options = new BoxOptions();

  private final Environment around;

  UpCommand(Environment around) {
    this.around = around;
  }

  /**
   * The answer as JSON has it.
   *
   * @param url of the controller; empty in a dry run
   * @param started what was started, or in a dry run would be
   */
  record Answer(boolean dryRun, String url, List<String> started) {}

  @Override
  public Integer call() {
    if (options.dryRun) {
      List<String> missing = options.run(around, grid -> grid.missing(this::wanted));
      around.print(options.format, new Answer(true, "", missing), () -> wouldStart(missing));
    } else {
      Up up = bringUp();
      around.print(options.format, new Answer(false, up.url(), up.started()), () -> "");
    }
    return 0;
  }

  private static String wouldStart(List<String> missing) {
    return missing.isEmpty()
        ? "nothing is missing\n"
        : missing.stream().map("would start %s%n"::formatted).collect(Collectors.joining());
  }

  private Up bringUp() {
    Thread farewell =
        new Thread(
            () -> say("interrupted; heddle up goes on from here, heddle down takes it down"));
    Runtime.getRuntime().addShutdownHook(farewell);
    try {
      Up up = options.run(around, grid -> grid.up(this::wanted));
      say(
          up.started().isEmpty()
              ? "the grid is up, nothing was missing"
              : "the grid is up; see it with: heddle status");
      return up;
    } finally {
      stay(farewell);
    }
  }

  private static void stay(Thread farewell) {
    try {
      Runtime.getRuntime().removeShutdownHook(farewell);
    } catch (IllegalStateException _) {
      // It says its word now.
    }
  }

  private BoxSpec wanted(BoxSpec before) {
    try {
      return combined(before);
    } catch (IllegalArgumentException refused) {
      throw Failure.invalid(Objects.requireNonNullElse(refused.getMessage(), "impossible size"));
    }
  }

  private BoxSpec combined(BoxSpec before) {
    return new BoxSpec(
        or(sites, before.sites()),
        or(hostsPerSite, before.hostsPerSite()),
        or(hostCores, before.hostCores()),
        hostMemory == null ? before.hostMemoryMiB() : hostMemory,
        hostDisk == null ? before.hostDiskMiB() : hostDisk,
        or(lease, before.leaseSeconds()),
        or(hostRate, before.hostMbit()),
        or(siteRate, before.siteMbit()));
  }

  private static int or(@Nullable Integer option, int before) {
    return option == null ? before : option;
  }

  private void say(String line) {
    BoxOptions.say(around, line);
  }
}
