package org.heddle.dist.plan;

import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import org.heddle.planner.instance.Instance;
import org.heddle.planner.instance.Schedule;
import org.heddle.planner.instance.TimedAction;
import org.heddle.planner.instance.TimedAction.Kind;

/**
 * A schedule as a Gantt chart: a row for each host on which something happens, in it a bar for each
 * action, on as many lines as actions overlap there. A relocation is on its new host, with a thin
 * bar on the old one. Pointing at a bar tells all of it.
 */
final class PlanSvg {
  private static final int LEFT = 150;
  private static final int RIGHT = 30;
  private static final int TOP = 74;
  private static final int CHART = 1000;
  private static final int LINE = 16;
  private static final int GAP = 8;
  private static final int TICKS = 10;

  /** Narrower bars have no room for their text. */
  private static final int CHARACTER = 6;

  private final Instance instance;
  private final Schedule schedule;
  private final StringBuilder out = new StringBuilder();
  private final long end;

  private PlanSvg(Instance instance, Schedule schedule) {
    this.instance = instance;
    this.schedule = schedule;
    this.end = Math.max(1, schedule.endMs());
  }

  static String of(Instance instance, Schedule schedule) {
    return new PlanSvg(instance, schedule).draw();
  }

  /** A bar in a host's row; thin where the machine is only left. */
  private record Bar(TimedAction action, boolean thin) {}

  private String draw() {
    TreeMap<Integer, List<Bar>> rows = new TreeMap<>();
    for (TimedAction action : schedule.actions()) {
      int host = action.to() >= 0 ? action.to() : action.from();
      rows.computeIfAbsent(host, _ -> new ArrayList<>()).add(new Bar(action, false));
      if (action.from() >= 0 && action.to() >= 0 && action.from() != action.to()) {
        rows.computeIfAbsent(action.from(), _ -> new ArrayList<>()).add(new Bar(action, true));
      }
    }
    StringBuilder body = new StringBuilder();
    int y = TOP;
    boolean odd = false;
    for (Map.Entry<Integer, List<Bar>> row : rows.entrySet()) {
      y = row(body, row.getKey(), row.getValue(), y, odd);
      odd = !odd;
    }
    frame(y);
    out.append(body);
    return out.append("</svg>\n").toString();
  }

  private void frame(int bottom) {
    int width = LEFT + CHART + RIGHT;
    out.append(
        String.format(
            Locale.ROOT,
            "<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"%d\" height=\"%d\""
                + " viewBox=\"0 0 %d %d\" font-family=\"system-ui, sans-serif\" font-size=\"11\">\n",
            width,
            bottom + 20,
            width,
            bottom + 20));
    out.append("<rect width=\"100%\" height=\"100%\" fill=\"white\"/>\n");
    out.append(
        String.format(
            Locale.ROOT,
            "<text x=\"12\" y=\"24\" font-size=\"15\" font-weight=\"600\">%d actions in %s</text>\n",
            schedule.actions().size(),
            Words.seconds(schedule.endMs())));
    legend();
    long step = step();
    for (long t = 0; t <= end; t += step) {
      double x = x(t);
      out.append(
          String.format(
              Locale.ROOT,
              "<line x1=\"%.1f\" y1=\"%d\" x2=\"%.1f\" y2=\"%d\" stroke=\"#ddd\"/>\n",
              x,
              TOP - 6,
              x,
              bottom));
      out.append(
          String.format(
              Locale.ROOT,
              "<text x=\"%.1f\" y=\"%d\" text-anchor=\"middle\" fill=\"#555\">%s</text>\n",
              x,
              TOP - 12,
              Words.seconds(t)));
    }
  }

  private void legend() {
    Map<Kind, Integer> counts = new EnumMap<>(Kind.class);
    schedule.actions().forEach(action -> counts.merge(action.kind(), 1, Integer::sum));
    int x = 12;
    for (Map.Entry<Kind, Integer> entry : counts.entrySet()) {
      String text = entry.getValue() + " " + Words.of(entry.getKey());
      out.append(
          String.format(
              Locale.ROOT,
              "<rect x=\"%d\" y=\"34\" width=\"11\" height=\"11\" rx=\"2\" fill=\"%s\"/>"
                  + "<text x=\"%d\" y=\"43\">%s</text>\n",
              x,
              Colours.dark(entry.getKey()),
              x + 16,
              text));
      x += 34 + text.length() * CHARACTER;
    }
  }

  /** A round number of 1, 2 or 5 and zeros that gives about ten ticks. */
  private long step() {
    long raw = Math.max(1, end / TICKS);
    long power = (long) Math.pow(10, Math.floor(Math.log10((double) raw)));
    for (long factor : new long[] {1, 2, 5, 10}) {
      if (power * factor >= raw) {
        return power * factor;
      }
    }
    return power * 10;
  }

  private double x(long ms) {
    return LEFT + (double) CHART * ms / end;
  }

  private int row(StringBuilder body, int host, List<Bar> bars, int top, boolean odd) {
    List<Long> lineEnds = new ArrayList<>();
    StringBuilder drawn = new StringBuilder();
    for (Bar bar : bars) {
      int line = 0;
      while (line < lineEnds.size() && lineEnds.get(line) > bar.action.startMs()) {
        line++;
      }
      if (line == lineEnds.size()) {
        lineEnds.add(0L);
      }
      lineEnds.set(line, Math.max(bar.action.endMs(), bar.action.startMs() + 1));
      bar(drawn, bar, top + GAP / 2 + line * LINE);
    }
    int height = lineEnds.size() * LINE + GAP;
    body.append(
        String.format(
            Locale.ROOT,
            "<rect x=\"0\" y=\"%d\" width=\"%d\" height=\"%d\" fill=\"%s\"/>\n",
            top,
            LEFT + CHART + RIGHT,
            height,
            odd ? "#00000008" : "none"));
    body.append(
        String.format(
            Locale.ROOT,
            "<text x=\"%d\" y=\"%d\" text-anchor=\"end\" font-weight=\"500\">%s</text>\n",
            LEFT - 10,
            top + height / 2 + 4,
            escaped(instance.hostName(host))));
    body.append(drawn);
    return top + height;
  }

  private void bar(StringBuilder body, Bar bar, int y) {
    TimedAction action = bar.action;
    double width = Math.max(2, x(action.endMs()) - x(action.startMs()));
    String name =
        action.machine() < 0 ? Words.of(action.kind()) : instance.machineName(action.machine());
    body.append("<g>");
    body.append(
        String.format(
            Locale.ROOT,
            "<title>%s, %s to %s</title>",
            escaped(PlanDot.label(instance, action)),
            Words.seconds(action.startMs()),
            Words.seconds(action.endMs())));
    body.append(
        String.format(
            Locale.ROOT,
            "<rect x=\"%.1f\" y=\"%d\" width=\"%.1f\" height=\"%d\" rx=\"3\" fill=\"%s\"%s/>",
            x(action.startMs()),
            bar.thin ? y + LINE / 2 - 2 : y + 1,
            width,
            bar.thin ? 4 : LINE - 2,
            Colours.dark(action.kind()),
            bar.thin ? " opacity=\"0.45\"" : ""));
    if (!bar.thin && name.length() * CHARACTER + 6 < width) {
      body.append(
          String.format(
              Locale.ROOT,
              "<text x=\"%.1f\" y=\"%d\" fill=\"white\">%s</text>",
              x(action.startMs()) + 4,
              y + LINE - 4,
              escaped(name)));
    }
    body.append("</g>\n");
  }

  private static String escaped(String text) {
    return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;");
  }
}
