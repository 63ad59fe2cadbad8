package org.heddle.cli;

import java.time.Duration;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.heddle.api.GridApi.MachineView;
import org.heddle.api.GridApi.SwitchAction;
import org.heddle.api.GridApi.SwitchView;
import org.heddle.api.GridClient;

/** Waits until machines run on another host, or until their migration has failed. */
final class MigrationWait {
  /** Migrations asked for are among the newest of the context switches. */
  private static final int NEWEST = 10;

  private final GridClient grid;
  private final Environment around;
  private final String to;
  private final long lastSwitch;

  private MigrationWait(GridClient grid, Environment around, String to, long lastSwitch) {
    this.grid = grid;
    this.around = around;
    this.to = to;
    this.lastSwitch = lastSwitch;
  }

  /** To be made before the migrations are asked for: notes which switches are older. */
  static MigrationWait prepare(GridClient grid, Environment around, String to) {
    List<SwitchView> newest = grid.switches(1);
    return new MigrationWait(grid, around, to, newest.isEmpty() ? 0 : newest.getFirst().id());
  }

  List<MachineView> until(Collection<String> names, Duration timeout) {
    try (Progress progress = new Progress(around.err(), around.messages())) {
      Machines machines = new Machines(names, progress);
      new Patience(timeout, progress).until(machines);
      return machines.seen;
    }
  }

  private final class Machines implements Patience.Look {
    private final Collection<String> names;
    private final Progress progress;
    private final Map<String, String> shown = new HashMap<>();
    private List<MachineView> seen = List.of();

    Machines(Collection<String> names, Progress progress) {
      this.names = names;
      this.progress = progress;
    }

    @Override
    public boolean reached() {
      seen = names.stream().map(grid::machine).toList();
      for (MachineView machine : seen) {
        String line = MachineText.line(machine);
        if (!line.equals(shown.put(machine.name(), line))) {
          progress.line(line);
        }
      }
      List<MachineView> pending = pending();
      if (!pending.isEmpty()) {
        progress.live(missing());
        pending.forEach(machine -> failed(machine).ifPresent(this::giveUp));
      }
      return pending.isEmpty();
    }

    @Override
    public String missing() {
      return String.join("; ", pending().stream().map(MachineText::line).toList());
    }

    private List<MachineView> pending() {
      return seen.stream().filter(machine -> !arrived(machine)).toList();
    }

    private void giveUp(SwitchAction action) {
      throw Failure.failed(
          "machine '"
              + action.machine()
              + "' did not get to "
              + to
              + ": "
              + (action.message().isEmpty() ? action.progress() : action.message()));
    }
  }

  private boolean arrived(MachineView machine) {
    return machine.host().equals(Optional.of(to)) && machine.state().equals("running");
  }

  /** Its migration in an ended switch that is younger than the request, if it did not succeed. */
  private Optional<SwitchAction> failed(MachineView machine) {
    return grid.switches(NEWEST).stream()
        .filter(view -> view.id() > lastSwitch && view.endedMs().isPresent())
        .flatMap(view -> view.actions().stream())
        .filter(action -> action.action().equals("migrate"))
        .filter(action -> action.machine().equals(machine.name()))
        .filter(action -> !action.progress().equals("done"))
        .findFirst();
  }
}
