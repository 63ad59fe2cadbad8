package org.heddle.api;

import static org.heddle.api.GridCalls.path;
import static org.heddle.api.GridCalls.unreachable;

import java.io.IOException;
import java.io.InputStream;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Collection;
import java.util.List;
import java.util.Optional;
import java.util.function.Consumer;
import org.heddle.api.FarmApi.BuildRequest;
import org.heddle.api.FarmApi.BuildView;
import org.heddle.api.FarmApi.FarmView;
import org.heddle.api.FarmApi.ImageView;
import org.heddle.api.GridApi.ConstraintRequest;
import org.heddle.api.GridApi.ConstraintView;
import org.heddle.api.GridApi.EventView;
import org.heddle.api.GridApi.GridStatus;
import org.heddle.api.GridApi.HostView;
import org.heddle.api.GridApi.MachineView;
import org.heddle.api.GridApi.PlanView;
import org.heddle.api.GridApi.SwitchView;
import org.heddle.api.GridApi.VjobView;
import org.heddle.api.Transport.Request;
import org.heddle.model.ConstraintTerm;
import org.heddle.model.VjobSpec;

/**
 * The controller's API as methods. Whatever goes wrong is a {@link GridException}: type {@code
 * unreachable} when nobody answers. Safe for several threads when its transport is.
 */
public final class GridClient implements AutoCloseable {
  private final GridCalls calls;

  public GridClient(Transport transport) {
    this.calls = new GridCalls(transport);
  }

  /**
   * @param url such as {@code http://127.0.0.1:7180}
   */
  public static GridClient http(URI url, String token) {
    return new GridClient(new HttpTransport(url, token));
  }

  public GridStatus status() {
    return calls.ask(Request.get("/v1/status"), GridStatus.class);
  }

  public List<VjobView> vjobs() {
    return calls.list("/v1/vjobs", VjobView.class);
  }

  public VjobView vjob(String vjob) {
    return calls.ask(Request.get(path("vjobs", vjob)), VjobView.class);
  }

  public VjobView submit(VjobSpec spec) {
    return calls.ask(Request.post("/v1/vjobs", spec), VjobView.class);
  }

  /** All or none; safe to be sent again under the same key. */
  public List<VjobView> submit(GridApi.Submission submission) {
    return calls.list(Request.post("/v1/submissions", submission), VjobView.class);
  }

  public VjobView suspend(String vjob) {
    return calls.ask(Request.post(path("vjobs", vjob, "suspend")), VjobView.class);
  }

  public VjobView resume(String vjob) {
    return calls.ask(Request.post(path("vjobs", vjob, "resume")), VjobView.class);
  }

  public VjobView cancel(String vjob) {
    return calls.ask(Request.post(path("vjobs", vjob, "cancel")), VjobView.class);
  }

  /** What the vjob's command printed so far. */
  public String logs(String vjob) {
    return new String(
        calls.bytes(Request.get(path("vjobs", vjob, "logs"))), StandardCharsets.UTF_8);
  }

  public List<MachineView> machines() {
    return calls.list("/v1/machines", MachineView.class);
  }

  /**
   * @param machine {@code name.vjob}
   */
  public MachineView machine(String machine) {
    return calls.ask(Request.get(path("machines", machine)), MachineView.class);
  }

  public MachineView migrate(String machine, String to) {
    return calls.ask(
        Request.post(path("machines", machine, "migrate"), new GridApi.MigrateRequest(to)),
        MachineView.class);
  }

  public AgentApi.ExecResponse exec(String machine, AgentApi.ExecRequest request) {
    Duration patience = Request.PATIENCE.plusSeconds(request.timeoutSeconds());
    return calls.ask(
        Request.post(path("machines", machine, "exec"), request).withPatience(patience),
        AgentApi.ExecResponse.class);
  }

  /** The machine's serial console from a byte offset; the caller closes it. */
  public InputStream console(String machine, long from, boolean follow) {
    String query = "?from=" + from + "&follow=" + follow;
    return calls.open(Request.get(path("machines", machine, "console") + query));
  }

  /** Types on the machine's serial console. */
  public void type(String machine, byte[] input) {
    Request request =
        new Request(
            "POST",
            path("machines", machine, "console"),
            Optional.of(input),
            "application/octet-stream",
            Request.PATIENCE);
    calls.bytes(request);
  }

  public List<HostView> hosts() {
    return calls.list("/v1/hosts", HostView.class);
  }

  public HostView drain(String host) {
    return calls.ask(Request.post(path("hosts", host, "drain")), HostView.class);
  }

  public HostView undrain(String host) {
    return calls.ask(Request.post(path("hosts", host, "undrain")), HostView.class);
  }

  /** Keeps nothing for a lost host any more; the answer is the host as it was. */
  public HostView forget(String host) {
    return calls.ask(Request.post(path("hosts", host, "forget")), HostView.class);
  }

  /** What administrators ask of every placement. */
  public List<ConstraintView> constraints() {
    return calls.list("/v1/constraints", ConstraintView.class);
  }

  /** Changes nothing when the same is there already. */
  public ConstraintView addConstraint(ConstraintTerm term) {
    return calls.ask(
        Request.post("/v1/constraints", new ConstraintRequest(term, Optional.empty())),
        ConstraintView.class);
  }

  /**
   * Changes nothing when it was taken back already.
   *
   * @param constraint its name, such as {@code c3}
   */
  public void removeConstraint(String constraint) {
    calls.bytes(Request.delete(path("constraints", constraint)));
  }

  /**
   * What the constraint would have the grid do; nothing is changed.
   *
   * @param after constraints as if they had been added before
   */
  public PlanView planConstraint(ConstraintTerm term, List<ConstraintTerm> after) {
    Request request =
        Request.post(
            "/v1/constraints?dryRun=true", new ConstraintRequest(term, Optional.of(after)));
    return calls.ask(request, PlanView.class);
  }

  /** What the grid would do without the constraint; nothing is changed. */
  public PlanView planWithout(String constraint) {
    return calls.ask(
        Request.delete(path("constraints", constraint) + "?dryRun=true"), PlanView.class);
  }

  /** Context switches, newest first. */
  public List<SwitchView> switches(int limit) {
    return calls.list("/v1/switches?limit=" + limit, SwitchView.class);
  }

  /**
   * @param id a number or {@code current}
   */
  public SwitchView switchView(String id) {
    return calls.ask(Request.get(path("switches", id)), SwitchView.class);
  }

  /** What the grid would do now. */
  public PlanView plan() {
    return calls.ask(Request.get("/v1/plan"), PlanView.class);
  }

  /** What a submission would do; nothing is changed. */
  public PlanView planSubmit(VjobSpec spec) {
    return calls.ask(Request.post("/v1/vjobs?dryRun=true", spec), PlanView.class);
  }

  /** What the submission would do, all of it together; nothing is changed. */
  public PlanView planSubmit(GridApi.Submission submission) {
    return planSubmit(submission, List.of());
  }

  /**
   * The same.
   *
   * @param images that would be built before, taken for being there
   */
  public PlanView planSubmit(GridApi.Submission submission, Collection<String> images) {
    String with = images.isEmpty() ? "" : "&images=" + String.join(",", images);
    return calls.ask(
        Request.post("/v1/submissions?dryRun=true" + with, submission), PlanView.class);
  }

  /**
   * What that verb would do; nothing is changed.
   *
   * @param verb suspend, resume or cancel
   */
  public PlanView planVjob(String vjob, String verb) {
    return calls.ask(Request.post(path("vjobs", vjob, verb) + "?dryRun=true"), PlanView.class);
  }

  /** What the migration would do; nothing is changed. */
  public PlanView planMigrate(String machine, String to) {
    String path = path("machines", machine, "migrate") + "?dryRun=true";
    return calls.ask(Request.post(path, new GridApi.MigrateRequest(to)), PlanView.class);
  }

  /**
   * What that verb would do; nothing is changed.
   *
   * @param verb drain, undrain or forget
   */
  public PlanView planHost(String host, String verb) {
    return calls.ask(Request.post(path("hosts", host, verb) + "?dryRun=true"), PlanView.class);
  }

  /** Events with a larger id than {@code after}, oldest first. */
  public List<EventView> events(long after, int limit) {
    return calls.list("/v1/events?after=" + after + "&limit=" + limit, EventView.class);
  }

  /** The newest events, oldest first. */
  public List<EventView> newestEvents(int limit) {
    return calls.list("/v1/events?newest=true&limit=" + limit, EventView.class);
  }

  /** Events as they happen, from the one after {@code after} on; the caller closes the stream. */
  public EventStream follow(long after) {
    return new EventStream(
        new ServerSentEvents(calls.open(Request.get("/v1/events/stream?after=" + after))));
  }

  /** Events as they happen. For one thread; another may close it. */
  public static final class EventStream implements AutoCloseable {
    private final ServerSentEvents in;

    private EventStream(ServerSentEvents in) {
      this.in = in;
    }

    /** Waits for the next event; empty when the controller ended the stream. */
    public Optional<EventView> next() {
      try {
        return in.next().map(message -> Json.read(message.data(), EventView.class));
      } catch (IOException broken) {
        throw unreachable("the stream of events broke off: " + broken.getMessage(), broken);
      }
    }

    @Override
    public void close() {
      try {
        in.close();
      } catch (IOException broken) {
        throw unreachable("closing the stream of events: " + broken.getMessage(), broken);
      }
    }
  }

  /** What the grid can build and has. */
  public FarmView farm() {
    return calls.ask(Request.get("/v1/farm"), FarmView.class);
  }

  /** Images that the farm has built. */
  public List<ImageView> images() {
    return calls.list("/v1/images", ImageView.class);
  }

  /** Has an image built. Asking again with the same id only tells how it stands. */
  public BuildView build(String id, BuildRequest request) {
    return calls.ask(Request.put(path("builds", id), request).withPatience(BUILD), BuildView.class);
  }

  /** What a build would do; nothing is changed. */
  public BuildView planBuild(String id, BuildRequest request) {
    return calls.ask(
        Request.put(path("builds", id) + "?dryRun=true", request).withPatience(BUILD),
        BuildView.class);
  }

  public BuildView build(String id) {
    return calls.ask(Request.get(path("builds", id)), BuildView.class);
  }

  /** Gives a build up; others who want the same image go on. */
  public BuildView cancelBuild(String id) {
    return calls.ask(Request.delete(path("builds", id)).withPatience(BUILD), BuildView.class);
  }

  /** Takes an image away that no vjob needs. */
  public void deleteImage(String image) {
    calls.bytes(Request.delete(path("images", image)));
  }

  /** How a build goes on, until it has ended; the caller closes the stream. */
  public BuildStream followBuild(String id) {
    return new BuildStream(
        new ServerSentEvents(calls.open(Request.get(path("builds", id) + "/stream?after=0"))));
  }

  /** Package lists may have to be fetched before it is known what there is to do. */
  private static final Duration BUILD = Duration.ofMinutes(5);

  /** How a build goes on. For one thread; another may close it. */
  public static final class BuildStream implements AutoCloseable {
    private final ServerSentEvents in;

    private BuildStream(ServerSentEvents in) {
      this.in = in;
    }

    /**
     * Waits for the next change; empty when the controller ended the stream.
     *
     * @param log told what the build prints
     */
    public Optional<BuildView> next(Consumer<String> log) {
      try {
        while (true) {
          Optional<ServerSentEvents.Message> message = in.next();
          if (message.isEmpty()) {
            return Optional.empty();
          }
          if (message.get().name().equals("build")) {
            return Optional.of(Json.read(message.get().data(), BuildView.class));
          }
          log.accept(message.get().data());
        }
      } catch (IOException broken) {
        throw unreachable("the stream of the build broke off: " + broken.getMessage(), broken);
      }
    }

    @Override
    public void close() {
      try {
        in.close();
      } catch (IOException broken) {
        throw unreachable("closing the stream of the build: " + broken.getMessage(), broken);
      }
    }
  }

  @Override
  public void close() {
    calls.close();
  }
}
