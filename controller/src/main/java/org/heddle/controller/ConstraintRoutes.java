package org.heddle.controller;

import static org.heddle.controller.Web.Route.delete;
import static org.heddle.controller.Web.Route.get;
import static org.heddle.controller.Web.Route.post;

import io.javalin.http.Context;
import java.io.IOException;
import java.util.List;
import java.util.stream.Stream;
import org.heddle.api.GridApi.ConstraintRequest;
import org.heddle.api.GridApi.ConstraintView;
import org.heddle.engine.Event;
import org.heddle.engine.GridState.ConstraintRecord;
import org.heddle.engine.Step;
import org.heddle.model.ConstraintTerm;

/** Routes of administrators' constraints. */
final class ConstraintRoutes {
  private static final String NAME = "c[1-9][0-9]{0,17}";

  private final Desk desk;

  ConstraintRoutes(Desk desk) {
    this.desk = desk;
  }

  List<Web.Route> routes() {
    return List.of(
        get("/v1/constraints", context -> Web.json(context, 200, desk.constraints())),
        post("/v1/constraints", this::add),
        delete("/v1/constraints/{constraint}", this::remove));
  }

  private void add(Context context) throws IOException, InterruptedException {
    ConstraintRequest request = Web.body(context, ConstraintRequest.class);
    ConstraintTerm term = request.constraint();
    if (Web.dryRun(context)) {
      List<Event> events =
          Stream.concat(request.after().stream().flatMap(List::stream), Stream.of(term))
              .<Event>map(Event.ConstraintAsked::new)
              .toList();
      Web.json(context, 200, desk.rehearse(events));
      return;
    }
    if (request.after().isPresent()) {
      throw Refused.of("invalid", "after", "'after' is for dryRun=true: add one after the other");
    }
    boolean there = desk.loop().state().rulebook().find(term).isPresent();
    desk.change(context, new Event.ConstraintAsked(term), () -> view(term), there ? 200 : 201);
  }

  private ConstraintView view(ConstraintTerm term) {
    return desk.constraints().stream()
        .filter(each -> each.constraint().equals(term.toString()))
        .findFirst()
        .orElseThrow(() -> Refused.of("conflict", "", "'" + term + "' was just taken back"));
  }

  private void remove(Context context) throws InterruptedException {
    String name = context.pathParam("constraint");
    if (!name.matches(NAME)) {
      throw absent(name);
    }
    Event event = new Event.ConstraintDropped(Long.parseLong(name.substring(1)));
    if (Web.dryRun(context)) {
      Web.json(context, 200, desk.rehearse(event));
      return;
    }
    Step step = desk.loop().ask(event);
    if (step.refusal().isPresent()) {
      throw absent(name);
    }
    context.status(204);
  }

  private Refused absent(String name) {
    List<String> known =
        desk.loop().state().rulebook().constraints().values().stream()
            .map(ConstraintRecord::number)
            .map(number -> "c" + number)
            .toList();
    return Refused.absent("constraint", name, known);
  }
}
