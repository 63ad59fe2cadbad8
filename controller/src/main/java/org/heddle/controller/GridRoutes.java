package org.heddle.controller;

import static org.heddle.controller.Web.Route.get;
import static org.heddle.controller.Web.Route.post;
import static org.heddle.controller.Web.Route.put;

import io.javalin.http.Context;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.Semaphore;
import org.heddle.api.AgentApi;
import org.heddle.api.GridApi.EventView;
import org.heddle.api.GridApi.HostView;
import org.heddle.api.Json;
import org.heddle.engine.Event;
import org.heddle.model.HostId;
import org.heddle.model.Names;

/** Routes of the grid as a whole: status, hosts, switches, plan, events, and agents' hellos. */
final class GridRoutes {
  private static final long MOST_EVENTS = 1_000;
  private static final long MOST_SWITCHES = 1_000;
  private static final Duration KEEP_ALIVE = Duration.ofSeconds(10);

  /** People and programs that follow the events at the same time. */
  private static final int FOLLOWERS = 200;

  private final Desk desk;
  private final EventLog events;
  private final AgentLinks agents;
  private final Semaphore followers = new Semaphore(FOLLOWERS);
  private final long startedMs;
  private final String version = readVersion();

  GridRoutes(Desk desk, EventLog events, AgentLinks agents, long startedMs) {
    this.desk = desk;
    this.events = events;
    this.agents = agents;
    this.startedMs = startedMs;
  }

  List<Web.Route> routes() {
    return List.of(
        get(Web.OPEN, GridRoutes::openApi),
        get("/v1/status", this::status),
        get("/v1/hosts", context -> Web.json(context, 200, desk.views().hosts(agents))),
        post("/v1/hosts/{host}/drain", context -> host(context, Event.DrainAsked::new)),
        post("/v1/hosts/{host}/undrain", context -> host(context, Event.UndrainAsked::new)),
        post("/v1/hosts/{host}/forget", this::forget),
        get("/v1/switches", this::switches),
        get("/v1/switches/{id}", this::oneSwitch),
        get("/v1/plan", context -> Web.json(context, 200, desk.pending())),
        get("/v1/events", this::someEvents),
        get("/v1/events/stream", this::stream),
        put("/v1/agents/{host}", this::hello));
  }

  private static void openApi(Context context) throws IOException {
    try (InputStream in = GridRoutes.class.getResourceAsStream("/openapi.json")) {
      context.contentType("application/json");
      context.result(Objects.requireNonNull(in, "openapi.json is missing").readAllBytes());
    }
  }

  private void status(Context context) {
    Web.json(context, 200, desk.views().status(version, startedMs, agents.content()));
  }

  private static String readVersion() {
    try (InputStream in = GridRoutes.class.getResourceAsStream("version.txt")) {
      byte[] text = Objects.requireNonNull(in, "version.txt is missing").readAllBytes();
      return new String(text, StandardCharsets.UTF_8).strip();
    } catch (IOException broken) {
      throw new UncheckedIOException(broken);
    }
  }

  private interface OfHost {
    Event event(HostId host);
  }

  private void host(Context context, OfHost asked) throws InterruptedException {
    HostId id = known(context);
    desk.change(context, asked.event(id), () -> desk.views().host(id, agents).orElseThrow(), 202);
  }

  /** Answers with the host as it was. */
  private void forget(Context context) throws InterruptedException {
    HostId id = known(context);
    HostView last = desk.views().host(id, agents).orElseThrow();
    desk.change(
        context,
        new Event.ForgetAsked(id),
        () -> {
          agents.forget(id);
          return last;
        },
        200);
  }

  private HostId known(Context context) {
    String name = context.pathParam("host");
    if (!Names.valid(name) || !desk.loop().state().hosts().containsKey(new HostId(name))) {
      throw Refused.absent("host", name, desk.views().hostNames());
    }
    return new HostId(name);
  }

  private void switches(Context context) {
    int limit = (int) Math.min(Web.number(context, "limit", 20), MOST_SWITCHES);
    Web.json(context, 200, desk.views().switches(limit));
  }

  private void oneSwitch(Context context) {
    String id = context.pathParam("id");
    Web.json(
        context,
        200,
        desk.views()
            .switchView(id)
            .orElseThrow(() ->
                id.equals("current")
                    ? Refused.of("not-found", "", "no context switch is under way")
                    : Refused.of("not-found", "", "no context switch " + id + " is known")));
  }

  private void someEvents(Context context) {
    int limit = (int) Math.min(Web.number(context, "limit", 100), MOST_EVENTS);
    if (Web.flag(context, "newest")) {
      Web.json(context, 200, events.newest(limit));
      return;
    }
    Web.json(context, 200, events.after(Web.number(context, "after", 0), limit));
  }

  private void stream(Context context) throws IOException, InterruptedException {
    String last = context.header("Last-Event-ID");
    long after =
        last != null && last.matches("\\d{1,18}")
            ? Long.parseLong(last)
            : Web.number(context, "after", 0);
    if (!followers.tryAcquire()) {
      throw Refused.of("unreachable", "", "too many follow the events; try again later");
    }
    try (EventLog.Follower follower = events.follow(after)) {
      send(Web.stream(context, "text/event-stream"), follower);
    } finally {
      followers.release();
    }
  }

  /** Ends when the reader is gone, which writing to it shows, or the store closes. */
  private static void send(OutputStream out, EventLog.Follower follower)
      throws InterruptedException {
    try {
      while (true) {
        List<EventView> found = follower.next(KEEP_ALIVE);
        StringBuilder text = new StringBuilder(found.isEmpty() ? ":\n\n" : "");
        for (EventView event : found) {
          text.append("id: ").append(event.id()).append("\nevent: event\ndata: ");
          text.append(Json.write(event)).append("\n\n");
        }
        out.write(text.toString().getBytes(StandardCharsets.UTF_8));
        out.flush();
      }
    } catch (IOException _) {
      // the reader has gone: that is how such a stream ends
    }
  }

  private void hello(Context context) throws IOException {
    AgentApi.Hello hello = Web.body(context, AgentApi.Hello.class);
    String path = context.pathParam("host");
    if (!hello.host().id().value().equals(path)) {
      throw Refused.of(
          "invalid", "host.id", "'" + hello.host().id() + "' says hello as '" + path + "'");
    }
    Web.json(context, 200, agents.hello(hello));
  }
}
