package org.heddle.cli;

import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.SequencedSet;
import org.heddle.api.GridApi.PlanView;
import org.heddle.api.GridApi.VjobView;
import org.heddle.api.GridClient;
import org.heddle.cli.VjobWait.Goal;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code heddle vjob}. */
@Command(
    name = "vjob",
    description = "Virtual clusters and the work that they carry.",
    subcommands = {
      VjobCommand.ListAll.class,
      VjobCommand.Show.class,
      VjobCommand.Suspend.class,
      VjobCommand.Resume.class,
      VjobCommand.Cancel.class,
      VjobCommand.Wait.class,
      VjobLogsCommand.class
    })
final class VjobCommand {

  /** One or more vjobs by name. */
  abstract static class Named extends GridCommand {
    @Parameters(
        paramLabel = "VJOB",
        arity = "1..*",
        completionCandidates = Candidates.Vjobs.class,
        description = "Names, or sets such as farm[1-3].")
    List<String> vjobs = List.of();

    SequencedSet<String> vjobNames() {
      return names(vjobs);
    }

    /** Waits for all; what misses the goal is reported and fails the command. */
    List<VjobView> await(GridClient grid, List<String> names, Goal goal, Duration timeout) {
      Map<String, Goal> goals = new LinkedHashMap<>();
      names.forEach(name -> goals.put(name, goal));
      VjobWait.Result result = new VjobWait(grid, around(), timeout).until(goals);
      result.missed().forEach(why -> fail(report().report(Failure.failed(why))));
      return result.vjobs();
    }

    /** After a wait, whose progress has shown the last state as a line already. */
    void showLast(List<VjobView> vjobsNow) {
      if (!tables()) {
        showLines(vjobsNow);
      }
    }

    void showLines(List<VjobView> changed) {
      showAll(vjobs, changed, () -> lines(changed));
    }
  }

  static String lines(List<VjobView> vjobs) {
    return String.join("", vjobs.stream().map(vjob -> VjobText.line(vjob) + "\n").toList());
  }

  @Command(name = "list", description = "List the vjobs.")
  static final class ListAll extends GridCommand {
    @Option(
        names = "--states",
        paramLabel = "STATES",
        split = ",",
        description = "Only those in these states, such as running,sleeping.")
    List<String> states = List.of();

    @Override
    ExitCode run(GridClient grid) {
      List<VjobView> vjobs =
          grid.vjobs().stream()
              .filter(vjob -> states.isEmpty() || states.contains(vjob.state()))
              .toList();
      show(vjobs, () -> VjobText.list(vjobs, around().nowMs()).render(around().output()));
      return ExitCode.OK;
    }
  }

  @Command(name = "show", description = "Show vjobs with their machines and what they printed.")
  static final class Show extends Named {
    @Override
    ExitCode run(GridClient grid) {
      List<VjobView> found = each(vjobNames(), grid::vjob);
      Terminal terminal = around().output();
      long nowMs = around().nowMs();
      showAll(
          vjobs,
          found,
          () ->
              String.join(
                  "\n", found.stream().map(v -> VjobText.show(v, terminal, nowMs)).toList()));
      return ExitCode.OK;
    }
  }

  /** One of the verbs that change a vjob. */
  abstract static class Change extends Named {
    @Mixin ChangeOptions change = new ChangeOptions();
    private final String verb;
    private final Goal goal;

    Change(String verb, Goal goal) {
      this.verb = verb;
      this.goal = goal;
    }

    abstract VjobView act(GridClient grid, String vjob);

    @Override
    ExitCode run(GridClient grid) {
      SequencedSet<String> names = vjobNames();
      if (change.dryRun) {
        List<PlanView> plans = each(names, name -> grid.planVjob(name, verb));
        showAll(vjobs, plans, () -> PlanText.of(plans, around().output()));
        return ExitCode.OK;
      }
      List<VjobView> changed = each(names, name -> act(grid, name));
      if (change.waits() && !changed.isEmpty()) {
        List<String> begun = changed.stream().map(VjobView::name).toList();
        showLast(await(grid, begun, goal, change.timeout));
      } else {
        showLines(changed);
      }
      return ExitCode.OK;
    }
  }

  @Command(name = "suspend", description = "Suspend vjobs to disk; they stay so until resumed.")
  static final class Suspend extends Change {
    Suspend() {
      super("suspend", Goal.SLEEPING);
    }

    @Override
    VjobView act(GridClient grid, String vjob) {
      return grid.suspend(vjob);
    }
  }

  @Command(
      name = "resume",
      description = {
        "Let suspended vjobs run again when there is room.",
        "Those that wait after failures are tried again at once, on any host."
      })
  static final class Resume extends Change {
    Resume() {
      super("resume", Goal.RUNNING);
    }

    @Override
    VjobView act(GridClient grid, String vjob) {
      return grid.resume(vjob);
    }
  }

  @Command(name = "cancel", description = "End vjobs; their machines and saved states are deleted.")
  static final class Cancel extends Change {
    Cancel() {
      super("cancel", Goal.ENDED);
    }

    @Override
    VjobView act(GridClient grid, String vjob) {
      return grid.cancel(vjob);
    }
  }

  /** What {@code --for} may name. */
  enum For {
    RUNNING(Goal.RUNNING),
    SLEEPING(Goal.SLEEPING),
    TERMINATED(Goal.TERMINATED);

    private final Goal goal;

    For(Goal goal) {
      this.goal = goal;
    }

    @Override
    public String toString() {
      return name().toLowerCase(Locale.ROOT);
    }
  }

  @Command(
      name = "wait",
      description =
          "Wait for a state; fails when a vjob ends otherwise or with another code than 0.")
  static final class Wait extends Named {
    @Option(
        names = "--for",
        paramLabel = "STATE",
        description = "${COMPLETION-CANDIDATES}; terminated is meant without it.")
    @Nullable For state;

    @Option(
        names = "--timeout",
        paramLabel = "TIME",
        converter = ChangeOptions.Time.class,
        description = "Wait no longer than this (90s, 5m, 1h30m); exit code 7.")
    Duration timeout = Duration.ZERO;

    @Override
    ExitCode run(GridClient grid) {
      Goal goal = state == null ? Goal.TERMINATED : state.goal;
      showLast(await(grid, List.copyOf(vjobNames()), goal, timeout));
      return ExitCode.OK;
    }
  }
}
