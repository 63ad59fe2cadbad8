package org.heddle.dist.bench;

import java.io.IOException;
import java.io.PrintStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.heddle.api.Json;
import org.heddle.cli.Environment;
import org.heddle.dist.box.BoxException;
import org.heddle.dist.guest.Tool;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code heddle bench}: measures us beside a peer, in one run on this machine. */
@Command(
    name = "bench",
    description = "Measure this machine: us and a peer in one run.",
    subcommands = {})
public final class BenchCommand {
  private final Environment around;
  private final String mainClass;

  public BenchCommand(Environment around, String mainClass) {
    this.around = around;
    this.mainClass = mainClass;
  }

  @Command(
      name = "switch",
      description =
          "Needs root. Boot, suspend, resume and live migration of a 256 MiB guest beside the same"
              + " done by hand with bare QEMU; pause skew, memory of the programs, start of the"
              + " command.")
  int switches(
      @Option(
              names = "--rounds",
              paramLabel = "N",
              defaultValue = "5",
              description = "Default: ${DEFAULT-VALUE}.")
          int rounds,
      @Mixin ReportOption file)
      throws IOException, InterruptedException, BoxException {
    Path state = Path.of(around.variable("HEDDLE_STATE"));
    SwitchBench.Result result =
        new SwitchBench(state, mainClass, line -> around.err().println(line)).run(rounds);
    SwitchText.Report report =
        new SwitchText.Report(machine(), rounds, SwitchBench.MEMORY_MIB, result, startUps(rounds));
    SwitchText.print(report, around.out());
    file.write(report);
    return 0;
  }

  @Command(
      name = "swarm",
      description =
          "Needs root. Hosts of one site fetch one image over a limited link, first one alone, then"
              + " all at once: copies on the link, and time to that of one.")
  int swarm(
      @Option(
              names = "--hosts",
              paramLabel = "N",
              defaultValue = "8",
              description = "Default: ${DEFAULT-VALUE}.")
          int hosts,
      @Option(
              names = "--image-mib",
              paramLabel = "N",
              defaultValue = "64",
              description = "Default: ${DEFAULT-VALUE}.")
          int imageMiB,
      @Option(
              names = "--mbit",
              paramLabel = "N",
              defaultValue = "25",
              description = "The link's rate. Default: ${DEFAULT-VALUE}.")
          int mbit,
      @Mixin ReportOption file)
      throws IOException, InterruptedException {
    Path folder = Files.createTempDirectory("heddle-swarm");
    SwarmBench.Result result;
    try (SwarmBench bench = new SwarmBench(folder, hosts, line -> around.err().println(line))) {
      result = bench.run((long) imageMiB << 20, mbit);
    }
    around
        .out()
        .printf(
            "%d hosts, %d MiB over %d Mbit/s: one alone %.1f s; all %.1f s (%.2f times as long),"
                + " %.2f copies on the link (%s)%n",
            hosts,
            imageMiB,
            mbit,
            result.oneSeconds(),
            result.allSeconds(),
            result.ratio(),
            result.copies(),
            machine());
    file.write(result);
    return 0;
  }

  @Command(
      name = "group",
      description =
          "Needs root. Hosts of a site bring what each has to one of them, and get one image from"
              + " it: all at once, and by the schedule that 'heddle store gather' and 'scatter'"
              + " choose. Mean time until a host is free or ready, and until all are.")
  int group(
      @Option(
              names = "--hosts",
              paramLabel = "N",
              defaultValue = "8",
              description = "Default: ${DEFAULT-VALUE}.")
          int hosts,
      @Option(
              names = "--mib",
              paramLabel = "N",
              defaultValue = "16",
              description = "What each host has. Default: ${DEFAULT-VALUE}.")
          int mib,
      @Option(
              names = "--mbit",
              paramLabel = "N",
              defaultValue = "25",
              description = "Rate of each host's link. Default: ${DEFAULT-VALUE}.")
          int mbit,
      @Mixin ReportOption file)
      throws IOException, InterruptedException {
    Path folder = Files.createTempDirectory("heddle-group");
    List<GroupBench.Way> ways;
    try (GroupBench bench =
        new GroupBench(folder, hosts, mbit, line -> around.err().println(line))) {
      ways = bench.run((long) mib << 20);
    }
    around
        .out()
        .printf(
            "%n%d hosts with links of %d Mbit/s, %d MiB each (%s); seconds%n%n%-9s %-30s %8s %8s"
                + " %10s %10s%n",
            hosts, mbit, mib, machine(), "", "", "mean", "all", "forecast", "forecast");
    for (GroupBench.Way way : ways) {
      around
          .out()
          .printf(
              "%-9s %-30s %8.1f %8.1f %10.1f %10.1f%n",
              way.what(),
              way.schedule(),
              way.mean(),
              way.all(),
              way.forecastMean(),
              way.forecastAll());
    }
    file.write(ways);
    return 0;
  }

  @Command(
      name = "boot",
      description =
          "A guest boots from the image debian over a limited link: after a whole pull, and before"
              + " its data is here, with 0 and 5 % of it at power-on. Time until its agent answers,"
              + " and the share of the data that was here by then.")
  int boot(
      @Option(
              names = "--image",
              paramLabel = "DIR",
              description = "A folder with an image that has a disk. Default: debian of the state.")
          @Nullable Path image,
      @Option(
              names = "--mbit",
              paramLabel = "N",
              defaultValue = "50",
              description = "The link's rate. Default: ${DEFAULT-VALUE}.")
          int mbit,
      @Mixin ReportOption file)
      throws IOException, InterruptedException {
    Path from =
        image == null ? Path.of(around.variable("HEDDLE_STATE")).resolve("images/debian") : image;
    Path folder = Files.createTempDirectory("heddle-boot");
    DemandBench.Result result;
    try (DemandBench bench =
        new DemandBench(from.toAbsolutePath(), folder, mbit, line -> around.err().println(line))) {
      result = bench.run(mbit);
    }
    print(result, around.out());
    file.write(result);
    return 0;
  }

  private static void print(DemandBench.Result result, PrintStream out) throws IOException {
    out.printf(
        "%nA disk of %d MiB with %d MiB of data over %d Mbit/s (%s)%n%n",
        result.fileBytes() >> 20, result.dataBytes() >> 20, result.mbit(), machine());
    out.printf(
        "%-24s %8s %10s %8s %8s %10s %10s %10s %8s%n",
        "",
        "fetch s",
        "at start %",
        "boot s",
        "both s",
        "booted %",
        "came MiB",
        "by reads %",
        "whole s");
    for (DemandBench.Boot boot : result.boots()) {
      out.printf(
          "%-24s %8.1f %10.1f %8.1f %8.1f %10.1f %10.1f %10.1f %8.1f%n",
          boot.what(),
          boot.fetchSeconds(),
          100 * boot.atStart(),
          boot.bootSeconds(),
          boot.fetchSeconds() + boot.bootSeconds(),
          100 * boot.share(),
          (boot.share() - boot.atStart()) * result.dataBytes() / (1 << 20),
          100 * boot.demanded(),
          boot.wholeSeconds());
    }
  }

  @Command(
      name = "plan",
      description =
          "The planner beside BtrPlace, first-fit decreasing and published figures: time to the"
              + " first plan in a fresh process, memory, quality and bounds; the error of the"
              + " migration model; growth to 50,000 hosts.")
  int plan(
      @Option(
              names = "--data",
              paramLabel = "DIR",
              description =
                  "Public instances and measurements. Default: ../shared/data; where it is"
                      + " missing, instances are generated.")
          @Nullable Path data,
      @Option(
              names = "--part",
              paramLabel = "NAME",
              description =
                  "Only these: instances, migrations, consolidation, switch, growth."
                      + " Default: all.")
          @Nullable List<String> parts,
      @Option(
              names = "--seconds",
              paramLabel = "N",
              defaultValue = "10",
              description = "For making each first plan better. Default: ${DEFAULT-VALUE}.")
          int seconds,
      @Option(
              names = "--configurations",
              paramLabel = "N",
              defaultValue = "100",
              description = "Random ones a row. Default: ${DEFAULT-VALUE}.")
          int configurations,
      @Option(
              names = "--peers",
              description =
                  "Run Choco and OR-Tools CP-SAT on the dense instances, too (the launcher builds"
                      + " them first).")
          boolean peers,
      @Mixin ReportOption file)
      throws IOException, InterruptedException {
    Path folder = data == null ? Path.of("..", "shared", "data") : data;
    PlanBench.Settings settings =
        new PlanBench.Settings(
            folder, seconds, configurations, parts == null ? List.of() : List.copyOf(parts), peers);
    Path home = Path.of(around.variable("HEDDLE_HOME"));
    PlanBench.Report report =
        new PlanBench(settings, home, launcher(), around.out()).run(machine());
    file.write(report);
    return 0;
  }

  /** How a user starts this program; without a checkout, its main class. */
  private List<String> launcher() {
    String home = around.variable("HEDDLE_HOME");
    return home.isEmpty()
        ? List.of(
            Path.of(System.getProperty("java.home"), "bin", "java").toString(),
            "-XX:+UseSerialGC",
            "-XX:TieredStopAtLevel=1",
            "-cp",
            System.getProperty("java.class.path"),
            mainClass)
        : List.of(Path.of(home, "heddle").toString());
  }

  @Command(
      name = "plan-instance",
      hidden = true,
      description = "Solves one instance in this process and prints what was reached as JSON.")
  int planInstance(
      @Parameters(paramLabel = "INSTANCE") String what,
      @Option(names = "--seconds", paramLabel = "N", defaultValue = "0") int seconds,
      @Option(names = "--moved") boolean moved)
      throws IOException {
    around.out().println(Json.write(PlanTrial.run(what, moved, seconds)));
    return 0;
  }

  @Command(
      name = "store",
      description = {
        "Two Debian images one after the other, bookworm beside trixie, and the RAM of four guests:"
            + " stored by casync, borg, restic, rsync -z, zsync and us and made anew, all written and"
            + " fsynced.",
        "Makes the images the first time (about five minutes), and installs the tools by apt when"
            + " they are missing."
      })
  int store(
      @Option(
              names = "--folder",
              paramLabel = "DIR",
              description = "Where the images are kept. Default: bench-store in the state folder.")
          @Nullable Path folder,
      @Option(
              names = "--rounds",
              paramLabel = "N",
              defaultValue = "1",
              description = "Of each tool; medians are printed. Default: ${DEFAULT-VALUE}.")
          int rounds,
      @Mixin ReportOption file)
      throws IOException, InterruptedException {
    Path state = Path.of(around.variable("HEDDLE_STATE"));
    Path place = folder == null ? state.resolve("bench-store") : folder.toAbsolutePath();
    String heddle = Path.of(around.variable("HEDDLE_HOME"), "heddle").toString();
    StoreBench.Result result =
        new StoreBench(
                place, state.resolve("images/tiny"), heddle, line -> around.err().println(line))
            .run(Math.max(1, rounds));
    StoreText.print(machine(), result, around.out());
    file.write(result);
    return 0;
  }

  @Command(
      name = "farm",
      description = {
        "Needs root. The image farm beside mmdebstrap, debootstrap and mkosi (installed by apt when"
            + " missing): a base with nothing there, with a package more, unchanged; from request"
            + " to a guest whose agent answers; growth of the content store; size of the image"
            + " debian."
      })
  int farm(
      @Option(
              names = "--rounds",
              paramLabel = "N",
              defaultValue = "2",
              description = "Default: ${DEFAULT-VALUE}.")
          int rounds,
      @Mixin ReportOption file)
      throws IOException, InterruptedException {
    Path state = Path.of(around.variable("HEDDLE_STATE"));
    Path folder = Files.createTempDirectory(Files.createDirectories(state), "bench-farm");
    String heddle = Path.of(around.variable("HEDDLE_HOME"), "heddle").toString();
    try {
      FarmBench.Result result =
          new FarmBench(folder, state, heddle, line -> around.err().println(line)).run(rounds);
      FarmText.print(machine(), result, around.out());
      file.write(Map.of("machine", machine(), "result", result));
    } finally {
      Tool.run("rm", "-rf", "--one-file-system", folder.toString());
    }
    return 0;
  }

  /** How long the shortest command takes, from the shell's view. */
  private List<Double> startUps(int rounds) throws IOException, InterruptedException {
    Path program = Path.of(around.variable("HEDDLE_HOME"), "heddle");
    List<Double> times = new ArrayList<>();
    for (int i = 0; i <= rounds; i++) {
      long begin = System.nanoTime();
      new ProcessBuilder(program.toString(), "version")
          .redirectOutput(ProcessBuilder.Redirect.DISCARD)
          .start()
          .waitFor();
      times.add((System.nanoTime() - begin) / 1e6);
    }
    return times.subList(1, times.size());
  }

  private static String machine() throws IOException {
    String model =
        Files.readAllLines(Path.of("/proc/cpuinfo")).stream()
            .filter(line -> line.startsWith("model name"))
            .map(line -> line.substring(line.indexOf(':') + 2))
            .findFirst()
            .orElse("unknown processor");
    return model + ", " + Runtime.getRuntime().availableProcessors() + " cores";
  }
}
