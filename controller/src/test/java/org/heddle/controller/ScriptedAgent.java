package org.heddle.controller;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.net.http.HttpClient;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.Executors;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.heddle.api.AgentApi;
import org.heddle.api.AgentApi.OperationStatus;
import org.heddle.api.GridApi;
import org.heddle.api.Json;
import org.heddle.api.JsonHttp;
import org.heddle.model.Host;
import org.heddle.model.HostId;
import org.heddle.model.MachineId;
import org.heddle.model.MachineReport;
import org.heddle.model.MachineReport.Live;
import org.heddle.model.MachineReport.RunStatus;
import org.heddle.model.Operation;
import org.heddle.model.Outcome;
import org.heddle.model.Resources;
import org.heddle.model.SiteId;

/**
 * An agent as the controller sees it: does operations at once on machines that are only records,
 * remembers outcomes by id, reports and streams. Can be told to hold operations back.
 */
final class ScriptedAgent implements AutoCloseable {
  private static final Duration PATIENCE = Duration.ofMinutes(1);

  private record Machine(long incarnation, Live live, List<String> saved, Optional<RunStatus> run) {
    Machine live(Live next) {
      return new Machine(incarnation, next, saved, run);
    }

    Machine run(Optional<RunStatus> next) {
      return new Machine(incarnation, live, saved, next);
    }
  }

  private final String token;
  private final Host host;
  private final HttpServer server;
  private final HttpClient http = JsonHttp.newClient();
  private final Map<String, OperationStatus> operations = new LinkedHashMap<>();
  private final Map<MachineId, Machine> machines = new TreeMap<>();
  private final List<BlockingQueue<String>> streams = new CopyOnWriteArrayList<>();
  private final List<String> done = new CopyOnWriteArrayList<>();
  private final List<String> asked = new CopyOnWriteArrayList<>();
  private final Map<HostId, ScriptedAgent> peers;
  private volatile boolean holding;
  private volatile boolean refusing;
  private volatile Optional<ScriptedFarm> farm = Optional.empty();

  ScriptedAgent(String name, String token, Map<HostId, ScriptedAgent> peers) throws IOException {
    this.token = token;
    this.peers = peers;
    server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
    server.setExecutor(Executors.newVirtualThreadPerTaskExecutor());
    server.createContext("/v1/host", exchange -> answer(exchange, 200, report()));
    server.createContext("/v1/operations/", this::operate);
    server.createContext("/v1/events", this::stream);
    server.createContext("/v1/machines/", this::machine);
    server.start();
    String url = "http://127.0.0.1:" + server.getAddress().getPort();
    this.host =
        new Host(
            new HostId(name),
            new SiteId("lyon"),
            new Resources(4, 1024, 10_000),
            new TreeSet<>(),
            "127.0.0.1",
            url);
    peers.put(host.id(), this);
  }

  /** Joins the grid, or keeps its lease. */
  AgentApi.Lease hello(URI controller) throws IOException, InterruptedException {
    return new JsonHttp(http, controller, token)
        .call(
            "PUT",
            "/v1/agents/" + host.id(),
            new AgentApi.Hello(
                host,
                "1",
                "scripted",
                List.of("debian", "tiny"),
                Optional.empty(),
                farm.map(_ -> new AgentApi.FarmUse(1, "thekey"))),
            AgentApi.Lease.class,
            PATIENCE);
  }

  /** From its next hello on it builds images. */
  void build() {
    ScriptedFarm fresh = new ScriptedFarm();
    server.createContext("/v1/farm", fresh::handle);
    farm = Optional.of(fresh);
  }

  Optional<ScriptedFarm> farm() {
    return farm;
  }

  Host host() {
    return host;
  }

  /** From now on operations are taken but not done, until {@link #proceed}. */
  void hold() {
    holding = true;
  }

  /** Answers every operation with 503, as an agent that is starting does. */
  void refuse(boolean refuse) {
    refusing = refuse;
  }

  /** Does what was held back. */
  synchronized void proceed() {
    holding = false;
    for (OperationStatus status : List.copyOf(operations.values())) {
      if (status.outcome().isEmpty()) {
        finish(status.id(), status.operation());
      }
    }
  }

  /** What it did, in order: {@code id verb machine}. */
  List<String> done() {
    return List.copyOf(done);
  }

  /** Ids of the operations that it was sent, again and again too. */
  List<String> asked() {
    return List.copyOf(asked);
  }

  synchronized Optional<Live> live(MachineId machine) {
    return Optional.ofNullable(machines.get(machine)).map(Machine::live);
  }

  /** The vjob's command ends in that machine. */
  synchronized void endRun(MachineId id, int exitCode, String output) {
    machines.computeIfPresent(
        id, (_, it) -> it.run(Optional.of(new RunStatus(Optional.of(exitCode), output))));
    tell("machine", report(id, require(id)));
  }

  /** Ends all streams, as a connection that breaks. */
  void breakStreams() {
    streams.forEach(stream -> stream.add(""));
  }

  private void operate(HttpExchange exchange) throws IOException {
    String id = last(exchange);
    if (refusing) {
      answer(exchange, 503, new GridApi.Problem("unreachable", "Starting", 503, "", ""));
      return;
    }
    byte[] body = exchange.getRequestBody().readAllBytes();
    Operation operation = Json.read(body, AgentApi.OperationRequest.class).operation();
    asked.add(id);
    answer(exchange, 202, take(id, operation));
  }

  private synchronized OperationStatus take(String id, Operation operation) {
    OperationStatus known = operations.get(id);
    if (known != null) {
      return known;
    }
    OperationStatus status = new OperationStatus(id, operation, 0, Optional.empty());
    operations.put(id, status);
    if (!holding) {
      Thread.ofVirtual().start(() -> finish(id, operation));
    }
    return status;
  }

  private synchronized void finish(String id, Operation operation) {
    done.add(id + " " + operation.verb() + " " + operation.machine());
    Outcome outcome = perform(operation);
    OperationStatus status = new OperationStatus(id, operation, 1, Optional.of(outcome));
    operations.put(id, status);
    tell("operation", status);
  }

  /** As of an agent: what a machine that is not there is asked to do fails, nothing more. */
  private Outcome perform(Operation operation) {
    MachineId id = operation.machine();
    boolean needed =
        switch (operation) {
          case Operation.Pause _, Operation.Continue _, Operation.Save _ -> true;
          case Operation.Migrate _, Operation.StartRun _ -> true;
          case Operation.Boot _, Operation.Restore _ -> false;
          case Operation.Stop _, Operation.Discard _ -> false;
        };
    if (needed && !machines.containsKey(id)) {
      return new Outcome.Failed(Outcome.Code.WRONG_STATE, host.id() + " has no " + id);
    }
    long now = System.currentTimeMillis();
    switch (operation) {
      case Operation.Boot boot -> put(id, boot.launch().incarnation(), Live.RUNNING, List.of());
      case Operation.Stop _ -> {
        List<String> saved = machines.containsKey(id) ? require(id).saved() : List.of();
        machines.remove(id);
        if (!saved.isEmpty()) {
          put(id, 0, Live.NONE, saved);
        }
      }
      case Operation.Pause _ -> machines.put(id, require(id).live(Live.PAUSED));
      case Operation.Continue _ -> machines.put(id, require(id).live(Live.RUNNING));
      case Operation.Save save -> {
        List<String> saved = new ArrayList<>(require(id).saved());
        saved.add(save.stateId());
        put(id, 0, Live.NONE, saved);
      }
      case Operation.Restore restore ->
          put(id, restore.launch().incarnation(), Live.PAUSED, List.of(restore.stateId()));
      case Operation.Migrate migrate -> {
        peer(migrate.to().id()).put(id, migrate.launch().incarnation(), Live.RUNNING, List.of());
        machines.put(id, require(id).live(Live.GONE));
      }
      case Operation.Discard _ ->
          machines.computeIfPresent(
              id,
              (_, it) ->
                  it.live() == Live.NONE
                      ? null
                      : new Machine(it.incarnation(), it.live(), List.of(), it.run()));
      case Operation.StartRun _ ->
          machines.put(
              id, require(id).run(Optional.of(new RunStatus(Optional.empty(), "begun\n"))));
    }
    return new Outcome.Done(now, now, now, 0);
  }

  private ScriptedAgent peer(HostId id) {
    ScriptedAgent peer = peers.get(id);
    if (peer == null) {
      throw new IllegalStateException("no agent " + id);
    }
    return peer;
  }

  private synchronized void put(MachineId id, long incarnation, Live live, List<String> saved) {
    machines.put(id, new Machine(incarnation, live, List.copyOf(saved), Optional.empty()));
  }

  private Machine require(MachineId id) {
    Machine machine = machines.get(id);
    if (machine == null) {
      throw new IllegalStateException(host.id() + " has no " + id);
    }
    return machine;
  }

  synchronized AgentApi.HostReport report() {
    List<MachineReport> reports = new ArrayList<>();
    machines.forEach((id, machine) -> reports.add(report(id, machine)));
    return new AgentApi.HostReport(host, reports, List.copyOf(operations.values()));
  }

  private static MachineReport report(MachineId id, Machine machine) {
    return new MachineReport(
        id, machine.incarnation(), machine.live(), machine.saved(), machine.run());
  }

  private void machine(HttpExchange exchange) throws IOException {
    String[] parts = exchange.getRequestURI().getPath().split("/", -1);
    MachineId id = MachineId.parse(parts[3]);
    byte[] body = exchange.getRequestBody().readAllBytes();
    switch (parts[4]) {
      case "run" -> answer(exchange, 200, new RunStatus(Optional.empty(), "live output of " + id));
      case "exec" -> {
        AgentApi.ExecRequest request = Json.read(body, AgentApi.ExecRequest.class);
        String said = id + " ran " + request.command() + " with " + request.input();
        answer(exchange, 200, new AgentApi.ExecResponse(3, said, "", false));
      }
      default -> console(exchange, body);
    }
  }

  private void console(HttpExchange exchange, byte[] typed) throws IOException {
    boolean post = exchange.getRequestMethod().equals("POST");
    if (post) {
      done.add("typed " + new String(typed, StandardCharsets.UTF_8));
    }
    exchange.sendResponseHeaders(200, 0);
    try (OutputStream out = exchange.getResponseBody()) {
      if (post) {
        return;
      }
      BlockingQueue<String> stream = new LinkedBlockingQueue<>();
      streams.add(stream);
      out.write(
          ("console?" + exchange.getRequestURI().getQuery()).getBytes(StandardCharsets.UTF_8));
      out.flush();
      String _ = stream.poll(PATIENCE.toSeconds(), TimeUnit.SECONDS);
      out.write(" end".getBytes(StandardCharsets.UTF_8));
    } catch (InterruptedException _) {
      Thread.currentThread().interrupt();
    }
  }

  private void stream(HttpExchange exchange) throws IOException {
    BlockingQueue<String> queue = new LinkedBlockingQueue<>();
    exchange.getResponseHeaders().add("Content-Type", "text/event-stream");
    exchange.sendResponseHeaders(200, 0);
    try (OutputStream out = exchange.getResponseBody()) {
      synchronized (this) {
        streams.add(queue);
        queue.add("event: hello\ndata: " + Json.write(report()) + "\n\n");
      }
      for (String next = queue.take(); !next.isEmpty(); next = queue.take()) {
        out.write(next.getBytes(StandardCharsets.UTF_8));
        out.flush();
      }
    } catch (InterruptedException _) {
      Thread.currentThread().interrupt();
    } finally {
      streams.remove(queue);
    }
  }

  private void tell(String name, Object event) {
    String text = "event: " + name + "\ndata: " + Json.write(event) + "\n\n";
    streams.forEach(stream -> stream.add(text));
  }

  private void answer(HttpExchange exchange, int status, Object body) throws IOException {
    boolean known =
        ("Bearer " + token).equals(exchange.getRequestHeaders().getFirst("Authorization"));
    byte[] bytes = Json.bytes(body);
    exchange.sendResponseHeaders(known ? status : 401, bytes.length);
    exchange.getResponseBody().write(bytes);
    exchange.close();
  }

  private static String last(HttpExchange exchange) {
    String path = exchange.getRequestURI().getPath();
    return path.substring(path.lastIndexOf('/') + 1);
  }

  @Override
  public void close() {
    breakStreams();
    server.stop(0);
    http.shutdownNow();
  }
}
