package org.heddle.dist.farm;

import java.time.Duration;
import java.util.Objects;
import java.util.concurrent.Callable;
import org.heddle.cli.Environment;
import org.heddle.cli.Failure;
import org.heddle.cli.Human;
import org.heddle.dist.Units;
import org.heddle.images.Cleaning;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParentCommand;

/** {@code heddle farm gc}. */
@Command(
    name = "gc",
    description =
        "Delete stages that no image needs and fetched packages, the longest unused first."
            + " Builds may go on meanwhile.")
final class GcCommand implements Callable<Integer> {
  @ParentCommand @Nullable FarmCommand parent;
  @Mixin FarmOptions options = new FarmOptions();

  @Option(
      names = "--quota",
      paramLabel = "SIZE",
      converter = Units.Size.class,
      description =
          "Stop when stages and packages take no more than this, such as 20GiB. Default: delete all.")
  long quota;

  @Option(
      names = "--keep",
      paramLabel = "HOURS",
      defaultValue = "0",
      description = "Leave what was used in the last hours. Default: ${DEFAULT-VALUE}.")
  int keep;

  @Option(names = "--dry-run", description = "Only say what would go.")
  boolean dryRun;

  @Override
  public Integer call() {
    Environment around = Objects.requireNonNull(parent).around();
    if (keep < 0) {
      throw Failure.invalid("--keep: " + keep + " hours are none; give 0 or more");
    }
    Cleaning.Wish wish = new Cleaning.Wish(quota << 20, Duration.ofHours(keep), dryRun);
    Cleaning.Report report = Work.run(() -> options.open(around).clean(wish));
    around.print(options.format, report, () -> text(report));
    return 0;
  }

  private String text(Cleaning.Report report) {
    return "%s %d stages and %d packages, %s; %s stay%n"
        .formatted(
            dryRun ? "would delete" : "deleted",
            report.stages(),
            report.packages(),
            Human.mib(report.bytesFreed() >> 20),
            Human.mib(report.bytesLeft() >> 20));
  }
}
