package org.heddle.cli;

import java.util.ArrayList;
import java.util.List;
import java.util.SequencedSet;
import org.heddle.api.GridApi.MachineView;
import org.heddle.api.GridApi.PlanView;
import org.heddle.api.GridClient;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code heddle machine}. */
@Command(
    name = "machine",
    description = "The machines of the vjobs.",
    subcommands = {
      MachineCommand.ListAll.class,
      MachineCommand.Show.class,
      MachineConsoleCommand.class,
      MachineExecCommand.class,
      MachineCommand.Migrate.class
    })
final class MachineCommand {

  private static String lines(List<MachineView> machines) {
    return String.join(
        "", machines.stream().map(machine -> MachineText.line(machine) + "\n").toList());
  }

  @Command(name = "list", description = "List the machines.")
  static final class ListAll extends GridCommand {
    @Option(
        names = "--vjob",
        paramLabel = "VJOB",
        completionCandidates = Candidates.Vjobs.class,
        description = "Only of these vjobs.")
    String vjobs = "";

    @Option(
        names = "--host",
        paramLabel = "HOST",
        completionCandidates = Candidates.Hosts.class,
        description = "Only on these hosts.")
    String hosts = "";

    @Override
    ExitCode run(GridClient grid) {
      List<MachineView> machines = new ArrayList<>(grid.machines());
      if (!vjobs.isEmpty()) {
        SequencedSet<String> wanted = names(List.of(vjobs));
        machines.removeIf(machine -> !wanted.contains(machine.vjob()));
      } else {
        // What has ended is history; its addresses may be others' by now.
        machines.removeIf(machine -> machine.state().equals("terminated"));
      }
      if (!hosts.isEmpty()) {
        SequencedSet<String> wanted = names(List.of(hosts));
        machines.removeIf(machine -> !wanted.contains(machine.host().orElse("")));
      }
      show(machines, () -> MachineText.list(machines).render(around().output()));
      return ExitCode.OK;
    }
  }

  @Command(name = "show", description = "Show machines.")
  static final class Show extends GridCommand {
    @Parameters(
        paramLabel = "MACHINE",
        arity = "1..*",
        completionCandidates = Candidates.Machines.class,
        description = "Names, or sets such as node[1-3,7].mrbayes.")
    List<String> machines = List.of();

    @Override
    ExitCode run(GridClient grid) {
      List<MachineView> found = each(names(machines), grid::machine);
      Terminal terminal = around().output();
      showAll(
          machines,
          found,
          () -> String.join("\n", found.stream().map(m -> MachineText.show(m, terminal)).toList()));
      return ExitCode.OK;
    }
  }

  @Command(name = "migrate", description = "Move running machines to another host.")
  static final class Migrate extends GridCommand {
    @Parameters(
        paramLabel = "MACHINE",
        arity = "1..*",
        completionCandidates = Candidates.Machines.class,
        description = "Names, or sets such as node[1-3].mrbayes.")
    List<String> machines = List.of();

    @Option(
        names = "--to",
        paramLabel = "HOST",
        required = true,
        completionCandidates = Candidates.Hosts.class,
        description = "The host to run on.")
    String to = "";

    @Mixin ChangeOptions change = new ChangeOptions();

    @Override
    ExitCode run(GridClient grid) {
      SequencedSet<String> names = names(machines);
      if (change.dryRun) {
        List<PlanView> plans = each(names, name -> grid.planMigrate(name, to));
        showAll(machines, plans, () -> PlanText.of(plans, around().output()));
        return ExitCode.OK;
      }
      MigrationWait wait = change.waits() ? MigrationWait.prepare(grid, around(), to) : null;
      List<MachineView> changed = each(names, name -> grid.migrate(name, to));
      if (wait != null && !changed.isEmpty()) {
        List<String> begun = changed.stream().map(MachineView::name).toList();
        showAll(machines, wait.until(begun, change.timeout), () -> "");
      } else {
        showAll(machines, changed, () -> lines(changed));
      }
      return ExitCode.OK;
    }
  }
}
