package org.heddle.controller;

import java.util.Optional;
import org.heddle.api.GridApi.PlanView;
import org.heddle.engine.Command;
import org.heddle.engine.Event;
import org.heddle.engine.GridState;
import org.heddle.engine.Step;
import org.heddle.model.Plan;
import org.heddle.planner.Answer;

/**
 * What would come of an event: the engine and the planner are asked on a copy of the state, which
 * costs nothing because both are pure.
 */
final class Rehearsal {
  /** A step may leave the plan to the next second, or wait out a pause after failures. */
  private static final int SECONDS = 120;

  private final Decider decider;

  Rehearsal(Decider decider) {
    this.decider = decider;
  }

  /** The plan that the event leads to; empty when nothing would be done. */
  PlanView plan(GridState state, Event event, long nowMs) {
    Step step = decider.step(state, event, nowMs);
    if (step.refusal().isPresent()) {
      throw Refused.of(step.refusal().get());
    }
    return Views.plan(answer(step, nowMs));
  }

  private Answer answer(Step first, long nowMs) {
    Step step = first;
    for (int second = 1; second <= SECONDS; second++) {
      Optional<Command.FindPlan> asked = asked(step);
      if (asked.isPresent()) {
        return decider.plan(asked.get().problem(), asked.get().limits());
      }
      step = decider.step(step.state(), new Event.Ticked(), nowMs + 1000L * second);
    }
    return new Answer(Plan.EMPTY, new java.util.TreeMap<>());
  }

  private static Optional<Command.FindPlan> asked(Step step) {
    return step.commands().stream()
        .filter(Command.FindPlan.class::isInstance)
        .map(Command.FindPlan.class::cast)
        .findFirst();
  }
}
