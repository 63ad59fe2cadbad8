package org.heddle.dist;

import java.util.concurrent.Callable;
import org.heddle.cli.Environment;
import org.heddle.simulator.Faults;
import org.heddle.simulator.Simulation;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** {@code heddle simulate}: the engine over a simulated grid, checked after every step. */
@Command(
    name = "simulate",
    description = {
      "Run the engine over a simulated grid with random people and faults, checking after every"
          + " step that no machine is lost or doubled and no host is over its capacity.",
      "The same seed gives the same run."
    })
final class SimulateCommand implements Callable<Integer> {
  @Option(
      names = "--seed",
      paramLabel = "N",
      defaultValue = "1",
      description = "First seed. Default: ${DEFAULT-VALUE}.")
  long seed;

  @Option(
      names = "--seeds",
      paramLabel = "N",
      defaultValue = "1",
      description = "How many seeds, one after the other. Default: ${DEFAULT-VALUE}.")
  int seeds;

  @Option(
      names = "--steps",
      paramLabel = "N",
      defaultValue = "10000",
      description = "Steps of the engine for each seed. Default: ${DEFAULT-VALUE}.")
  long steps;

  @Option(
      names = "--hosts",
      paramLabel = "N",
      defaultValue = "4",
      description = "Hosts of the grid. Default: ${DEFAULT-VALUE}.")
  int hosts;

  @Option(names = "--no-faults", description = "Only people; nothing breaks.")
  boolean noFaults;

  private final Environment around;

  SimulateCommand(Environment around) {
    this.around = around;
  }

  @Override
  public Integer call() {
    for (long s = seed; s < seed + seeds; s++) {
      try {
        Simulation.Report report =
            Simulation.run(s, steps, hosts, noFaults ? Faults.NONE : Faults.MANY);
        around
            .out()
            .printf(
                "seed %d: %d steps, %.1f hours of grid time, all held%n",
                s, report.steps(), report.virtualMs() / 3_600_000.0);
        report.counts().forEach((what, count) -> around.out().printf("  %8d %s%n", count, what));
      } catch (IllegalStateException broken) {
        around.err().println(broken.getMessage());
        return 1;
      }
    }
    return 0;
  }
}
