package org.heddle.dist.bench;

import java.io.PrintStream;
import java.util.List;
import java.util.Map;

/** What {@code bench farm} prints: medians, ratios and the aims. */
final class FarmText {
  private FarmText() {}

  static void print(String machine, FarmBench.Result result, PrintStream out) {
    out.printf(
        "%nA Debian bookworm as a tar, seconds, medians of %d rounds (%s; load %s)%n%n",
        result.cold().getOrDefault("heddle", List.of()).size(),
        machine,
        String.join(" to ", result.load()));
    out.printf(
        "%-14s %14s %14s %14s %14s%n",
        "", "nothing there", "time / ours", "a package more", "time / ours");
    for (String tool : result.cold().keySet()) {
      out.printf(
          "%-14s %14.1f %14.2f %14s %14s%n",
          tool,
          median(result.cold().get(tool)),
          ratio(result.cold(), tool),
          number(result.more(), tool, median(result.more().get(tool))),
          number(result.more(), tool, ratio(result.more(), tool)));
    }
    out.printf(
        "%n%-64s %8.2f s   (aim: 0.5)%n", "unchanged, by command", median(result.unchanged()));
    out.printf(
        "%-64s %8.1f s   (aim: 15)%n",
        "from request to agent-ready, the image debian", median(result.boot()));
    out.printf(
        "%-64s %8.1f s%n",
        "the same with one file changed: an image to write", median(result.changedBoot()));
    FarmBench.Growth growth = result.growth();
    out.printf(
        "%-64s %8.2f     (aim: 1.05)%n",
        "second image with the same base: added to the store / packages", growth.ratio());
    out.printf(
        "  %.1f MB after the first, %.1f MB added; its packages %.1f MB%n",
        growth.first() / 1e6, growth.added() / 1e6, growth.packages() / 1e6);
    long all = result.debian().values().stream().mapToLong(Long::longValue).sum();
    out.printf(
        "%-64s %8.1f MB  (aim: 120)%n", "the image debian, with kernel and initrd", all / 1e6);
    result.debian().forEach((file, size) -> out.printf("  %-12s %8.1f MB%n", file, size / 1e6));
  }

  private static double ratio(Map<String, List<Double>> times, String tool) {
    return median(times.get(tool)) / median(times.get("heddle"));
  }

  private static String number(Map<String, List<Double>> times, String tool, double value) {
    return times.containsKey(tool) ? "%.2f".formatted(value) : "-";
  }

  /** Of an even number of values the lower of the two in the middle. */
  static double median(@org.jspecify.annotations.Nullable List<Double> values) {
    if (values == null || values.isEmpty()) {
      return Double.NaN;
    }
    return values.stream().sorted().skip((values.size() - 1) / 2).findFirst().orElseThrow();
  }
}
