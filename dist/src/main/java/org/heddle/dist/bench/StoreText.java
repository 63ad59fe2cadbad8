package org.heddle.dist.bench;

import java.io.PrintStream;
import java.util.Map;

/** What {@code bench store} prints. */
final class StoreText {
  private static final String OURS = "heddle";

  private StoreText() {}

  static void print(String machine, StoreBench.Result result, PrintStream out) {
    out.printf("%nMB (10^6 bytes) and seconds, all written and fsynced (%s)%n", machine);
    for (StoreBench.Pair pair : result.pairs()) {
      print(pair, out);
    }
    print(result.ram(), out);
    StoreBench.Extraction extraction = result.extraction();
    out.printf(
        "%nextraction: %.1f MB of data (%.1f with holes) in %.2f s; dd writes as much in %.2f s%n",
        extraction.dataBytes() / 1e6,
        extraction.fileBytes() / 1e6,
        extraction.seconds(),
        extraction.diskSeconds());
    result
        .peakMemoryKiB()
        .forEach((option, most) ->
            out.printf(
                "most memory of '%s': %.0f MB%n",
                ("heddle store make " + option).strip(), most * 1024 / 1e6));
  }

  private static void print(StoreBench.Pair pair, PrintStream out) {
    out.printf("%n%s, then %s%n", pair.first(), pair.second());
    out.printf(
        "%-16s %9s %8s %9s %8s %11s %24s%n",
        "", "first", "s", "second", "s", "extract, s", "time / heddle's");
    StorePeer.Result ours = pair.tools().get(OURS);
    for (Map.Entry<String, StorePeer.Result> tool : pair.tools().entrySet()) {
      StorePeer.Result one = tool.getValue();
      out.printf(
          "%-16s %9s %8s %9s %8s %11s",
          tool.getKey(),
          number(one.firstBytes() / 1e6),
          number(one.firstSeconds()),
          number(one.secondBytes() / 1e6),
          number(one.secondSeconds()),
          number(one.extractSeconds()));
      if (ours != null) {
        out.printf(
            " %8s %7s %7s",
            number(one.firstSeconds() / ours.firstSeconds()),
            number(one.secondSeconds() / ours.secondSeconds()),
            number(one.extractSeconds() / ours.extractSeconds()));
      }
      out.println();
    }
    out.printf(
        "blocks of 4 KiB with content that the other has too: %.1f %% of the first, %.1f %% of the"
            + " second; table %.3f %%%n",
        pair.hot().first(), pair.hot().second(), pair.tablePercent());
  }

  private static void print(StoreBench.Ram ram, PrintStream out) {
    out.printf("%nRAM of four guests, taken at two times; table %.3f %%%n", ram.tablePercent());
    double first = ram.grownBy().values().stream().findFirst().orElse(1L);
    for (Map.Entry<String, Long> file : ram.grownBy().entrySet()) {
      out.printf(
          "%-16s %9.2f MB %6.1f %% of the first guest%n",
          file.getKey(), file.getValue() / 1e6, 100 * file.getValue() / first);
    }
  }

  /** One result, for who waits for the others. */
  static String line(StorePeer.Result one) {
    return "first %s MB in %s s, second %s MB in %s s, extracted in %s s"
        .formatted(
            number(one.firstBytes() / 1e6),
            number(one.firstSeconds()),
            number(one.secondBytes() / 1e6),
            number(one.secondSeconds()),
            number(one.extractSeconds()));
  }

  private static String number(double value) {
    return Double.isNaN(value) ? "-" : "%.2f".formatted(value);
  }
}
