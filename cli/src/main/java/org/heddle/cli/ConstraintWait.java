package org.heddle.cli;

import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeSet;
import org.heddle.api.GridApi.ConstraintView;
import org.heddle.api.GridApi.PlanView;
import org.heddle.api.GridClient;
import org.heddle.model.MachineId;
import org.heddle.model.NodeSet;

/** Waits until nothing runs against constraints any more, and shows how it goes. */
final class ConstraintWait {
  /**
   * So often in a row (every quarter of a second) nothing is under way and no plan would change
   * anything: longer than the moments between two context switches in which that is so, too.
   */
  private static final int QUIET_LOOKS = 12;

  private final GridClient grid;
  private final Environment around;
  private final Duration timeout;

  ConstraintWait(GridClient grid, Environment around, Duration timeout) {
    this.grid = grid;
    this.around = around;
    this.timeout = timeout;
  }

  /**
   * @param names of constraints that the grid has
   * @return how they stand in the end
   */
  List<ConstraintView> until(Collection<String> names) {
    try (Progress progress = new Progress(around.err(), around.messages())) {
      Constraints constraints = new Constraints(names, progress);
      new Patience(timeout, progress).until(constraints);
      return constraints.seen;
    }
  }

  private final class Constraints implements Patience.Look {
    private final Collection<String> names;
    private final Progress progress;
    private final Map<String, String> shown = new HashMap<>();
    private List<ConstraintView> seen = List.of();
    private int quiet;

    Constraints(Collection<String> names, Progress progress) {
      this.names = names;
      this.progress = progress;
    }

    @Override
    public boolean reached() {
      seen = named(names);
      for (ConstraintView each : seen) {
        String line = line(each);
        if (!line.equals(shown.put(each.name(), line))) {
          progress.line(line);
        }
      }
      if (pending().isEmpty()) {
        return true;
      }
      progress.live(missing());
      quiet = grid.status().settled() && grid.plan().steps().isEmpty() ? quiet + 1 : 0;
      if (quiet >= QUIET_LOOKS) {
        throw Failure.failed("no plan mends it now: " + missing() + reasons(grid.plan()));
      }
      return false;
    }

    @Override
    public String missing() {
      return String.join("; ", pending().stream().map(ConstraintWait::line).toList());
    }

    private List<ConstraintView> pending() {
      return seen.stream().filter(each -> !each.broken().isEmpty()).toList();
    }

    /** What the grid says of the vjobs that are against them. */
    private String reasons(PlanView plan) {
      TreeSet<String> vjobs = new TreeSet<>();
      for (ConstraintView each : pending()) {
        each.broken().forEach(machine -> vjobs.add(MachineId.parse(machine).vjob().value()));
      }
      StringBuilder words = new StringBuilder();
      for (String vjob : vjobs) {
        String known = grid.vjob(vjob).reason();
        String why = known.isEmpty() ? plan.refused().getOrDefault(vjob, "") : known;
        words.append(why.isEmpty() ? "" : "; vjob '" + vjob + "': " + why);
      }
      return words.toString();
    }
  }

  private List<ConstraintView> named(Collection<String> names) {
    List<ConstraintView> all = grid.constraints();
    List<ConstraintView> found = new ArrayList<>();
    for (String name : names) {
      found.add(
          all.stream()
              .filter(each -> each.name().equals(name))
              .findFirst()
              .orElseThrow(
                  () -> Failure.notFound("constraint '" + name + "' was taken back meanwhile")));
    }
    return found;
  }

  static String line(ConstraintView each) {
    String broken =
        each.broken().isEmpty() ? "" : ", not kept yet by " + NodeSet.fold(each.broken());
    String speaks =
        each.machines() == 0 ? "no machine now" : Human.count(each.machines(), "machine");
    return each.name() + ": " + each.constraint() + " (" + speaks + broken + ")";
  }
}
