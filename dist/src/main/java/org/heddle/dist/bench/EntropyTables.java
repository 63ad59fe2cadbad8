package org.heddle.dist.bench;

import java.io.PrintStream;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/** Prints what {@link EntropySettings} gave, with the papers' figures beside. */
final class EntropyTables {
  private static final int[] CONSOLIDATED = {200, 250, 300, 350, 400};
  private static final int VJOB_MACHINES = 486;

  /** What the paper of 2009 reached for most configurations. */
  private static final double GOAL = 0.96;

  private final PrintStream out;
  private final int configurations;

  EntropyTables(PrintStream out, int configurations) {
    this.out = out;
    this.configurations = configurations;
  }

  Map<Integer, List<EntropySettings.Pair>> consolidation() {
    out.printf(
        "%nConsolidation on 200 hosts (2 CPUs, 3 GB), %d configurations a row, beside first-fit"
            + " decreasing. Paper (VEE 2009): up to 5 fewer hosts in 42 %% of the configurations,"
            + " plan cost 96 %% lower for 80 %%.%n",
        configurations);
    head();
    Map<Integer, List<EntropySettings.Pair>> rows = new java.util.TreeMap<>();
    for (int machines : CONSOLIDATED) {
      List<EntropySettings.Pair> pairs = EntropySettings.consolidation(machines, configurations);
      rows.put(machines, pairs);
      pairs(machines, pairs);
    }
    return rows;
  }

  List<EntropySettings.Pair> contextSwitch() {
    out.printf(
        "%nContext switches of %d machines in vjobs of 9 or 18 on 200 hosts (2 CPUs, 4 GB), %d"
            + " configurations, beside first-fit decreasing. Paper (2010): plan cost 95 %%"
            + " lower.%n",
        VJOB_MACHINES, configurations);
    head();
    List<EntropySettings.Pair> pairs = EntropySettings.contextSwitch(VJOB_MACHINES, configurations);
    pairs(VJOB_MACHINES, pairs);
    return pairs;
  }

  private void head() {
    out.printf(
        "%-9s %7s %10s %10s %11s %11s %13s %13s %13s %13s %8s%n",
        "machines",
        "solved",
        "our hosts",
        "FFD hosts",
        "fewer in %",
        "most fewer",
        "cost lower %",
        "can be at most",
        "by 96 % in %",
        "can be in %",
        "ms each");
  }

  private void pairs(int machines, List<EntropySettings.Pair> all) {
    List<EntropySettings.Pair> both =
        all.stream().filter(p -> p.ourCost() >= 0 && p.theirCost() > 0).toList();
    double ours = both.stream().mapToLong(EntropySettings.Pair::ourHosts).average().orElse(0);
    double theirs = both.stream().mapToLong(EntropySettings.Pair::theirHosts).average().orElse(0);
    out.printf(
        Locale.ROOT,
        "%-9d %7s %10.1f %10.1f %11.0f %11d %13.1f %14.1f %13.0f %13.0f %8.0f%n",
        machines,
        both.size() + "/" + all.size(),
        ours,
        theirs,
        share(both, p -> p.ourHosts() < p.theirHosts()),
        both.stream().mapToLong(p -> p.theirHosts() - p.ourHosts()).max().orElse(0),
        100 * both.stream().mapToDouble(EntropyTables::lower).average().orElse(0),
        100 * both.stream().mapToDouble(EntropyTables::possible).average().orElse(0),
        share(both, p -> lower(p) >= GOAL),
        share(both, p -> possible(p) >= GOAL),
        all.stream().mapToDouble(EntropySettings.Pair::ourMs).average().orElse(0));
  }

  private static double lower(EntropySettings.Pair pair) {
    return 1 - (double) pair.ourCost() / pair.theirCost();
  }

  /** No plan can be lower by more than this. */
  private static double possible(EntropySettings.Pair pair) {
    return 1 - (double) pair.leastCost() / pair.theirCost();
  }

  private static double share(
      List<EntropySettings.Pair> all, java.util.function.Predicate<EntropySettings.Pair> which) {
    return 100.0 * all.stream().filter(which).count() / Math.max(1, all.size());
  }
}
