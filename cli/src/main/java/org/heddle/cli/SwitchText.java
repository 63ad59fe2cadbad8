package org.heddle.cli;

import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import org.heddle.api.GridApi.SwitchAction;
import org.heddle.api.GridApi.SwitchView;

/** Context switches for people. Pure. */
public final class SwitchText {
  private SwitchText() {}

  /** One switch: heading, timeline and table. */
  public static String of(SwitchView view, Terminal terminal, long nowMs) {
    StringBuilder out = new StringBuilder();
    out.append(Style.STRONG.paint(heading(view, nowMs), terminal.colour())).append("\n\n");
    out.append(new Gantt(terminal).of(view, nowMs)).append('\n');
    out.append(table(view).render(terminal));
    if (!view.pauseSkewMs().isEmpty()) {
      out.append('\n');
    }
    view.pauseSkewMs()
        .forEach((vjob, skew) ->
            out.append(vjob).append(": all machines paused within ").append(skew).append(" ms\n"));
    return out.toString();
  }

  static Table list(List<SwitchView> switches, long nowMs) {
    Table table = Table.of(">ID", ">AGE", ">DURATION", "STATE", ">ACTIONS", "WHAT", "CAUSE");
    for (SwitchView view : switches) {
      table.row(
          view.id(),
          Human.age(nowMs - view.startedMs()),
          Human.duration(duration(view, nowMs)),
          Table.state(state(view)),
          view.actions().size(),
          verbs(view),
          view.cause());
    }
    return table;
  }

  private static String heading(SwitchView view, long nowMs) {
    String took = Human.duration(duration(view, nowMs));
    String state = state(view);
    return "switch " + view.id() + ": " + view.cause() + " (" + state + ", " + took + ")";
  }

  private static long duration(SwitchView view, long nowMs) {
    return Math.max(0, view.endedMs().orElse(nowMs) - view.startedMs());
  }

  private static String state(SwitchView view) {
    if (view.endedMs().isEmpty()) {
      return "active";
    }
    boolean whole = view.actions().stream().allMatch(action -> action.progress().equals("done"));
    return whole ? "done" : "failed";
  }

  /** {@code 3 suspend, 1 migrate}. */
  private static String verbs(SwitchView view) {
    Map<String, Long> counts =
        view.actions().stream()
            .collect(
                Collectors.groupingBy(
                    SwitchAction::action, java.util.TreeMap::new, Collectors.counting()));
    return counts.entrySet().stream()
        .map(entry -> entry.getValue() + " " + entry.getKey())
        .collect(Collectors.joining(", "));
  }

  private static Table table(SwitchView view) {
    Table table =
        Table.of(
            "ACTION",
            "MACHINE",
            "FROM",
            "TO",
            "STATE",
            ">START",
            ">DURATION",
            ">DOWNTIME",
            "MESSAGE");
    for (SwitchAction action : view.actions()) {
      boolean begun = action.startMs() > 0 || !action.progress().equals("pending");
      boolean ended = action.progress().equals("done") || action.progress().equals("failed");
      table.row(
          action.action(),
          action.machine(),
          action.from().orElse(""),
          action.to().orElse(""),
          Table.state(action.progress()),
          begun ? Human.duration(action.startMs()) : "",
          ended ? Human.duration(action.durationMs()) : "",
          action.downtimeMs() > 0 ? Human.duration(action.downtimeMs()) : "",
          action.message());
    }
    return table;
  }
}
