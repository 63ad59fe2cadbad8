package org.heddle.api;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Map;
import java.util.Optional;
import java.util.function.Consumer;
import org.heddle.model.MachineId;
import org.heddle.model.MachineReport;
import org.heddle.model.Operation;

/**
 * Talks to one agent; one method for each route of {@link AgentApi}. Blocks; safe for use by
 * several threads. An agent that refuses throws {@link ApiException}, one that does not answer any
 * other {@link IOException}. Retries are the caller's: every call but {@link #exec} and {@link
 * #type} may be made again.
 */
public final class AgentClient {
  /** A question that the agent answers from memory. */
  private static final Duration SHORT = Duration.ofSeconds(15);

  /** Preparing may have to fetch an image of several hundred MiB over a slow link first. */
  private static final Duration PREPARE = Duration.ofMinutes(15);

  /** The agent answers after 5 seconds at the latest, ready or not. */
  private static final Duration OFFER = Duration.ofSeconds(20);

  /** Agents write at least a comment every 10 s; after this long without, the link is dead. */
  private static final Duration SILENCE = Duration.ofSeconds(35);

  private final JsonHttp http;

  public AgentClient(HttpClient http, URI agent, String token) {
    this.http = new JsonHttp(http, agent, token);
  }

  public AgentApi.HostReport host() throws IOException, InterruptedException {
    return http.call("GET", "/v1/host", null, AgentApi.HostReport.class, SHORT);
  }

  /** Asks for an operation. Asking again with the same id only tells how it stands. */
  public AgentApi.OperationStatus operate(String id, Operation operation)
      throws IOException, InterruptedException {
    return http.call(
        "PUT",
        "/v1/operations/" + id,
        new AgentApi.OperationRequest(operation),
        AgentApi.OperationStatus.class,
        SHORT);
  }

  /** How an operation stands; empty when the agent knows of none. */
  public Optional<AgentApi.OperationStatus> operation(String id)
      throws IOException, InterruptedException {
    return orAbsent("/v1/operations/" + id, AgentApi.OperationStatus.class);
  }

  /**
   * Hands on what the agent says, first a {@link AgentEvent.HelloSaid}, until the connection ends,
   * which is always an exception: connect again to go on. Interrupt the thread to end it.
   */
  public void events(Consumer<AgentEvent> listener) throws IOException, InterruptedException {
    InputStream opened = http.open("GET", "/v1/events", BodyPublishers.noBody(), SHORT);
    try (StallGuard in = new StallGuard(opened, SILENCE);
        BufferedReader lines =
            new BufferedReader(new InputStreamReader(in, StandardCharsets.UTF_8))) {
      readEvents(lines, listener);
    }
  }

  private static void readEvents(BufferedReader lines, Consumer<AgentEvent> listener)
      throws IOException, InterruptedException {
    String name = "";
    StringBuilder data = new StringBuilder();
    for (String line = lines.readLine(); line != null; line = lines.readLine()) {
      if (Thread.interrupted()) {
        throw new InterruptedException("events no longer wanted");
      }
      if (line.startsWith("event: ")) {
        name = line.substring("event: ".length());
      } else if (line.startsWith("data: ")) {
        data.append(line, "data: ".length(), line.length());
      } else if (line.isEmpty() && !data.isEmpty()) {
        read(name, data.toString()).ifPresent(listener);
        name = "";
        data.setLength(0);
      }
    }
    throw new IOException("the agent closed its stream of events");
  }

  private static Optional<AgentEvent> read(String name, String data) {
    return switch (name) {
      case "hello" ->
          Optional.of(new AgentEvent.HelloSaid(Json.read(data, AgentApi.HostReport.class)));
      case "operation" ->
          Optional.of(
              new AgentEvent.OperationMoved(Json.read(data, AgentApi.OperationStatus.class)));
      case "machine" ->
          Optional.of(new AgentEvent.MachineChanged(Json.read(data, MachineReport.class)));
      default -> Optional.empty();
    };
  }

  /** The serial console from a byte offset; with {@code follow} it goes on with the machine. */
  public InputStream console(MachineId machine, long from, boolean follow)
      throws IOException, InterruptedException {
    String path = machine(machine) + "/console?from=" + from + "&follow=" + follow;
    return http.open("GET", path, BodyPublishers.noBody(), SHORT);
  }

  /** Types on the serial console. */
  public void type(MachineId machine, byte[] input) throws IOException, InterruptedException {
    http.open("POST", machine(machine) + "/console", BodyPublishers.ofByteArray(input), SHORT)
        .close();
  }

  public AgentApi.ExecResponse exec(MachineId machine, AgentApi.ExecRequest request)
      throws IOException, InterruptedException {
    Duration timeout = SHORT.plusSeconds(request.timeoutSeconds());
    return http.call(
        "POST", machine(machine) + "/exec", request, AgentApi.ExecResponse.class, timeout);
  }

  /** How the vjob's command stands and the end of what it printed; empty when none was started. */
  public Optional<MachineReport.RunStatus> run(MachineId machine)
      throws IOException, InterruptedException {
    return orAbsent(machine(machine) + "/run", MachineReport.RunStatus.class);
  }

  /** Has the agent prepare to receive a live migration; fetches the image when it lacks it. */
  public AgentApi.Incoming prepare(MachineId machine, AgentApi.IncomingRequest request)
      throws IOException, InterruptedException {
    return http.call("PUT", incoming(machine), request, AgentApi.Incoming.class, PREPARE);
  }

  /** Waits until the machine runs there. */
  public AgentApi.Arrived arrived(MachineId machine, Duration timeout)
      throws IOException, InterruptedException {
    return http.call("POST", incoming(machine) + "/arrived", null, AgentApi.Arrived.class, timeout);
  }

  /** Gives up a prepared machine; refused when it already runs. */
  public void abandon(MachineId machine) throws IOException, InterruptedException {
    http.call("DELETE", incoming(machine), null, SHORT);
  }

  /**
   * Has the agent put a saved state's files into its content store; ask again until it is ready.
   *
   * @param mend make anew what is damaged there
   */
  public AgentApi.Offer offerState(MachineId machine, String stateId, boolean mend)
      throws IOException, InterruptedException {
    String path = "/v1/states/" + machine + "/" + stateId + "/offer?mend=" + mend;
    return http.call("POST", path, null, AgentApi.Offer.class, OFFER);
  }

  /**
   * Has the agent put an image's files into its content store; ask again until it is ready.
   *
   * @param fetch also when it has to fetch the image itself first
   * @param mend make anew what is damaged there
   */
  public AgentApi.Offer offerImage(String name, boolean fetch, boolean mend)
      throws IOException, InterruptedException {
    String path = "/v1/images/" + name + "/offer?fetch=" + fetch + "&mend=" + mend;
    return http.call("POST", path, null, AgentApi.Offer.class, OFFER);
  }

  /** {@code image.json} of an image that the agent has. */
  public byte[] image(String name) throws IOException, InterruptedException {
    try (InputStream in = bulk("/v1/images/" + name)) {
      return in.readNBytes(MAX_IMAGE_DESCRIPTION);
    }
  }

  /** The signature of {@code image.json}; empty when the agent has none. */
  public Optional<byte[]> imageSignature(String name) throws IOException, InterruptedException {
    try (InputStream in = bulk("/v1/images/" + name + "/signature")) {
      return Optional.of(in.readNBytes(MAX_SIGNATURE));
    } catch (ApiException refused) {
      if (refused.status() == 404) {
        return Optional.empty();
      }
      throw refused;
    }
  }

  /** Has the agent give up an image that it has fetched. */
  public void dropImage(String name) throws IOException, InterruptedException {
    http.call("DELETE", "/v1/images/" + name, null, SHORT);
  }

  /**
   * Passes a request on to the agent's farm.
   *
   * @param path below {@code /v1/farm}, with query
   * @param timeout until the answer begins
   */
  public HttpResponse<InputStream> farm(
      String method,
      String path,
      Optional<byte[]> body,
      Map<String, String> headers,
      Duration timeout)
      throws IOException, InterruptedException {
    return http.pass(method, "/v1/farm" + path, body, headers, timeout);
  }

  private static final int MAX_SIGNATURE = 1024;
  private static final int MAX_IMAGE_DESCRIPTION = 1024 * 1024;

  private InputStream bulk(String path) throws IOException, InterruptedException {
    return new StallGuard(http.open("GET", path, BodyPublishers.noBody(), SHORT), SILENCE);
  }

  private <T> Optional<T> orAbsent(String path, Class<T> type)
      throws IOException, InterruptedException {
    try {
      return Optional.of(http.call("GET", path, null, type, SHORT));
    } catch (ApiException refused) {
      if (refused.status() == 404) {
        return Optional.empty();
      }
      throw refused;
    }
  }

  private static String machine(MachineId machine) {
    return "/v1/machines/" + machine;
  }

  private static String incoming(MachineId machine) {
    return "/v1/incoming/" + machine;
  }
}
