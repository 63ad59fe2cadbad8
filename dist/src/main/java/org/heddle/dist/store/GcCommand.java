package org.heddle.dist.store;

import java.time.Duration;
import java.util.Objects;
import java.util.concurrent.Callable;
import org.heddle.cli.Environment;
import org.heddle.store.Collector;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParentCommand;

/** {@code heddle store gc}. */
@Command(
    name = "gc",
    description = {
      "Delete the chunks that no index needs. Others may read and write meanwhile; what writers that"
          + " go on may rely on is left for the next time."
    })
final class GcCommand implements Callable<Integer> {
  @ParentCommand @Nullable StoreCommand parent;
  @Mixin StoreOptions options = new StoreOptions();

  @Option(names = "--dry-run", description = "Only say what would be deleted.")
  boolean dryRun;

  @Option(
      names = "--wait",
      paramLabel = "SECONDS",
      defaultValue = "60",
      description = "How long writers that go on are waited for. Default: ${DEFAULT-VALUE}.")
  int wait;

  @Override
  public Integer call() {
    Environment around = Objects.requireNonNull(parent).around();
    Collector.Report report =
        Work.run(
            around,
            "collecting",
            _ -> {
              Collector collector = new Collector(options.open(), Duration.ofSeconds(wait));
              return dryRun ? collector.plan() : collector.collect();
            });
    around.print(options.format, report, () -> text(report));
    return 0;
  }

  private String text(Collector.Report report) {
    if (report.waiting()) {
      return "nothing deleted yet: writers go on; the next gc deletes what is marked now\n";
    }
    return "%s %s in %d packs (%s copied to new ones); indexes need %s, %s of no use before%n"
        .formatted(
            dryRun ? "would free" : "freed",
            Amounts.bytes(report.bytesFreed()),
            report.packs(),
            Amounts.bytes(report.bytesCopied()),
            Amounts.bytes(report.liveBytes()),
            Amounts.bytes(report.deadBytes()));
  }
}
