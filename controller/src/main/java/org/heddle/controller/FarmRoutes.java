package org.heddle.controller;

import static org.heddle.controller.Web.Route.delete;
import static org.heddle.controller.Web.Route.get;
import static org.heddle.controller.Web.Route.post;
import static org.heddle.controller.Web.Route.put;

import io.javalin.http.Context;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.URLEncoder;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeSet;
import java.util.UUID;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import org.heddle.api.AgentClient;
import org.heddle.api.ApiException;
import org.heddle.api.FarmApi;
import org.heddle.api.FarmApi.BuildRequest;
import org.heddle.api.FarmApi.BuildView;
import org.heddle.api.FarmApi.FarmView;
import org.heddle.api.FarmApi.ImageDetail;
import org.heddle.api.FarmApi.ImageView;
import org.heddle.api.GridApi.Problem;
import org.heddle.api.Json;
import org.heddle.model.Host;
import org.heddle.model.VjobState;
import tools.jackson.core.JacksonException;

/**
 * Routes of the image farm. They are passed on to an agent that builds; the controller keeps
 * nothing of them, so that a build is known where it is done.
 */
final class FarmRoutes {
  /** What the agent answers from memory and from its disk. */
  private static final Duration SHORT = Duration.ofSeconds(30);

  /** Package lists may have to be fetched, and what is given up has to end. */
  private static final Duration LONG = Duration.ofMinutes(5);

  /** Builds that are followed and files that are fetched at the same time. */
  private static final int STREAMS = 100;

  /** Requests, with all their files, that are read at the same time. */
  private static final int READ = 4;

  private static final Duration PATIENCE = Duration.ofSeconds(30);

  /** Who asks the old way for an image waits no longer. */
  private static final Duration LONGEST_WAIT = Duration.ofHours(2);

  private static final Duration LOOK_AGAIN = Duration.ofMillis(200);

  private static final List<String> PASSED =
      List.of("Content-Range", "Accept-Ranges", "ETag", "Content-Disposition", "Content-Length");

  private final Desk desk;
  private final AgentLinks agents;
  private final AgentDialer dialer;
  private final Semaphore streams = new Semaphore(STREAMS);
  private final Semaphore reading = new Semaphore(READ, true);

  FarmRoutes(Desk desk, AgentLinks agents, AgentDialer dialer) {
    this.desk = desk;
    this.agents = agents;
    this.dialer = dialer;
  }

  List<Web.Route> routes() {
    return List.of(
        get("/v1/farm", this::farm),
        get("/v1/images", this::images),
        post("/v1/images", context -> build(context, UUID.randomUUID().toString())),
        get("/v1/images/{image}", this::image),
        get("/v1/images/{image}/log", context -> image(context, "/log")),
        get("/v1/images/{image}/file", context -> image(context, "/file")),
        delete("/v1/images/{image}", this::remove),
        get("/v1/builds", this::builds),
        put("/v1/builds/{id}", context -> build(context, context.pathParam("id"))),
        get("/v1/builds/{id}", context -> ofBuild(context, "GET", "")),
        get("/v1/builds/{id}/stream", this::follow),
        delete("/v1/builds/{id}", context -> ofBuild(context, ending(context), "")),
        get("/create", this::create));
  }

  /** Agents that build and are on line, always in the same order. */
  private List<Host> builders() {
    List<Host> builders = agents.builders();
    if (builders.isEmpty()) {
      throw Refused.of(
          "infeasible", "", "no host on line builds images; start an agent with --builder");
    }
    return builders;
  }

  private void farm(Context context) throws IOException, InterruptedException {
    TreeSet<String> recipes = new TreeSet<>();
    TreeSet<String> classes = new TreeSet<>();
    List<String> hosts = new ArrayList<>();
    String key = "";
    for (Host host : agents.builders()) {
      FarmView view = ask(host, "GET", "", FarmView.class);
      hosts.add(host.id().value());
      recipes.addAll(view.recipes());
      classes.addAll(view.classes());
      key = key.isEmpty() ? view.key() : key;
    }
    List<String> images = List.copyOf(agents.images().keySet());
    Web.json(
        context, 200, new FarmView(hosts, List.copyOf(recipes), List.copyOf(classes), images, key));
  }

  private <T> T ask(Host host, String method, String path, Class<T> type)
      throws IOException, InterruptedException {
    HttpResponse<InputStream> answer =
        dialer.dial(host).farm(method, path, Optional.empty(), Map.of(), LONG);
    try (InputStream in = answer.body()) {
      byte[] body = in.readAllBytes();
      if (answer.statusCode() / 100 != 2) {
        throw new ApiException(problem(answer.statusCode(), body));
      }
      return Json.read(body, type);
    }
  }

  private static Problem problem(int status, byte[] body) {
    try {
      return Json.read(body, Problem.class);
    } catch (JacksonException strange) {
      return new Problem("failed", "HTTP " + status, status, "the agent's answer is strange", "");
    }
  }

  private <T> List<T> all(String path, Class<T> type) throws IOException, InterruptedException {
    List<T> all = new ArrayList<>();
    for (Host host : agents.builders()) {
      HttpResponse<InputStream> answer =
          dialer.dial(host).farm("GET", path, Optional.empty(), Map.of(), SHORT);
      try (InputStream in = answer.body()) {
        byte[] body = in.readAllBytes();
        if (answer.statusCode() / 100 != 2) {
          throw new ApiException(problem(answer.statusCode(), body));
        }
        all.addAll(Json.readList(body, type));
      }
    }
    return all;
  }

  private void images(Context context) throws IOException, InterruptedException {
    List<ImageView> images = all("/images", ImageView.class);
    images.sort(Comparator.comparing(ImageView::name).thenComparingLong(ImageView::builtMs));
    Web.json(context, 200, images);
  }

  private void builds(Context context) throws IOException, InterruptedException {
    Web.json(context, 200, all("/builds", BuildView.class));
  }

  /** The first agent that builds does all: so that equal requests meet in its queue. */
  private void build(Context context, String id) throws IOException, InterruptedException {
    byte[] body = request(context);
    String query = Web.dryRun(context) ? "?dryRun=true" : "";
    pass(context, builders().getFirst(), "PUT", "/builds/" + encoded(id) + query, body);
  }

  /** Only as long as it is being read: the agent's answer may take minutes. */
  private byte[] request(Context context) throws IOException, InterruptedException {
    if (!reading.tryAcquire(PATIENCE.toSeconds(), TimeUnit.SECONDS)) {
      throw Refused.of(
          "unreachable", "", "other requests to build are still being read: try again later");
    }
    try {
      byte[] body = Web.body(context, FarmApi.LONGEST_REQUEST);
      var _ = Json.read(body, BuildRequest.class); // What is no request does not leave here.
      return body;
    } finally {
      reading.release();
    }
  }

  private static String encoded(String part) {
    return URLEncoder.encode(part, StandardCharsets.UTF_8).replace("+", "%20");
  }

  /** The agent that knows the image or build. */
  private Host knowing(String path) throws IOException, InterruptedException {
    List<Host> builders = builders();
    for (Host host : builders.subList(0, builders.size() - 1)) {
      try (InputStream in =
          dialer.dial(host).farm("GET", path, Optional.empty(), Map.of(), SHORT).body()) {
        if (Json.MAPPER.readTree(in.readAllBytes()).path("status").asInt(200) != 404) {
          return host;
        }
      }
    }
    return builders.getLast();
  }

  private void image(Context context) throws IOException, InterruptedException {
    image(context, "");
  }

  private void image(Context context, String part) throws IOException, InterruptedException {
    String path = "/images/" + encoded(context.pathParam("image"));
    pass(context, knowing(path), "GET", path + part, new byte[0]);
  }

  private void ofBuild(Context context, String method, String part)
      throws IOException, InterruptedException {
    String path = "/builds/" + encoded(context.pathParam("id"));
    pass(context, knowing(path), method, path + part, new byte[0]);
  }

  /** What a plan would take away, or give up, is shown as it is. */
  private static String ending(Context context) {
    return Web.dryRun(context) ? "GET" : "DELETE";
  }

  private void follow(Context context) throws IOException, InterruptedException {
    String last = context.header("Last-Event-ID");
    long after =
        last != null && last.matches("\\d{1,18}")
            ? Long.parseLong(last)
            : Web.number(context, "after", 0);
    ofBuild(context, "GET", "/stream?after=" + after);
  }

  private void pass(Context context, Host host, String method, String path, byte[] body)
      throws IOException, InterruptedException {
    if (!streams.tryAcquire()) {
      throw Refused.of(
          "unreachable", "", "too many follow builds or fetch images; try again later");
    }
    try {
      Map<String, String> headers = new LinkedHashMap<>();
      for (String name : List.of("Range", "If-Range")) {
        Optional.ofNullable(context.header(name)).ifPresent(text -> headers.put(name, text));
      }
      AgentClient agent = dialer.dial(host);
      Optional<byte[]> sent = body.length == 0 ? Optional.empty() : Optional.of(body);
      answer(context, agent.farm(method, path, sent, headers, LONG));
    } finally {
      streams.release();
    }
  }

  /** Hands on an answer as it comes. */
  private static void answer(Context context, HttpResponse<InputStream> answer) throws IOException {
    try (InputStream in = answer.body()) {
      var response = context.res();
      response.setStatus(answer.statusCode());
      answer.headers().firstValue("Content-Type").ifPresent(response::setContentType);
      for (String name : PASSED) {
        answer.headers().firstValue(name).ifPresent(text -> response.setHeader(name, text));
      }
      if (answer.statusCode() == 204) {
        return;
      }
      response.setHeader("Cache-Control", "no-store");
      response.flushBuffer();
      stream(in, response.getOutputStream());
    }
  }

  /**
   * One of the two may go at any time. A file that was not sent to its end is shorter than its head
   * said; a stream of events is asked for anew.
   */
  private static void stream(InputStream in, OutputStream out) {
    byte[] buffer = new byte[1 << 16];
    try {
      for (int n = in.read(buffer); n >= 0; n = in.read(buffer)) {
        out.write(buffer, 0, n);
        out.flush();
      }
    } catch (IOException _) {
      // what was said above
    }
  }

  /** Not while a vjob needs it; hosts that have fetched it give it up too. */
  private void remove(Context context) throws IOException, InterruptedException {
    String path = "/images/" + encoded(context.pathParam("image"));
    Host host = knowing(path);
    String image = ask(host, "GET", path, ImageDetail.class).image().image();
    List<String> users =
        desk.loop().state().vjobs().values().stream()
            .filter(vjob -> vjob.state() != VjobState.TERMINATED)
            .filter(vjob ->
                vjob.spec().machines().stream().anyMatch(group -> group.image().equals(image)))
            .map(vjob -> vjob.spec().name().value())
            .toList();
    if (!users.isEmpty()) {
      throw Refused.of(
          "conflict", "", "image '" + image + "' is needed by " + String.join(", ", users));
    }
    pass(context, host, ending(context), path, new byte[0]);
    if (!image.isEmpty() && !Web.dryRun(context)) {
      for (Host other : agents.online()) { // Who has just fetched it has not said so yet.
        drop(other, image);
      }
    }
  }

  /** A host that cannot be asked now keeps a copy that nothing needs. */
  private void drop(Host host, String image) throws InterruptedException {
    try {
      dialer.dial(host).dropImage(image);
    } catch (IOException _) {
      // Its machines may need it, or it is away.
    }
  }

  /** The old OS Farm's form: all in one URL. */
  private void create(Context context) throws IOException, InterruptedException {
    OldForm form = OldForm.of(context.queryParamMap());
    Host host = builders().getFirst();
    BuildRequest request = form.request(ask(host, "GET", "", FarmView.class).classes());
    String id = "create-" + UUID.randomUUID();
    String path = "/builds/" + id;
    if (!form.waits()) {
      context.header("Location", "/v1" + path);
      pass(context, host, "PUT", path, Json.bytes(request));
      return;
    }
    HttpResponse<InputStream> asked =
        dialer.dial(host).farm("PUT", path, Optional.of(Json.bytes(request)), Map.of(), LONG);
    if (asked.statusCode() / 100 != 2) {
      answer(context, asked);
      return;
    }
    asked.body().close();
    BuildView built = await(host, path);
    if (built.problem().isPresent()) {
      throw new ApiException(built.problem().get());
    }
    String image = "/images/" + built.digest();
    pass(context, host, "GET", form.downloads() ? image + "/file" : image, new byte[0]);
  }

  private BuildView await(Host host, String path) throws IOException, InterruptedException {
    long end = System.nanoTime() + LONGEST_WAIT.toNanos();
    while (true) {
      BuildView now = ask(host, "GET", path, BuildView.class);
      if (now.ended()) {
        return now;
      }
      if (System.nanoTime() > end) {
        throw Refused.of("timed-out", "", "it is still being built: ask again");
      }
      TimeUnit.MILLISECONDS.sleep(LOOK_AGAIN.toMillis());
    }
  }
}
