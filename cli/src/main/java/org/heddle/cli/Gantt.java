package org.heddle.cli;

import java.util.ArrayList;
import java.util.List;
import java.util.stream.Collectors;
import org.heddle.api.GridApi.PlanView;
import org.heddle.api.GridApi.StepView;
import org.heddle.api.GridApi.SwitchAction;
import org.heddle.api.GridApi.SwitchView;

/**
 * A context switch or a plan as bars over a time axis, one line an action:
 *
 * <pre>
 *                                  0 s        5 s       10 s
 * suspend  a1.slow  host1          ██████▎                    2.1 s
 * migrate  b1.farm  host1 → host2        ████████████         4.0 s, downtime 35 ms
 * </pre>
 *
 * Block characters show eighths of a cell (Unicode 2588 to 258F); ASCII where they cannot be shown.
 * Pure.
 */
public final class Gantt {
  /** The axis is not made shorter or longer than this, whatever the terminal. */
  private static final int SHORTEST = 20;

  private static final int LONGEST = 72;

  /** Room right of the bars for the duration and the downtime. */
  private static final int NOTE = 24;

  private static final int TICK_ROOM = 10;
  private static final String EIGHTHS = " ▏▎▍▌▋▊▉";

  private final Terminal terminal;

  /**
   * @param length of the bar; negative: it has not begun
   */
  private record Line(
      String verb, String machine, String way, long start, long length, Style style, String note) {}

  public Gantt(Terminal terminal) {
    this.terminal = terminal;
  }

  /**
   * The timeline of a context switch.
   *
   * @param nowMs milliseconds of the epoch, until which a switch that still runs is drawn
   */
  public String of(SwitchView view, long nowMs) {
    long running = Math.max(0, view.endedMs().orElse(nowMs) - view.startedMs());
    List<Line> lines = new ArrayList<>();
    for (SwitchAction action : view.actions()) {
      lines.add(line(action, running));
    }
    return draw(lines, running);
  }

  /** What a plan is expected to look like. */
  public String of(PlanView plan) {
    List<Line> lines = new ArrayList<>();
    for (StepView step : plan.steps()) {
      long length = step.endMs() - step.startMs();
      lines.add(
          new Line(
              step.action(),
              step.machine(),
              way(step.from().orElse(""), step.to().orElse("")),
              step.startMs(),
              length,
              style(step.action()),
              "about " + Human.duration(length)));
    }
    return draw(lines, plan.endMs());
  }

  private Line line(SwitchAction action, long running) {
    String way = way(action.from().orElse(""), action.to().orElse(""));
    boolean begun = !action.progress().equals("pending") && !action.progress().equals("dropped");
    boolean active = action.progress().equals("active");
    long length = active ? Math.max(0, running - action.startMs()) : action.durationMs();
    String note = begun ? Human.duration(length) : action.progress();
    if (action.downtimeMs() > 0) {
      note += ", down " + Human.duration(action.downtimeMs());
    }
    if (active) {
      note += ", goes on";
    }
    boolean failed = action.progress().equals("failed");
    return new Line(
        action.action(),
        action.machine(),
        way,
        action.startMs(),
        begun ? length : -1,
        failed ? Style.BAD : style(action.action()),
        failed ? note + ", failed" : note);
  }

  private String way(String from, String to) {
    if (from.isEmpty() || to.isEmpty() || from.equals(to)) {
      return from.isEmpty() ? to : from;
    }
    return from + (terminal.unicode() ? " → " : " -> ") + to;
  }

  private static Style style(String action) {
    return switch (action) {
      case "boot", "resume", "restore" -> Style.GOOD;
      case "suspend", "snapshot" -> Style.CALM;
      case "migrate" -> Style.MOVE;
      default -> Style.BUSY;
    };
  }

  private String draw(List<Line> lines, long totalMs) {
    if (lines.isEmpty()) {
      return "";
    }
    int verb = widest(lines.stream().map(Line::verb).toList());
    int machine = widest(lines.stream().map(Line::machine).toList());
    int way = widest(lines.stream().map(Line::way).toList());
    int left = verb + machine + way + 6;
    int room = (terminal.tty() ? terminal.width() : 100) - left - NOTE;
    int cells = Math.clamp(room, SHORTEST, LONGEST);
    long end = lines.stream().mapToLong(line -> line.start + line.length).max().orElse(0);
    double perCell = Math.max(1, Math.max(end, totalMs)) / (double) cells;
    StringBuilder out = new StringBuilder();
    out.append((" ".repeat(left) + axis(cells, perCell)).stripTrailing()).append('\n');
    for (Line line : lines) {
      String bar = bar(line, cells, perCell);
      String text =
          pad(line.verb, verb)
              + pad(line.machine, machine)
              + pad(line.way, way)
              + line.style.paint(bar, terminal.colour())
              + " ".repeat(Math.max(0, cells - bar.length()) + 1)
              + line.note;
      out.append(text.stripTrailing()).append('\n');
    }
    return out.toString();
  }

  private String bar(Line line, int cells, double perCell) {
    if (line.length < 0) {
      return "";
    }
    int start = (int) Math.min(cells - 1, Math.max(0, line.start) / perCell);
    double exact = (line.start + line.length) / perCell - start;
    double length = Math.clamp(exact, 0.125, cells - start);
    if (!terminal.unicode()) {
      return " ".repeat(start) + "=".repeat((int) Math.max(1, Math.round(length)));
    }
    int eighths = (int) Math.round(length * 8);
    String part = eighths % 8 == 0 ? "" : EIGHTHS.substring(eighths % 8, eighths % 8 + 1);
    return " ".repeat(start) + "█".repeat(eighths / 8) + part;
  }

  /** Labels at round times, each starting at its cell. */
  private static String axis(int cells, double perCell) {
    long tick = tick(perCell * TICK_ROOM);
    StringBuilder axis = new StringBuilder();
    for (long at = 0; at / perCell < cells; at += tick) {
      int cell = (int) (at / perCell);
      axis.append(" ".repeat(Math.max(0, cell - axis.length()))).append(label(at, tick));
    }
    return axis.toString();
  }

  /** The round time next above: 1, 2 or 5 times a power of ten below a minute, then minutes. */
  private static long tick(double least) {
    long[] steps = {1, 2, 5, 10, 20, 50, 100, 200, 500, 1000, 2000, 5000, 10_000, 20_000, 30_000};
    for (long step : steps) {
      if (step >= least) {
        return step;
      }
    }
    long minutes = 1;
    while (minutes * 60_000 < least) {
      minutes *= 2;
    }
    return minutes * 60_000;
  }

  private static String label(long ms, long tick) {
    if (tick >= 60_000) {
      return ms / 60_000 + " min";
    }
    return tick >= 1000 || ms == 0
        ? ms / 1000 + " s"
        : ms % 1000 == 0 ? ms / 1000 + " s" : ms + " ms";
  }

  private static int widest(List<String> texts) {
    return texts.stream().collect(Collectors.summarizingInt(String::length)).getMax();
  }

  private static String pad(String text, int width) {
    return text + " ".repeat(width - text.length() + 2);
  }
}
