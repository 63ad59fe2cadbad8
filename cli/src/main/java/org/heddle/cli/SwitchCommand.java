package org.heddle.cli;

import java.util.List;
import org.heddle.api.GridApi.SwitchView;
import org.heddle.api.GridClient;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code heddle switch}. */
@Command(
    name = "switch",
    description = "Cluster-wide context switches, past and present.",
    subcommands = {SwitchCommand.ListAll.class, SwitchCommand.Show.class})
final class SwitchCommand {

  @Command(name = "list", description = "List the context switches, newest first.")
  static final class ListAll extends GridCommand {
    @Option(names = "--limit", paramLabel = "N", description = "No more than these (20).")
    int limit = 20;

    @Override
    ExitCode run(GridClient grid) {
      List<SwitchView> switches = grid.switches(limit);
      show(switches, () -> SwitchText.list(switches, around().nowMs()).render(around().output()));
      return ExitCode.OK;
    }
  }

  @Command(name = "show", description = "Show a switch as a timeline and as a table.")
  static final class Show extends GridCommand {
    @Parameters(
        paramLabel = "ID",
        arity = "0..1",
        completionCandidates = Candidates.Switches.class,
        description = "Its number, 'current' or 'last' (which is meant without one).")
    String id = "last";

    @Override
    ExitCode run(GridClient grid) {
      SwitchView view = find(grid);
      show(view, () -> SwitchText.of(view, around().output(), around().nowMs()));
      return ExitCode.OK;
    }

    private SwitchView find(GridClient grid) {
      if (!id.equals("last")) {
        return grid.switchView(id);
      }
      List<SwitchView> switches = grid.switches(1);
      if (switches.isEmpty()) {
        throw Failure.notFound("there was no context switch yet");
      }
      return switches.getFirst();
    }
  }
}
