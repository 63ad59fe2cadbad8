package org.heddle.dist.plan;

import org.heddle.planner.instance.Instance;
import org.heddle.planner.instance.Schedule;
import org.heddle.planner.instance.TimedAction;

/**
 * A schedule as a graph in the language of Graphviz: an arrow to an action from what it waits for.
 */
final class PlanDot {
  private PlanDot() {}

  static String of(Instance instance, Schedule schedule) {
    StringBuilder out = new StringBuilder("digraph plan {\n");
    out.append(
        "  rankdir=LR;\n  node [shape=box, style=\"rounded,filled\", fontname=\"sans-serif\"];\n");
    for (int i = 0; i < schedule.actions().size(); i++) {
      TimedAction action = schedule.actions().get(i);
      out.append("  a").append(i + 1).append(" [label=\"").append(label(instance, action));
      out.append("\\n").append(Words.seconds(action.startMs())).append(" to ");
      out.append(Words.seconds(action.endMs())).append("\", fillcolor=\"");
      out.append(Colours.light(action.kind())).append("\"];\n");
    }
    for (int i = 0; i < schedule.actions().size(); i++) {
      int to = i + 1;
      schedule.actions().get(i).waitsFor().stream()
          .forEach(
              from -> out.append("  a").append(from + 1).append(" -> a").append(to).append(";\n"));
    }
    return out.append("}\n").toString();
  }

  static String label(Instance instance, TimedAction action) {
    String what = Words.of(action.kind());
    String who = action.machine() < 0 ? "" : " " + instance.machineName(action.machine());
    String from = action.from() < 0 ? "" : instance.hostName(action.from());
    String to = action.to() < 0 ? "" : instance.hostName(action.to());
    String way =
        from.equals(to) || from.isEmpty() || to.isEmpty()
            ? (to.isEmpty() ? from : to)
            : from + " → " + to;
    return escaped(what + who + (way.isEmpty() ? "" : ", " + way));
  }

  private static String escaped(String text) {
    return text.replace("\\", "\\\\").replace("\"", "\\\"");
  }
}
