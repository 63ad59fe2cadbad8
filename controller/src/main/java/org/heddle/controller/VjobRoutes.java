package org.heddle.controller;

import static org.heddle.controller.Web.Route.get;
import static org.heddle.controller.Web.Route.post;

import io.javalin.http.Context;
import java.io.IOException;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import org.heddle.api.GridApi;
import org.heddle.engine.Event;
import org.heddle.engine.GridState.HostRecord;
import org.heddle.engine.GridState.MachineRecord;
import org.heddle.engine.GridState.VjobRecord;
import org.heddle.model.MachineReport;
import org.heddle.model.MachineState;
import org.heddle.model.Names;
import org.heddle.model.VjobId;
import org.heddle.model.VjobSpec;

/** Routes of vjobs. */
final class VjobRoutes {
  private final Desk desk;
  private final AgentLinks agents;
  private final AgentDialer dialer;

  VjobRoutes(Desk desk, AgentLinks agents, AgentDialer dialer) {
    this.desk = desk;
    this.agents = agents;
    this.dialer = dialer;
  }

  List<Web.Route> routes() {
    return List.of(
        get("/v1/vjobs", context -> Web.json(context, 200, desk.views().vjobs())),
        post("/v1/vjobs", this::submit),
        post("/v1/submissions", this::submitAll),
        get("/v1/vjobs/{vjob}", this::show),
        post("/v1/vjobs/{vjob}/suspend", context -> verb(context, Event.SuspendAsked::new)),
        post("/v1/vjobs/{vjob}/resume", context -> verb(context, Event.ResumeAsked::new)),
        post("/v1/vjobs/{vjob}/cancel", context -> verb(context, Event.CancelAsked::new)),
        get("/v1/vjobs/{vjob}/logs", this::logs));
  }

  private void submit(Context context) throws IOException, InterruptedException {
    VjobSpec spec = Web.body(context, VjobSpec.class);
    Submission.check(spec, agents.images().keySet());
    desk.change(context, submitted(spec), () -> desk.views().vjob(spec.name()).orElseThrow(), 201);
  }

  private static Event.Submitted submitted(VjobSpec spec) {
    SshKeyPair keys = SshKeyPair.generate(spec.name().value());
    return new Event.Submitted(spec, keys.privateKey(), keys.publicKey());
  }

  private void submitAll(Context context) throws IOException, InterruptedException {
    GridApi.Submission all = Web.body(context, GridApi.Submission.class);
    Submission.check(all.vjobs(), images(context));
    List<Event.Submitted> events = all.vjobs().stream().map(VjobRoutes::submitted).toList();
    desk.change(
        context,
        new Event.AllSubmitted(all.key(), events),
        () ->
            all.vjobs().stream().map(spec -> desk.views().vjob(spec.name()).orElseThrow()).toList(),
        201);
  }

  /** Those of the grid; for a plan also those that would be built before. */
  private Set<String> images(Context context) {
    Set<String> images = new TreeSet<>(agents.images().keySet());
    String built = context.queryParam("images");
    if (built != null && Web.dryRun(context)) {
      images.addAll(List.of(built.split(",", -1)));
    }
    return images;
  }

  private interface OfVjob {
    Event event(VjobId vjob);
  }

  private void verb(Context context, OfVjob asked) throws InterruptedException {
    VjobId id = record(context).spec().name();
    desk.change(context, asked.event(id), () -> desk.views().vjob(id).orElseThrow(), 202);
  }

  private void show(Context context) {
    VjobId id = record(context).spec().name();
    Web.json(context, 200, desk.views().vjob(id).orElseThrow());
  }

  private VjobRecord record(Context context) {
    String name = context.pathParam("vjob");
    VjobRecord record =
        Names.valid(name) ? desk.loop().state().vjobs().get(new VjobId(name)) : null;
    if (record == null) {
      throw Refused.absent("vjob", name, desk.views().vjobNames());
    }
    return record;
  }

  /** What the command has printed by now when it can be asked for, else what is stored of it. */
  private void logs(Context context) throws InterruptedException {
    VjobRecord vjob = record(context);
    context.contentType("text/plain; charset=utf-8");
    context.result(live(vjob).orElse(vjob.output()));
  }

  private Optional<String> live(VjobRecord vjob) throws InterruptedException {
    MachineRecord first = desk.loop().state().machines().get(vjob.spec().first());
    if (first == null
        || !vjob.runStarted()
        || !(first.state() instanceof MachineState.Running(var on))) {
      return Optional.empty();
    }
    HostRecord host = desk.loop().state().hosts().get(on);
    if (host == null) {
      return Optional.empty();
    }
    try {
      return dialer.dial(host.host()).run(first.id()).map(MachineReport.RunStatus::output);
    } catch (IOException _) {
      return Optional.empty();
    }
  }
}
