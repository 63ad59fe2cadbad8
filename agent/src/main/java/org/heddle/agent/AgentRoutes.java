package org.heddle.agent;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Optional;
import java.util.function.Supplier;
import java.util.regex.Pattern;
import org.heddle.api.AgentApi;
import org.heddle.api.AgentApi.Offer;
import org.heddle.api.ApiException;
import org.heddle.api.GridApi.Problem;
import org.heddle.drivers.Capability.Console;
import org.heddle.drivers.Capability.GuestExec;
import org.heddle.drivers.DriverException;
import org.heddle.model.MachineId;
import org.heddle.model.MachineReport.Live;
import org.heddle.model.MachineReport.RunStatus;

/** The routes of {@link AgentApi}. */
final class AgentRoutes implements AgentServer.Routes {
  private static final Pattern OPERATION_ID = Pattern.compile("[A-Za-z0-9._:-]{1,200}");
  private static final Duration MAX_EXEC = Duration.ofHours(1);

  private final Machines machines;
  private final Operations operations;
  private final IncomingDesk incoming;
  private final Images images;
  private final Offers offers;
  private final EventHub events;
  private final Supplier<AgentApi.HostReport> report;
  private final Optional<FarmRoutes> farm;
  private final Runnable changed;

  /**
   * @param farm of an agent that builds
   * @param changed told when the host's images have changed
   */
  AgentRoutes(
      Machines machines,
      Operations operations,
      IncomingDesk incoming,
      Images images,
      Offers offers,
      EventHub events,
      Supplier<AgentApi.HostReport> report,
      Optional<FarmRoutes> farm,
      Runnable changed) {
    this.farm = farm;
    this.changed = changed;
    this.machines = machines;
    this.operations = operations;
    this.incoming = incoming;
    this.images = images;
    this.offers = offers;
    this.events = events;
    this.report = report;
  }

  @Override
  public void handle(Call call) throws IOException, DriverException, InterruptedException {
    String place = call.path().size() < 2 ? "" : call.path().get(1);
    boolean known =
        call.path().getFirst().equals("v1")
            && switch (place) {
              case "host" -> host(call);
              case "operations" -> operations(call);
              case "events" -> events(call);
              case "machines" -> machines(call);
              case "incoming" -> incoming(call);
              case "states" -> states(call);
              case "images" -> images(call);
              case "farm" -> farm(call);
              default -> false;
            };
    if (!known) {
      throw Problems.notFound(
          "the agent has no " + call.method() + " /" + String.join("/", call.path()));
    }
  }

  private static boolean is(Call call, String method, int parts) {
    return call.method().equals(method) && call.path().size() == parts;
  }

  private boolean host(Call call) throws IOException {
    if (!is(call, "GET", 2)) {
      return false;
    }
    call.answer(200, report.get());
    return true;
  }

  private boolean operations(Call call) throws IOException {
    if (call.path().size() != 3) {
      return false;
    }
    String id = call.path().get(2);
    switch (call.method()) {
      case "PUT" -> operate(call, id);
      case "GET" ->
          call.answer(
              200,
              operations
                  .find(id)
                  .orElseThrow(() -> Problems.notFound("no operation '" + id + "' is known here")));
      default -> {
        return false;
      }
    }
    return true;
  }

  private void operate(Call call, String id) throws IOException {
    if (!OPERATION_ID.matcher(id).matches()) {
      throw Problems.invalid("an operation's id is 1 to 200 letters, digits or ._:-", "id");
    }
    AgentApi.OperationRequest request = call.body(AgentApi.OperationRequest.class);
    try {
      call.answer(202, operations.submit(id, request.operation()));
    } catch (Operations.Busy busy) {
      call.header("Retry-After", "2");
      throw new ApiException(
          new Problem("failed", "busy", 503, "the agent has all the work it takes: ask again", ""));
    } catch (Operations.OtherOperation other) {
      throw Problems.conflict("operation id '" + id + "' was used for something else");
    }
  }

  private boolean events(Call call) throws IOException, InterruptedException {
    if (!is(call, "GET", 2)) {
      return false;
    }
    try {
      call.header("Cache-Control", "no-store");
      events.serve(call.stream("text/event-stream"), report, call::disconnect);
    } catch (EventHub.Full full) {
      throw new IOException("too many listen to this agent already", full);
    }
    return true;
  }

  private boolean machines(Call call) throws IOException, DriverException {
    if (call.path().size() != 4) {
      return false;
    }
    MachineId machine = call.machine(2);
    switch (call.method() + " " + call.path().get(3)) {
      case "GET console" -> console(call, machine);
      case "POST console" -> type(call, machine);
      case "POST exec" -> exec(call, machine);
      case "GET run" -> call.answer(200, run(machine));
      default -> {
        return false;
      }
    }
    return true;
  }

  private void requireLive(MachineId machine) throws ApiException {
    if (machines.report(machine).live() == Live.NONE) {
      throw Problems.notFound("machine " + machine + " is not on this host");
    }
  }

  private void console(Call call, MachineId machine) throws IOException, DriverException {
    requireLive(machine);
    long from;
    try {
      from = Long.parseUnsignedLong(call.query("from", "0"));
    } catch (NumberFormatException refused) {
      throw Problems.invalid("from: give the number of bytes to skip", "from");
    }
    boolean follow = call.query("follow", "false").equals("true");
    Console driver = machines.driver().require(Console.class);
    try (InputStream in = driver.output(machine, from, follow);
        OutputStream out = call.stream("application/octet-stream")) {
      byte[] buffer = new byte[8192];
      for (int count = in.read(buffer); count >= 0; count = in.read(buffer)) {
        out.write(buffer, 0, count);
        out.flush();
      }
    }
  }

  private void type(Call call, MachineId machine) throws IOException, DriverException {
    requireLive(machine);
    Console driver = machines.driver().require(Console.class);
    try (OutputStream out = driver.input(machine)) {
      call.body().transferTo(out);
    }
    call.done();
  }

  private void exec(Call call, MachineId machine) throws IOException, DriverException {
    requireLive(machine);
    AgentApi.ExecRequest request = call.body(AgentApi.ExecRequest.class);
    Duration timeout = Duration.ofSeconds(request.timeoutSeconds());
    if (timeout.isNegative() || timeout.isZero() || timeout.compareTo(MAX_EXEC) > 0) {
      throw Problems.invalid("timeoutSeconds: use 1 to " + MAX_EXEC.toSeconds(), "timeoutSeconds");
    }
    if (request.command().isEmpty()) {
      throw Problems.invalid("command: name a program", "command");
    }
    GuestExec.ExecResult result =
        machines
            .driver()
            .require(GuestExec.class)
            .exec(
                machine,
                request.command(),
                request.input().getBytes(StandardCharsets.UTF_8),
                timeout);
    call.answer(
        200,
        new AgentApi.ExecResponse(
            result.exitCode(), result.output(), result.error(), result.truncated()));
  }

  /** Ended ones from memory, the others by asking the guest. */
  private RunStatus run(MachineId machine) throws IOException, DriverException {
    requireLive(machine);
    Optional<RunStatus> ended =
        machines.report(machine).run().filter(run -> run.exitCode().isPresent());
    if (ended.isPresent()) {
      return ended.get();
    }
    return new RunCommand(machines.driver().require(GuestExec.class))
        .status(machine)
        .orElseThrow(() -> Problems.notFound("no command was started in " + machine));
  }

  private boolean incoming(Call call) throws IOException, DriverException, InterruptedException {
    if (is(call, "PUT", 3)) {
      AgentApi.IncomingRequest request = call.body(AgentApi.IncomingRequest.class);
      MachineId machine = call.machine(2);
      if (!request.launch().machine().equals(machine)) {
        throw Problems.invalid("the launch is of another machine", "launch.machine");
      }
      call.answer(200, incoming.prepare(machine, request));
    } else if (is(call, "DELETE", 3)) {
      incoming.abandon(call.machine(2));
      call.done();
    } else if (is(call, "POST", 4) && call.path().get(3).equals("arrived")) {
      call.answer(200, incoming.arrived(call.machine(2)));
    } else {
      return false;
    }
    return true;
  }

  private boolean states(Call call) throws IOException, DriverException, InterruptedException {
    if (!is(call, "POST", 5) || !call.path().get(4).equals("offer")) {
      return false;
    }
    MachineId machine = call.machine(2);
    String stateId = call.name(3);
    call.answer(200, offers.state(machine, stateId, flag(call, "mend")));
    return true;
  }

  private static boolean flag(Call call, String parameter) {
    return call.query(parameter, "false").equals("true");
  }

  private boolean farm(Call call) throws IOException, InterruptedException {
    if (farm.isEmpty()) {
      throw Problems.notFound("this host builds no images: heddle agent --builder");
    }
    return farm.get().handle(call);
  }

  /** An image that machines of this host are made from stays. */
  private void drop(Call call, String name) throws IOException {
    if (machines.records().all().values().stream()
        .filter(machine -> machine.launch().image().equals(name))
        .map(machine -> machines.report(machine.launch().machine()))
        .anyMatch(report -> report.live() != Live.NONE || !report.savedStates().isEmpty())) {
      throw Problems.conflict("machines of this host need image '" + name + "'");
    }
    images.drop(name);
    changed.run();
    call.done();
  }

  private Images.Local image(String name) throws ApiException, DriverException {
    return images
        .find(name)
        .orElseThrow(() -> Problems.notFound("image '" + name + "' is not on this host"));
  }

  private boolean images(Call call) throws IOException, DriverException, InterruptedException {
    if (is(call, "DELETE", 3)) {
      drop(call, call.name(2));
      return true;
    }
    if (is(call, "GET", 4) && call.path().get(3).equals("signature")) {
      String name = call.name(2);
      byte[] signature =
          images
              .signature(image(name))
              .orElseThrow(() -> Problems.notFound("image '" + name + "' is not signed"));
      try (OutputStream out = call.stream("application/octet-stream", signature.length)) {
        out.write(signature);
      }
      return true;
    }
    if (is(call, "POST", 4) && call.path().get(3).equals("offer")) {
      Offer offer = offers.image(call.name(2), flag(call, "fetch"), flag(call, "mend"));
      call.answer(200, offer);
      return true;
    }
    if (!is(call, "GET", 3)) {
      return false;
    }
    Path path = image(call.name(2)).folder().resolve(Image.DESCRIPTION);
    try (OutputStream out = call.stream("application/octet-stream", Files.size(path))) {
      Files.copy(path, out);
    }
    return true;
  }
}
