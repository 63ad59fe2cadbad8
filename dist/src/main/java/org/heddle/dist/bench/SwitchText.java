package org.heddle.dist.bench;

import java.io.PrintStream;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** What {@code bench switch} prints: medians and ratios. */
final class SwitchText {
  private static final List<String> ROWS =
      List.of("boot to agent-ready", "suspend", "resume", "live migration", "downtime");

  private SwitchText() {}

  /** What {@code --report} writes. */
  record Report(
      String machine, int rounds, int memoryMiB, SwitchBench.Result result, List<Double> startMs) {}

  static void print(Report report, PrintStream out) {
    out.printf(
        "%nOne %d MiB guest, median of %d rounds, in ms (%s)%n%n",
        report.memoryMiB(), report.rounds(), report.machine());
    out.printf("%-22s %12s %12s %8s%n", "", "by hand", "heddle", "ratio");
    for (String row : ROWS) {
      double hand = median(report.result().byHand().get(row));
      double grid = median(report.result().byGrid().get(row));
      out.printf("%-22s %12.0f %12.0f %8.2f%n", row, hand, grid, grid / hand);
    }
    out.printf(
        "%npause skew of a vjob of two machines: %s ms%n", report.result().skewMs().toString());
    for (Map.Entry<String, Long> program : report.result().memoryMiB().entrySet()) {
      out.printf(
          "memory of %s: %d MiB, at rest %d MiB%n",
          program.getKey(),
          program.getValue(),
          report.result().memoryAtRestMiB().getOrDefault(program.getKey(), 0L));
    }
    out.printf("start of a command (heddle version): %.0f ms%n", median(report.startMs()));
  }

  private static double median(@Nullable List<Double> values) {
    if (values == null || values.isEmpty()) {
      return Double.NaN;
    }
    return values.stream().sorted().skip(values.size() / 2).findFirst().orElseThrow();
  }
}
