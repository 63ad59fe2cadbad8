package org.heddle.dist.demo;

import java.io.IOException;
import java.net.URI;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import org.heddle.api.GridApi.EventView;
import org.heddle.api.GridApi.SwitchView;
import org.heddle.api.GridApi.VjobView;
import org.heddle.api.GridClient;
import org.heddle.api.GridException;
import org.heddle.cli.Environment;
import org.heddle.cli.SwitchText;
import org.heddle.dist.box.BoxException;
import org.heddle.dist.box.BoxSpec;
import org.heddle.dist.box.GridInABox;
import org.heddle.model.VjobSpec;

/** One run of the demo over a box: up, the story, what was seen. */
final class DemoRun {
  private static final int ALL_SWITCHES = 50;

  /** Lines of a vjob's output that are shown. */
  private static final int OUTPUT_LINES = 12;

  private final GridInABox box;
  private final Narrator narrator;
  private final Environment around;
  private boolean startedHere = true;

  DemoRun(GridInABox box, Narrator narrator, Environment around) {
    this.box = box;
    this.narrator = narrator;
    this.around = around;
  }

  /** Whether the grid was brought up by this demo, which then takes it down, too. */
  boolean startedHere() {
    return startedHere;
  }

  /**
   * @param cast the vjobs that play low, middle and urgent
   */
  DemoReport run(List<VjobSpec> cast) throws IOException, InterruptedException, BoxException {
    long begin = System.nanoTime();
    narrator.heading("A grid in a box: two sites with two hosts each, and a controller");
    GridInABox.Up up;
    try {
      up = box.up(_ -> BoxSpec.DEFAULT);
    } catch (BoxException failure) {
      startedHere = failure.kind() != BoxException.Kind.CONFLICT;
      throw failure;
    }
    startedHere = up.started().contains("controller");
    try (GridClient grid = GridClient.http(URI.create(up.url()), box.token())) {
      refuseOthers(grid);
      long first;
      try (GridClient.EventStream events = grid.follow(lastEvent(grid))) {
        Thread.ofVirtual().start(() -> tellEvents(events));
        DemoStory story = new DemoStory(grid, narrator);
        story.clear();
        first = lastSwitch(grid);
        story.tell(cast.get(0), cast.get(1), cast.get(2));
      }
      return conclude(grid, cast, first, begin);
    }
  }

  /** What an interrupted demo left is ended; a grid on which others work is left alone. */
  private static void refuseOthers(GridClient grid) {
    List<String> others =
        grid.vjobs().stream()
            .filter(vjob -> !vjob.state().equals("terminated"))
            .filter(vjob -> !vjob.owner().equals(DemoStory.OWNER))
            .map(VjobView::name)
            .toList();
    if (!others.isEmpty()) {
      throw new DemoException(
          "the demo wants the grid for itself, and these vjobs have not ended: "
              + String.join(", ", others)
              + "; cancel them (heddle vjob cancel), then start the demo again");
    }
  }

  private DemoReport conclude(GridClient grid, List<VjobSpec> cast, long first, long begin) {
    List<SwitchView> switches =
        grid.switches(ALL_SWITCHES).stream()
            .filter(view -> view.id() > first)
            .sorted(Comparator.comparingLong(SwitchView::id))
            .toList();
    List<VjobView> vjobs = cast.stream().map(spec -> grid.vjob(spec.name().value())).toList();
    DemoReport report =
        DemoReport.of(
            (System.nanoTime() - begin) / 1_000_000,
            DemoChecks.of(switches, vjobs, vjobs.getFirst().name()),
            switches,
            vjobs);
    show(report, switches, vjobs);
    return report;
  }

  private void show(DemoReport report, List<SwitchView> switches, List<VjobView> vjobs) {
    narrator.heading("What happened");
    for (SwitchView view : switches) {
      narrator.plain("");
      narrator.plain(SwitchText.of(view, around.output(), around.nowMs()).stripTrailing());
    }
    for (VjobView vjob : vjobs) {
      narrator.plain("\nWhat " + vjob.name() + " printed last:");
      vjob.output()
          .lines()
          .skip(Math.max(0, vjob.output().lines().count() - OUTPUT_LINES))
          .forEach(line -> narrator.plain("    " + line));
    }
    narrator.plain("");
    for (DemoReport.Check check : report.checks()) {
      narrator.plain(
          (check.ok() ? "  ok      " : "  FAILED  ") + check.what() + ": " + check.seen());
    }
    narrator.plain(
        String.format(
            "%n%s in %d s. Look further: README.md (daily use), ARCHITECTURE.md (the house),"
                + " examples/ (these vjobs).",
            report.ok() ? "All of it held," : "Not all of it held,", report.durationMs() / 1000));
  }

  private void tellEvents(GridClient.EventStream events) {
    try {
      for (Optional<EventView> next = events.next(); next.isPresent(); next = events.next()) {
        narrator.event(next.get());
      }
    } catch (GridException ended) {
      // The stream is cut when the story is over.
    }
  }

  private static long lastSwitch(GridClient grid) {
    return grid.switches(1).stream().mapToLong(SwitchView::id).max().orElse(0);
  }

  private static long lastEvent(GridClient grid) {
    long last = 0;
    for (List<EventView> some = grid.events(last, 1000);
        !some.isEmpty();
        some = grid.events(last, 1000)) {
      last = some.getLast().id();
    }
    return last;
  }
}
