package org.heddle.controller;

import java.util.List;
import java.util.function.BiFunction;
import org.heddle.engine.Command;
import org.heddle.engine.Engine;
import org.heddle.engine.Event;
import org.heddle.engine.GridState;
import org.heddle.engine.Step;
import org.heddle.planner.Answer;
import org.heddle.planner.Limits;
import org.heddle.planner.Problem;

/** The pure parts that the controller puts to work: the engine and the planner. */
record Decider(Engine engine, BiFunction<Problem, Limits, Answer> planner) {
  Step step(GridState state, Event event, long nowMs) {
    return engine.step(state, event, nowMs);
  }

  /** The commands that a controller sends when it has just read its state. */
  List<Command> resume(GridState state, long nowMs) {
    return engine.resume(state, nowMs);
  }

  Answer plan(Problem problem, Limits limits) {
    return planner.apply(problem, limits);
  }

  /**
   * The plan that the last event would lead to after the others; both parts are pure, so asking
   * changes nothing.
   *
   * @param events at least one
   */
  Answer rehearse(GridState state, List<Event> events, long nowMs) {
    GridState before = state;
    for (Event event : events.subList(0, events.size() - 1)) {
      Step step = engine.step(before, event, nowMs);
      if (step.refusal().isPresent()) {
        throw Refused.of(step.refusal().get());
      }
      before = step.state();
    }
    Engine.Preview preview = engine.preview(before, events.getLast(), nowMs);
    if (preview.refusal().isPresent()) {
      throw Refused.of(preview.refusal().get());
    }
    return plan(preview.problem(), Limits.DEFAULT);
  }

  /** What the grid would do now. */
  Answer pending(GridState state, long nowMs) {
    return plan(engine.problem(state, nowMs), Limits.DEFAULT);
  }
}
