package org.heddle.cli;

import java.time.Duration;
import java.time.Instant;
import java.time.ZoneId;
import java.time.format.DateTimeFormatter;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.heddle.api.GridApi.EventView;
import org.heddle.api.GridClient;
import org.heddle.api.GridException;
import org.heddle.api.Json;
import org.jspecify.annotations.Nullable;
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

  @Option(names = "--after", paramLabel = "ID", description = "All after this event's number.")
  @Nullable Long after;

  @Option(names = "--last", paramLabel = "N", description = "Of the past only the last N (50).")
  int last = USUAL;

  @Override
  ExitCode run(GridClient grid) {
    List<EventView> past = past(grid);
    if (follow) {
      past.forEach(this::line);
      follow(grid, past.isEmpty() ? (after == null ? 0 : after) : past.getLast().id());
    } else {
      show(past, () -> table(past));
    }
    return ExitCode.OK;
  }

  private List<EventView> past(GridClient grid) {
    ArrayDeque<EventView> kept = new ArrayDeque<>();
    long from = after == null ? 0 : after;
    while (true) {
      List<EventView> page = grid.events(from, PAGE);
      kept.addAll(page);
      while (after == null && kept.size() > Math.max(0, last)) {
        kept.removeFirst();
      }
      if (page.isEmpty()) {
        return new ArrayList<>(kept);
      }
      from = page.getLast().id();
    }
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
