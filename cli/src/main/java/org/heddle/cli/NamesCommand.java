package org.heddle.cli;

import java.util.List;
import java.util.stream.Stream;
import org.heddle.api.GridApi.ConstraintView;
import org.heddle.api.GridApi.HostView;
import org.heddle.api.GridApi.MachineView;
import org.heddle.api.GridApi.VjobView;
import org.heddle.api.GridClient;
import org.heddle.api.GridException;
import picocli.CommandLine.Command;
import picocli.CommandLine.Parameters;

/** Asked by the completion script: names of a kind, one a line; none when there is no grid. */
@Command(name = NamesCommand.NAME, hidden = true, description = "Names for the completion.")
final class NamesCommand extends GridCommand {
  static final String NAME = "__names";

  @Parameters(paramLabel = "KIND", description = "vjobs, machines, hosts, constraints or switches.")
  String kind = "";

  @Override
  public Integer call() {
    try {
      return super.call();
    } catch (GridException unknown) {
      return ExitCode.of(unknown.type()).number();
    }
  }

  @Override
  ExitCode run(GridClient grid) {
    names(grid).forEach(name -> print(name + "\n"));
    return ExitCode.OK;
  }

  private List<String> names(GridClient grid) {
    Stream<String> names =
        switch (kind) {
          case "vjobs" -> grid.vjobs().stream().map(VjobView::name);
          case "machines" -> grid.machines().stream().map(MachineView::name);
          case "hosts" -> grid.hosts().stream().map(HostView::name);
          case "constraints" -> grid.constraints().stream().map(ConstraintView::name);
          case "switches" ->
              Stream.concat(
                  Stream.of("current", "last"),
                  grid.switches(20).stream().map(view -> Long.toString(view.id())));
          default -> Stream.empty();
        };
    return names.toList();
  }
}
