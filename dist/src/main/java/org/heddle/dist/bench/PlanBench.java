package org.heddle.dist.bench;

import java.io.IOException;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.stream.Stream;
import org.heddle.api.Json;
import org.heddle.planner.order.MigrationModel;

/**
 * {@code heddle bench plan}: the planner beside its peers, each instance in a process of its own.
 */
final class PlanBench {
  /** Grids of the growth part: hosts, machines. */
  private static final int[][] GROWTH = {
    {5_000, 30_000}, {10_000, 60_000}, {25_000, 150_000}, {50_000, 300_000}
  };

  /** How it is run. */
  record Settings(Path data, int seconds, int configurations, List<String> parts, boolean peers) {
    boolean has(String part) {
      return parts.isEmpty() || parts.contains(part);
    }
  }

  /** What {@code --report} writes. */
  record Report(
      String machine,
      String load,
      List<PlanTrial.Result> instances,
      List<Peers.Result> peers,
      Map<String, MigrationFit.Errors> migrations,
      Map<Integer, List<EntropySettings.Pair>> consolidation,
      List<EntropySettings.Pair> contextSwitch,
      List<PlanTrial.Result> growth) {}

  private final Settings settings;
  private final List<String> start;
  private final Path home;
  private final PrintStream out;
  private final List<Peers.Result> peers = new ArrayList<>();

  /**
   * @param home the checkout, for the peers
   * @param start the command that starts this program in a process of its own, as a user does
   */
  PlanBench(Settings settings, Path home, List<String> start, PrintStream out) {
    this.settings = settings;
    this.home = home;
    this.start = start;
    this.out = out;
  }

  Report run(String machine) throws IOException, InterruptedException {
    String load = load();
    out.printf("machine: %s; load average at the start: %s%n", machine, load);
    boolean there = Files.isDirectory(settings.data());
    if (!there) {
      out.printf(
          "%s is not there: generated instances of the same shape instead; no measured migrations,"
              + " no figures of other engines%n",
          settings.data());
    }
    List<PlanTrial.Result> instances = settings.has("instances") ? instances(there) : List.of();
    Map<String, MigrationFit.Errors> migrations =
        there && settings.has("migrations") ? migrations() : Map.of();
    EntropyTables entropy = new EntropyTables(out, settings.configurations());
    Map<Integer, List<EntropySettings.Pair>> consolidated =
        settings.has("consolidation") ? entropy.consolidation() : Map.of();
    List<EntropySettings.Pair> switched =
        settings.has("switch") ? entropy.contextSwitch() : List.of();
    List<PlanTrial.Result> growth = settings.has("growth") ? growth() : List.of();
    out.printf("%nload average at the end: %s%n", load());
    return new Report(
        machine, load, instances, List.copyOf(peers), migrations, consolidated, switched, growth);
  }

  private static String load() throws IOException {
    return Files.readString(Path.of("/proc/loadavg")).split(" ", 4)[0];
  }

  // Instances.

  private List<PlanTrial.Result> instances(boolean there) throws IOException, InterruptedException {
    List<PlanTrial.Result> results = new ArrayList<>();
    Map<String, String[]> theirs =
        there ? table(settings.data().resolve("placement/btrplace-1.12.11.csv")) : Map.of();
    out.printf(
        "%nSoonest end of all actions, BtrPlace's durations. Other engine: BtrPlace 1.12.11,"
            + " figures of btrplace-1.12.11.csv beside the instances (same kind of machine).%n");
    out.printf(
        "%-12s %8s %8s %8s %8s %6s %6s %9s %6s %8s %6s %5s | %8s %6s %7s %9s %9s%n",
        "instance",
        "parse s",
        "first s",
        "its CPU",
        "again s",
        "MiB",
        "moves",
        "moved MB",
        "end s",
        "sum s",
        "gap %",
        "right",
        "first s",
        "moves",
        "sum s",
        "sooner x",
        "sum ratio");
    for (String what : there ? files("placement") : GENERATED) {
      PlanTrial.Result result = child(what, false);
      results.add(result);
      placementRow(result, theirs.get(result.name()));
    }
    Map<String, List<String>> engines =
        there ? engines(settings.data().resolve("dense/reference.csv")) : Map.of();
    if (there) {
      out.printf(
          "%nLeast moved memory on dense instances (GB), at once and after %d s; other engines:"
              + " figures of reference.csv (first, after 60 s).%n",
          settings.seconds());
      out.printf(
          "%-12s %8s %8s %6s %8s %8s %8s %6s %8s %5s | %s%n",
          "instance",
          "first s",
          "again s",
          "MiB",
          "first",
          "best",
          "bound",
          "gap %",
          "detours",
          "right",
          "others");
      for (String what : files("dense")) {
        PlanTrial.Result result = child(what, true);
        results.add(result);
        denseRow(result, engines.getOrDefault(result.name(), List.of()));
        if (settings.peers()) {
          peerRows(what, result);
        }
      }
    }
    return results;
  }

  private static final List<String> GENERATED =
      List.of("generated:5000:15000:1", "generated:5000:20000:1", "generated:5000:30000:1");

  private List<String> files(String folder) throws IOException {
    try (Stream<Path> all = Files.list(settings.data().resolve(folder))) {
      return all.map(Path::toString).filter(name -> name.endsWith(".json.gz")).sorted().toList();
    }
  }

  private void placementRow(PlanTrial.Result r, String @org.jspecify.annotations.Nullable [] csv) {
    PlanTrial.Plan p = r.best();
    if (!r.solved()) {
      out.printf("%-12s no plan: %s%n", r.name(), r.why());
      return;
    }
    out.printf(
        Locale.ROOT,
        "%-12s %8s %8s %8s %8s %6d %6d %9d %6.0f %8.0f %6.1f %5s |",
        r.name(),
        PlanTrial.seconds((double) r.parseMs()),
        PlanTrial.seconds(r.firstPlanMs()),
        PlanTrial.seconds(r.firstCpuMs()),
        PlanTrial.seconds(r.secondPlanMs()),
        r.peakMiB(),
        p.migrations(),
        p.moved(),
        p.endMs() / 1000.0,
        p.sumOfEndsMs() / 1000.0,
        100 * (p.sumOfEndsMs() - p.leastSum()) / Math.max(1.0, (double) p.leastSum()),
        verdict(r));
    if (csv == null) {
      out.println();
    } else {
      double first = Double.parseDouble(csv[1]);
      double sum = Double.parseDouble(csv[7]);
      out.printf(
          Locale.ROOT,
          " %8s %6s %7.0f %9.1f %9.2f%n",
          PlanTrial.seconds(first),
          csv[4],
          sum,
          first / r.firstPlanMs(),
          p.sumOfEndsMs() / 1000.0 / sum);
    }
  }

  private static String verdict(PlanTrial.Result r) {
    return r.first().wrong().isEmpty() && r.best().wrong().isEmpty() ? "yes" : "NO";
  }

  private void denseRow(PlanTrial.Result r, List<String> others) {
    PlanTrial.Plan p = r.best();
    if (!r.solved()) {
      out.printf("%-12s no plan: %s | %s%n", r.name(), r.why(), String.join("; ", others));
      return;
    }
    out.printf(
        Locale.ROOT,
        "%-12s %8s %8s %6d %8s %8d %8d %6.1f %8d %5s | %s%n",
        r.name(),
        PlanTrial.seconds(r.firstPlanMs()),
        PlanTrial.seconds(r.secondPlanMs()),
        r.peakMiB(),
        r.first().migrations() == 0 ? "none" : r.first().moved(),
        p.moved(),
        p.bound(),
        100 * p.gap(),
        p.detours(),
        verdict(r),
        String.join("; ", others));
  }

  /** Run now, with the same time limit. */
  private void peerRows(String what, PlanTrial.Result ours)
      throws IOException, InterruptedException {
    Peers all = new Peers(home, settings.seconds());
    for (String engine : Peers.ENGINES) {
      Peers.Result r = all.run(engine, Path.of(what));
      peers.add(r);
      if (!r.solved()) {
        out.printf("  %-10s nothing in %d s%n", engine, settings.seconds());
        continue;
      }
      out.printf(
          Locale.ROOT,
          "  %-10s %8s first %d, best %d: %.2f times ours; its first took %.0f times as long;"
              + " a plan leads there: %s%n",
          engine,
          PlanTrial.seconds((double) r.firstMs()),
          r.first(),
          r.best(),
          r.best() / Math.max(1.0, (double) ours.best().moved()),
          r.firstMs() / Math.max(0.1, ours.firstPlanMs()),
          r.ordered() ? "yes" : "no");
    }
  }

  /** Rows of a CSV file by their first field; empty when it is not there. */
  private static Map<String, String[]> table(Path file) throws IOException {
    Map<String, String[]> rows = new HashMap<>();
    if (Files.isRegularFile(file)) {
      Files.readAllLines(file).stream()
          .skip(1)
          .map(line -> line.split(",", -1))
          .forEach(fields -> rows.put(fields[0], fields));
    }
    return rows;
  }

  private static Map<String, List<String>> engines(Path file) throws IOException {
    Map<String, List<String>> engines = new HashMap<>();
    if (Files.isRegularFile(file)) {
      Files.readAllLines(file).stream()
          .skip(1)
          .map(line -> line.split(",", -1))
          .forEach(f ->
              engines
                  .computeIfAbsent(f[0], _ -> new ArrayList<>())
                  .add(f[2] + " " + f[3] + " in " + f[4] + " s, " + f[6]));
    }
    return engines;
  }

  /** Solves in a process of its own. */
  private PlanTrial.Result child(String what, boolean moved)
      throws IOException, InterruptedException {
    List<String> command = new ArrayList<>(start);
    command.addAll(List.of("bench", "plan-instance", what, "--seconds", "" + settings.seconds()));
    if (moved) {
      command.add("--moved");
    }
    Process process =
        new ProcessBuilder(command).redirectError(ProcessBuilder.Redirect.INHERIT).start();
    String answer = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    int code = process.waitFor();
    if (code != 0) {
      throw new IOException("solving " + what + " ended with code " + code + "; see above");
    }
    return Json.read(answer, PlanTrial.Result.class);
  }

  // Migrations.

  private Map<String, MigrationFit.Errors> migrations() throws IOException {
    MeasuredMigrations.Set all = MeasuredMigrations.read(settings.data().resolve("migrations"));
    Map<String, MigrationFit.Errors> errors = new java.util.LinkedHashMap<>();
    out.printf(
        "%nMigration model on measured migrations: mean of |forecast - measured| / measured, %%."
            + " Published: mVM 6.47, SimGrid 8.31.%n");
    out.printf("%-44s %9s %12s %11s%n", "", "duration", "start known", "plan's end");
    for (boolean odd : new boolean[] {true, false}) {
      MigrationModel fitted = MigrationFit.fit(all.half(odd));
      String on = odd ? "odd" : "even";
      row(errors, "fitted on " + on + ", the same", fitted, all.half(odd));
      row(errors, "fitted on " + on + ", judged on the others", fitted, all.half(!odd));
    }
    row(errors, "parameters of the product, even", MigrationModel.MEASURED, all.half(false));
    return errors;
  }

  private void row(
      Map<String, MigrationFit.Errors> rows,
      String name,
      MigrationModel model,
      MeasuredMigrations.Set measured) {
    MigrationFit.Errors e = MigrationFit.errors(model, measured);
    rows.put(name, e);
    out.printf(
        Locale.ROOT,
        "%-44s %9.2f %12.2f %11.2f%n",
        name,
        100 * e.duration(),
        100 * e.durationAfterStart(),
        100 * e.completion());
  }

  // Growth.

  private List<PlanTrial.Result> growth() throws IOException, InterruptedException {
    out.printf("%nGrowth: generated load increases, soonest end.%n");
    out.printf(
        "%-9s %9s %10s %10s %10s %7s %7s %9s %6s %5s%n",
        "hosts",
        "machines",
        "made in s",
        "first s",
        "again s",
        "MiB",
        "moves",
        "sum s",
        "gap %",
        "right");
    List<PlanTrial.Result> results = new ArrayList<>();
    for (int[] size : GROWTH) {
      PlanTrial.Result r = child("generated:" + size[0] + ":" + size[1] + ":1", false);
      results.add(r);
      if (!r.solved()) {
        out.printf("%-9d %9d no plan: %s%n", size[0], size[1], r.why());
        continue;
      }
      PlanTrial.Plan p = r.best();
      out.printf(
          Locale.ROOT,
          "%-9d %9d %10s %10s %10s %7d %7d %9.0f %6.1f %5s%n",
          size[0],
          size[1],
          PlanTrial.seconds((double) r.parseMs()),
          PlanTrial.seconds(r.firstPlanMs()),
          PlanTrial.seconds(r.secondPlanMs()),
          r.peakMiB(),
          p.migrations(),
          p.sumOfEndsMs() / 1000.0,
          100 * (p.sumOfEndsMs() - p.leastSum()) / Math.max(1.0, (double) p.leastSum()),
          verdict(r));
    }
    return results;
  }
}
