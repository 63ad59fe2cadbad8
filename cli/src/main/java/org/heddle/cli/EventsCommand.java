package org.heddle.cli;

import java.time.Duration;
import java.time.Instant;
import java.time.ZoneId;
import java.time.format.DateTimeFormatter;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import org.heddle.api.GridApi.EventView;
import org.heddle.api.GridClient;
import org.heddle.api.GridException;
import org.heddle.api.Json;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.ArgGroup;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** {@code heddle events}. */
@Command(
    name = "events",
    description = {
      "What happened in the grid, oldest first.",
      "With --follow -o json: one object a line."
    })
final class EventsCommand extends GridCommand {
  private static final int PAGE = 1000;

  /** So many of the past are shown when nothing is said. */
  private static final int USUAL = 50;

  private static final DateTimeFormatter TIME = DateTimeFormatter.ofPattern("MM-dd HH:mm:ss");

  @Option(
      names = {"-f", "--follow"},
      description = "Go on with what happens from now on.")
  boolean follow;

  @ArgGroup Past past = new Past();

  /** How much of the past is shown. */
  static final class Past {
    @Option(names = "--after", paramLabel = "ID", description = "All after this event's number.")
    @Nullable Long after;

    @Option(names = "--all", description = "All that the grid still has.")
    boolean all;

    @Option(names = "--last", paramLabel = "N", description = "Only the last N. Default: 50.")
    @Nullable Integer last;
  }

  @Override
  ExitCode run(GridClient grid) {
    List<EventView> events = past(grid);
    if (follow) {
      events.forEach(this::line);
      follow(
          grid,
          events.isEmpty() ? Objects.requireNonNullElse(past.after, 0L) : events.getLast().id());
    } else {
      show(events, () -> table(events));
    }
    return ExitCode.OK;
  }

  private List<EventView> past(GridClient grid) {
    if (past.all || past.after != null) {
      return after(grid, Objects.requireNonNullElse(past.after, 0L));
    }
    int last = Math.max(0, Objects.requireNonNullElse(past.last, USUAL));
    if (last <= PAGE) {
      return grid.newestEvents(last);
    }
    List<EventView> newest = grid.newestEvents(1);
    return newest.isEmpty() ? newest : after(grid, Math.max(0, newest.getLast().id() - last));
  }

  private static List<EventView> after(GridClient grid, long id) {
    List<EventView> found = new ArrayList<>();
    List<EventView> page = grid.events(id, PAGE);
    while (!page.isEmpty()) {
      found.addAll(page);
      page = grid.events(page.getLast().id(), PAGE);
    }
    return found;
  }

  /** Until the user ends it; a controller that restarts is waited for. */
  private void follow(GridClient grid, long from) {
    try (Progress progress = new Progress(around().err(), Terminal.NONE)) {
      Patience patience = new Patience(Duration.ZERO, progress);
      long seen = from;
      while (true) {
        long since = seen;
        try (GridClient.EventStream events = patience.answer(() -> grid.follow(since))) {
          seen = printed(events, seen);
        }
        Patience.pause();
      }
    }
  }

  private long printed(GridClient.EventStream events, long from) {
    long seen = from;
    try {
      Optional<EventView> event = events.next();
      while (event.isPresent()) {
        line(event.get());
        seen = event.get().id();
        event = events.next();
      }
    } catch (GridException broken) {
      if (!broken.type().equals("unreachable")) {
        throw broken;
      }
    }
    return seen;
  }

  private String table(List<EventView> events) {
    Table table = Table.of(">ID", "TIME", "KIND", "SUBJECT", "MESSAGE");
    for (EventView event : events) {
      table.row(event.id(), time(event), event.kind(), event.subject(), event.message());
    }
    return table.render(around().output());
  }

  private void line(EventView event) {
    switch (options().output()) {
      case JSON -> print(Json.write(event) + "\n");
      case YAML -> print(Format.YAML.write(event));
      case TABLE ->
          print(
              String.format(
                  "%6d  %s  %-16s  %-20s  %s%n",
                  event.id(), time(event), event.kind(), event.subject(), event.message()));
    }
  }

  /** As the user's clock shows it. */
  private static String time(EventView event) {
    return TIME.format(Instant.ofEpochMilli(event.timeMs()).atZone(ZoneId.systemDefault()));
  }
}
