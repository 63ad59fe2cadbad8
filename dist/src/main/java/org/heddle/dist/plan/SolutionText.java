package org.heddle.dist.plan;

import java.util.Locale;
import java.util.stream.Collectors;
import org.heddle.cli.Table;
import org.heddle.cli.Terminal;
import org.heddle.planner.instance.Instance;
import org.heddle.planner.instance.Schedule;
import org.heddle.planner.instance.TimedAction;
import org.heddle.planner.search.Goal;

/** A solution as a table, with a summary above it. */
final class SolutionText {
  /** Longer plans are for other formats: the table shows so many actions. */
  private static final int ROWS = 200;

  private final LoadedInstance loaded;
  private final Instance instance;
  private final Goal goal;

  SolutionText(LoadedInstance loaded, Goal goal) {
    this.loaded = loaded;
    this.instance = loaded.instance();
    this.goal = goal;
  }

  String of(Solution.Plan plan, Terminal terminal) {
    Schedule schedule = plan.schedule();
    StringBuilder out = new StringBuilder();
    line(
        out,
        "instance",
        instance.hosts()
            + " hosts, "
            + instance.machines()
            + " machines, "
            + instance.constraints().size()
            + " constraints, read in "
            + loaded.parseMs()
            + " ms");
    line(
        out,
        "actions",
        schedule.actions().size()
            + ", of which "
            + plan.migrations()
            + " relocate a machine; "
            + plan.movedMemory(instance)
            + " MiB moved");
    line(out, SolveOptions.word(goal), quality(plan));
    line(
        out,
        "end of plan",
        Words.seconds(schedule.endMs())
            + ", sum of ends "
            + Words.seconds(schedule.sumOfEndsMs())
            + (plan.ordering().provenSum() ? " (proven for this placement)" : ""));
    line(out, "found in", plan.firstMs() + " ms, this one after " + plan.solveMs() + " ms");
    if (!schedule.actions().isEmpty()) {
      out.append('\n').append(table(instance, schedule, terminal));
    }
    return out.toString();
  }

  private static void line(StringBuilder out, String key, String value) {
    out.append(String.format(Locale.ROOT, "%-13s %s%n", key, value));
  }

  private static String quality(Solution.Plan plan) {
    long objective = plan.found().objective();
    long bound = plan.found().bound();
    return plan.found().proven()
        ? objective + ", proven: no placement has less"
        : String.format(
            Locale.ROOT,
            "%d, at least %d, gap %.1f %%",
            objective,
            bound,
            plan.found().gap() * 100);
  }

  static String table(Instance instance, Schedule schedule, Terminal terminal) {
    Table table = Table.of(">#", ">START", ">END", "ACTION", "MACHINE", "FROM", "TO", "AFTER");
    int rows = Math.min(ROWS, schedule.actions().size());
    for (int i = 0; i < rows; i++) {
      TimedAction action = schedule.actions().get(i);
      table.row(
          i + 1,
          Words.seconds(action.startMs()),
          Words.seconds(action.endMs()),
          Words.of(action.kind()),
          action.machine() < 0 ? "-" : instance.machineName(action.machine()),
          action.from() < 0 ? "-" : instance.hostName(action.from()),
          action.to() < 0 ? "-" : instance.hostName(action.to()),
          action.waitsFor().isEmpty()
              ? "-"
              : action.waitsFor().stream()
                  .mapToObj(w -> Integer.toString(w + 1))
                  .collect(Collectors.joining(",")));
    }
    int more = schedule.actions().size() - rows;
    return table.render(terminal) + (more > 0 ? "and " + more + " more: -o json has all\n" : "");
  }
}
