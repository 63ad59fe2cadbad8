package org.heddle.controller;

import io.javalin.http.Context;
import java.util.List;
import java.util.function.Supplier;
import org.heddle.api.GridApi.ConstraintView;
import org.heddle.api.GridApi.PlanView;
import org.heddle.engine.Event;
import org.heddle.engine.Step;

/** Where requests of people meet the loop: what they ask is done, or only rehearsed. */
record Desk(ControlLoop loop, Decider decider) {
  Views views() {
    return new Views(loop.state());
  }

  PlanView rehearse(Event event) {
    return rehearse(List.of(event));
  }

  /** The plan that the last event would lead to after the others. */
  PlanView rehearse(List<Event> events) {
    return Views.plan(decider.rehearse(loop.state(), events, loop.engineMs()));
  }

  /** What the grid would do now. */
  PlanView pending() {
    return Views.plan(decider.pending(loop.state(), loop.engineMs()));
  }

  /** The constraints of administrators as they stand. */
  List<ConstraintView> constraints() {
    return decider.engine().standings(loop.state(), loop.engineMs()).stream()
        .map(Views::constraint)
        .toList();
  }

  /** Does what was asked, or with {@code ?dryRun=true} answers with the plan. */
  void change(Context context, Event event, Supplier<Object> view, int status)
      throws InterruptedException {
    if (Web.dryRun(context)) {
      Web.json(context, 200, rehearse(event));
      return;
    }
    Step step = loop.ask(event);
    if (step.refusal().isPresent()) {
      throw Refused.of(step.refusal().get());
    }
    Web.json(context, status, view.get());
  }
}
