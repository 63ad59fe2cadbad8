package org.heddle.dist.plan;

import org.heddle.planner.instance.Instance;
import org.heddle.planner.search.Goal;
import tools.jackson.core.JsonGenerator;

/** A solution in Heddle's JSON; docs/planner.md describes it. */
final class SolutionJson {
  private final LoadedInstance loaded;
  private final JsonGenerator out;

  SolutionJson(LoadedInstance loaded, JsonGenerator out) {
    this.loaded = loaded;
    this.out = out;
  }

  void write(Solution solution, Goal goal) {
    out.writeStartObject();
    out.writeStringProperty("format", PlanJson.FORMAT);
    switch (solution) {
      case Solution.Plan plan -> plan(plan, goal);
      case Solution.None none -> none(none);
    }
    out.writeEndObject();
    out.writeRaw('\n');
    out.flush();
  }

  private void plan(Solution.Plan plan, Goal goal) {
    Instance instance = loaded.instance();
    out.writeBooleanProperty("feasible", true);
    out.writeStringProperty("goal", SolveOptions.word(goal));
    out.writeNumberProperty("objective", plan.found().objective());
    out.writeNumberProperty("lowerBound", plan.found().bound());
    out.writeBooleanProperty("proven", plan.found().proven());
    out.writeNumberProperty("movedMemory", plan.movedMemory(instance));
    out.writeNumberProperty("migrations", plan.migrations());
    Words.number(out, "endOfPlan", plan.schedule().endMs() / 1000.0);
    Words.number(out, "sumOfEnds", plan.schedule().sumOfEndsMs() / 1000.0);
    out.writeNumberProperty("firstSolutionMs", plan.firstMs());
    out.writeNumberProperty("solveMs", plan.solveMs());
    out.writeNumberProperty("parseMs", loaded.parseMs());
    PlanJson.actions(out, instance, plan.schedule());
  }

  private void none(Solution.None none) {
    out.writeBooleanProperty("feasible", false);
    out.writeBooleanProperty("proven", none.certain());
    out.writeArrayPropertyStart("reasons");
    none.reasons().forEach(out::writeString);
    out.writeEndArray();
    out.writeNumberProperty("solveMs", none.solveMs());
    out.writeNumberProperty("parseMs", loaded.parseMs());
  }
}
