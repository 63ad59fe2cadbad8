package org.heddle.controller;

import static org.heddle.controller.Web.Route.get;
import static org.heddle.controller.Web.Route.post;

import io.javalin.http.Context;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Semaphore;
import org.heddle.api.AgentApi;
import org.heddle.api.AgentClient;
import org.heddle.api.GridApi;
import org.heddle.engine.Event;
import org.heddle.engine.GridState.HostRecord;
import org.heddle.engine.GridState.MachineRecord;
import org.heddle.model.HostId;
import org.heddle.model.MachineId;
import org.heddle.model.Names;

/** Routes of machines; console and exec are passed on to the agent that has the machine. */
final class MachineRoutes {
  private static final int LONGEST_EXEC_SECONDS = 3_600;

  /** Consoles watched at the same time. */
  private static final int CONSOLES = 200;

  /** A watcher that is gone is noticed only when the machine prints; so none lasts for ever. */
  private static final Duration LONGEST_WATCH = Duration.ofHours(1);

  private final Desk desk;
  private final AgentDialer dialer;
  private final Semaphore consoles = new Semaphore(CONSOLES);

  MachineRoutes(Desk desk, AgentDialer dialer) {
    this.desk = desk;
    this.dialer = dialer;
  }

  List<Web.Route> routes() {
    return List.of(
        get("/v1/machines", context -> Web.json(context, 200, desk.views().machines())),
        get("/v1/machines/{machine}", this::show),
        post("/v1/machines/{machine}/migrate", this::migrate),
        post("/v1/machines/{machine}/exec", this::exec),
        get("/v1/machines/{machine}/console", this::console),
        post("/v1/machines/{machine}/console", this::type));
  }

  private void show(Context context) {
    Web.json(context, 200, desk.views().machine(record(context).id()).orElseThrow());
  }

  private void migrate(Context context) throws IOException, InterruptedException {
    MachineId id = record(context).id();
    String to = Web.body(context, GridApi.MigrateRequest.class).to();
    if (!Names.valid(to) || !desk.loop().state().hosts().containsKey(new HostId(to))) {
      throw Refused.absent("host", to, desk.views().hostNames());
    }
    desk.change(
        context,
        new Event.MigrateAsked(id, new HostId(to)),
        () -> desk.views().machine(id).orElseThrow(),
        202);
  }

  private void exec(Context context) throws IOException, InterruptedException {
    MachineRecord machine = record(context);
    AgentApi.ExecRequest request = Web.body(context, AgentApi.ExecRequest.class);
    if (request.command().isEmpty()) {
      throw Refused.of("invalid", "command", "name at least the program to run");
    }
    if (request.timeoutSeconds() < 1 || request.timeoutSeconds() > LONGEST_EXEC_SECONDS) {
      throw Refused.of("invalid", "timeoutSeconds", "use 1 to " + LONGEST_EXEC_SECONDS);
    }
    Web.json(context, 200, agent(machine).exec(machine.id(), request));
  }

  private void console(Context context) throws IOException, InterruptedException {
    MachineRecord machine = record(context);
    long from = Web.number(context, "from", 0);
    boolean follow = Web.flag(context, "follow");
    if (!consoles.tryAcquire()) {
      throw Refused.of("unreachable", "", "too many watch consoles; try again later");
    }
    try (InputStream in = agent(machine).console(machine.id(), from, follow)) {
      pass(in, Web.stream(context, "application/octet-stream"));
    } finally {
      consoles.release();
    }
  }

  /** Hands on bytes as they come, until one of the two sides ends. */
  private static void pass(InputStream in, OutputStream out) {
    Thread limit = Thread.ofVirtual().name("console-limit").start(() -> closeLater(in));
    byte[] buffer = new byte[8192];
    try {
      for (int n = in.read(buffer); n >= 0; n = in.read(buffer)) {
        out.write(buffer, 0, n);
        out.flush();
      }
    } catch (IOException _) {
      // one of the two has gone: that is how a console that is watched ends
    } finally {
      limit.interrupt();
    }
  }

  private static void closeLater(InputStream in) {
    try {
      Thread.sleep(LONGEST_WATCH);
      in.close();
    } catch (InterruptedException | IOException _) {
      // the watcher was done first
    }
  }

  private void type(Context context) throws IOException, InterruptedException {
    MachineRecord machine = record(context);
    agent(machine).type(machine.id(), Web.body(context));
    context.status(204);
  }

  private MachineRecord record(Context context) {
    String name = context.pathParam("machine");
    return parse(name)
        .map(id -> desk.loop().state().machines().get(id))
        .orElseThrow(() -> Refused.absent("machine", name, desk.views().machineNames()));
  }

  private static Optional<MachineId> parse(String name) {
    int dot = name.indexOf('.');
    boolean valid =
        dot > 0 && Names.valid(name.substring(0, dot)) && Names.valid(name.substring(dot + 1));
    return valid ? Optional.of(MachineId.parse(name)) : Optional.empty();
  }

  private AgentClient agent(MachineRecord machine) {
    Optional<HostRecord> host =
        machine.state().host().map(id -> desk.loop().state().hosts().get(id));
    if (host.isEmpty()) {
      throw Refused.of("conflict", "", machine.id() + " does not run; heddle vjob show tells why");
    }
    return dialer.dial(host.get().host());
  }
}
