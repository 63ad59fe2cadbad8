package org.heddle.cli;

import java.util.List;
import java.util.stream.Collectors;
import org.heddle.api.GridApi.PlanView;
import org.heddle.api.GridApi.StepView;

/** A plan as a table, with what it costs. Pure. */
final class PlanText {
  private PlanText() {}

  /** Several, one below the other. */
  static String of(List<PlanView> plans, Terminal terminal) {
    return String.join("\n", plans.stream().map(plan -> of(plan, terminal)).toList());
  }

  static String of(PlanView plan, Terminal terminal) {
    StringBuilder out = new StringBuilder();
    if (plan.steps().isEmpty()) {
      out.append("nothing would change\n");
    } else {
      Table table =
          Table.of(">#", "ACTION", "MACHINE", "FROM", "TO", "AFTER", ">START", ">DURATION", "WHY");
      plan.steps().forEach(step -> addRow(table, step));
      out.append(table.render(terminal)).append('\n');
      out.append(new Gantt(terminal).of(plan)).append('\n');
      out.append(Human.count(plan.steps().size(), "action"));
      out.append(
          plan.cost() == 0 ? ", moves nothing" : ", moves or writes " + Human.mib(plan.cost()));
      out.append(", takes about ").append(Human.duration(plan.endMs())).append('\n');
    }
    plan.refused()
        .forEach((vjob, why) ->
            out.append("would not run: ").append(vjob).append(": ").append(why).append('\n'));
    return out.toString();
  }

  private static void addRow(Table table, StepView step) {
    table.row(
        step.id(),
        step.action(),
        step.machine(),
        step.from().orElse(""),
        step.to().orElse(""),
        step.after().stream().map(String::valueOf).collect(Collectors.joining(",")),
        Human.duration(step.startMs()),
        Human.duration(step.endMs() - step.startMs()),
        step.why());
  }
}
