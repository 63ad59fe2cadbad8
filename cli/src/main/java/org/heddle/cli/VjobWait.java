package org.heddle.cli;

import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.heddle.api.GridApi.VjobView;
import org.heddle.api.GridClient;
import org.heddle.model.NodeSet;

/** Waits for vjobs, and shows every change of their states. */
final class VjobWait {

  /** What is waited for. */
  enum Goal {
    RUNNING,
    SLEEPING,
    /** Ended well: its command's exit code was 0. */
    TERMINATED,
    /** Ended, however. */
    ENDED
  }

  /** What a look at a vjob says of the goal. */
  private sealed interface Verdict {
    record Pending() implements Verdict {}

    record Reached() implements Verdict {}

    record Missed(String why) implements Verdict {}
  }

  /**
   * @param missed for each vjob that will never reach the goal one line that says why
   */
  record Result(List<VjobView> vjobs, List<String> missed) {}

  private final GridClient grid;
  private final Environment around;
  private final Duration timeout;

  VjobWait(GridClient grid, Environment around, Duration timeout) {
    this.grid = grid;
    this.around = around;
    this.timeout = timeout;
  }

  Result until(Map<String, Goal> goals) {
    try (Progress progress = new Progress(around.err(), around.messages())) {
      Vjobs vjobs = new Vjobs(goals, progress);
      new Patience(timeout, progress).until(vjobs);
      List<String> missed = new ArrayList<>();
      for (VjobView vjob : vjobs.seen) {
        if (judge(vjob, goals) instanceof Verdict.Missed no) {
          missed.add(no.why);
        }
      }
      return new Result(vjobs.seen, missed);
    }
  }

  private final class Vjobs implements Patience.Look {
    private final Map<String, Goal> goals;
    private final Progress progress;
    private final Map<String, String> shown = new HashMap<>();
    private List<VjobView> seen = List.of();

    Vjobs(Map<String, Goal> goals, Progress progress) {
      this.goals = goals;
      this.progress = progress;
    }

    @Override
    public boolean reached() {
      seen = look(goals.keySet());
      for (VjobView vjob : seen) {
        String line = VjobText.line(vjob);
        if (!line.equals(shown.put(vjob.name(), line))) {
          progress.line(line);
        }
      }
      boolean all = pending().isEmpty();
      if (!all && around.messages().tty()) {
        progress.live(now());
      }
      return all;
    }

    @Override
    public String missing() {
      List<String> lines = pending().stream().map(VjobText::line).toList();
      return String.join("; ", lines) + "; it goes on, see 'heddle vjob show'";
    }

    private List<VjobView> pending() {
      return seen.stream().filter(vjob -> judge(vjob, goals) instanceof Verdict.Pending).toList();
    }

    private String now() {
      String waited = NodeSet.fold(pending().stream().map(VjobView::name).toList());
      String running =
          grid.status()
              .currentSwitch()
              .map(view -> "  switch " + StatusCommand.running(view, progress.terminal()))
              .orElse("");
      return waited + running;
    }
  }

  private List<VjobView> look(Collection<String> names) {
    if (names.size() == 1) {
      return List.of(grid.vjob(names.iterator().next()));
    }
    Map<String, VjobView> all = new HashMap<>();
    grid.vjobs().forEach(vjob -> all.put(vjob.name(), vjob));
    List<VjobView> found = new ArrayList<>();
    for (String name : names) {
      found.add(
          Optional.ofNullable(all.get(name))
              .orElseThrow(() -> Failure.notFound("vjob '" + name + "' is gone")));
    }
    return found;
  }

  private static Verdict judge(VjobView vjob, Map<String, Goal> goals) {
    Goal goal = goals.getOrDefault(vjob.name(), Goal.ENDED);
    boolean ended = vjob.state().equals("terminated");
    boolean well = vjob.exitCode().map(code -> code == 0).orElse(vjob.spec().run().isEmpty());
    return switch (goal) {
      case RUNNING -> {
        boolean ran = vjob.state().equals("running") || (ended && well);
        yield ran ? new Verdict.Reached() : ended ? missed(vjob) : new Verdict.Pending();
      }
      case SLEEPING -> {
        boolean sleeps = vjob.state().equals("sleeping");
        yield sleeps ? new Verdict.Reached() : ended ? missed(vjob) : new Verdict.Pending();
      }
      case TERMINATED ->
          !ended ? new Verdict.Pending() : well ? new Verdict.Reached() : missed(vjob);
      case ENDED -> ended ? new Verdict.Reached() : new Verdict.Pending();
    };
  }

  private static Verdict missed(VjobView vjob) {
    String exit =
        vjob.exitCode()
            .map(code -> "its command ended with exit code " + code)
            .orElse("it ended before its command did");
    String reason = vjob.reason().isEmpty() ? "" : ": " + vjob.reason();
    return new Verdict.Missed(
        "vjob '"
            + vjob.name()
            + "': "
            + exit
            + reason
            + "; 'heddle vjob logs "
            + vjob.name()
            + "' shows what it printed");
  }
}
