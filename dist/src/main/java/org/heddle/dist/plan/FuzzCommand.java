package org.heddle.dist.plan;

import org.heddle.cli.Environment;
import org.heddle.cli.ExitCode;
import org.heddle.planner.instance.InvalidInstance;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** {@code heddle plan fuzz}. */
@Command(
    name = "fuzz",
    description = {
      "Solve small random instances, and hold search, order, checker and an executor in memory"
          + " against each other and against trying everything.",
      "What does not fit is printed with its seed and its instance; the exit code is 1."
    })
public final class FuzzCommand extends FileCommand {
  /** So many instances between two lines of progress. */
  private static final long STEP = 10_000;

  @Option(
      names = "--seed",
      paramLabel = "N",
      defaultValue = "1",
      description =
          "Of the first instance; the next ones have the next. Default: ${DEFAULT-VALUE}.")
  long seed;

  @Option(
      names = "--runs",
      paramLabel = "N",
      defaultValue = "10000",
      description = "How many instances. Default: ${DEFAULT-VALUE}.")
  long runs;

  @Option(
      names = "--hosts",
      paramLabel = "N",
      defaultValue = "3",
      description = "At most so many hosts. Default: ${DEFAULT-VALUE}.")
  int hosts;

  @Option(
      names = "--machines",
      paramLabel = "N",
      defaultValue = "5",
      description = "At most so many machines. Default: ${DEFAULT-VALUE}.")
  int machines;

  public FuzzCommand(Environment around) {
    super(around);
  }

  @Override
  ExitCode run() {
    atLeast(1, "--runs", runs);
    atLeast(1, "--hosts", hosts);
    atLeast(1, "--machines", machines);
    Fuzz fuzz = new Fuzz(hosts, machines);
    for (long done = 0; done < runs; done += STEP) {
      try {
        around.out().println(fuzz.run(seed + done, Math.min(STEP, runs - done)));
      } catch (IllegalStateException wrong) {
        around.err().println(wrong.getMessage());
        return ExitCode.FAILED;
      }
    }
    return ExitCode.OK;
  }

  private static void atLeast(long least, String option, long given) {
    if (given < least) {
      throw InvalidInstance.invalid(option, given + " is too few", "give " + least + " or more");
    }
  }
}
