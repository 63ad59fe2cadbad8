package org.heddle.cli;

import org.heddle.api.GridApi.PlanView;
import org.heddle.api.GridClient;
import picocli.CommandLine.Command;

/** {@code heddle plan}. */
@Command(
    name = "plan",
    description = "What the grid would do now, and plans for instances in files.",
    subcommands = PlanCommand.Show.class)
final class PlanCommand {

  @Command(name = "show", description = "Show the actions, their order and their cost.")
  static final class Show extends GridCommand {
    @Override
    ExitCode run(GridClient grid) {
      PlanView plan = grid.plan();
      show(plan, () -> PlanText.of(plan, around().output()));
      return ExitCode.OK;
    }
  }
}
