package org.heddle.agent.farm;

import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SequencedMap;
import java.util.concurrent.Semaphore;
import org.heddle.api.ApiException;
import org.heddle.api.FarmApi.BuildRequest;
import org.heddle.api.FarmApi.BuildView;
import org.heddle.api.FarmApi.SourceFile;
import org.heddle.api.GridApi.Problem;
import org.heddle.api.Json;
import org.heddle.images.recipe.Canonical;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The queue of builds: so many at once, so many that wait, and who wants what is being built waits
 * for that. A request is known by its id; asking again under the same id builds nothing again. What
 * is known of requests ends with the process: asked again afterwards, the image is found, or the
 * build goes on from the stages that are finished. Who waits for a build that the agent's end
 * breaks off does not hear of an end: it is told that the agent is away, and asks again.
 * Thread-safe.
 */
public final class Builds implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(Builds.class);

  /** More than these wait for nothing that they will see today. */
  public static final int MOST_WAITING = 64;

  /** Requests that wait for one and the same image. */
  static final int MOST_JOINED = 200;

  /** A recipe is read by people; what is longer belongs into files beside it. */
  static final int LONGEST_RECIPE = 1 << 20;

  /** Requests that have ended and can still be asked for. */
  private static final int REMEMBERED = 200;

  /** A build that is given up kills its processes and takes its folders away. */
  private static final Duration GIVING_UP = Duration.ofSeconds(60);

  private static final Duration HEARTBEAT = Duration.ofSeconds(10);

  /** A request, and the build that does it. */
  private static final class Asked {
    final String request;
    final Build build;
    volatile boolean left;

    /**
     * @param request its digest: it may be long, and is only compared
     */
    Asked(String request, Build build) {
      this.request = request;
      this.build = build;
    }
  }

  private final Workshop workshop;
  private final int atOnce;
  private final Semaphore slots;
  private final SequencedMap<String, Asked> asked = new LinkedHashMap<>();
  private final Map<String, Build> building = new HashMap<>();
  private volatile boolean closed;

  /**
   * @param atOnce builds at the same time
   */
  public Builds(Workshop workshop, int atOnce) {
    if (atOnce < 1) {
      throw new IllegalArgumentException("builds at once: 1 or more");
    }
    this.workshop = workshop;
    this.atOnce = atOnce;
    this.slots = new Semaphore(atOnce, true);
  }

  public int atOnce() {
    return atOnce;
  }

  /** What would be done; nothing is. */
  public BuildView plan(String id, BuildRequest request) throws IOException, InterruptedException {
    checkLength(request);
    try (Workshop.Draft draft = workshop.draft(request)) {
      Optional<Workshop.Made> there = request.refresh() ? Optional.empty() : draft.there();
      return new BuildView(
          id,
          "planned",
          draft.name(),
          draft.digest(),
          there.map(Workshop.Made::image).orElse(""),
          there.isPresent(),
          "",
          0,
          there.isPresent() ? there.get().stages() : draft.plan(),
          there.map(Workshop.Made::bytes).orElse(0L),
          0,
          Optional.empty());
    }
  }

  /**
   * Has it built.
   *
   * @throws ApiException when it cannot be, the queue is full, or the id was used for something
   *     else
   */
  public BuildView ask(String id, BuildRequest request) throws IOException, InterruptedException {
    checkLength(request);
    String digest = digest(request);
    Optional<BuildView> known = known(id, digest);
    if (known.isPresent()) {
      return known.get();
    }
    Workshop.Draft draft = workshop.draft(request);
    boolean taken = false;
    try {
      boolean there = !request.refresh() && draft.there().isPresent();
      int steps = there ? 1 : draft.steps();
      taken = enter(id, digest, request.refresh(), draft, steps, there);
    } finally {
      if (!taken) {
        draft.close();
      }
    }
    return find(id).orElseThrow();
  }

  private static void checkLength(BuildRequest request) throws ApiException {
    if (request.recipe().filter(recipe -> recipe.text().length() > LONGEST_RECIPE).isPresent()) {
      throw refused(
          "invalid", 400, "a recipe has at most " + LONGEST_RECIPE + " characters: copy files");
    }
  }

  private static String digest(BuildRequest request) {
    List<Object> parts = new ArrayList<>();
    parts.add(request.name().orElse(""));
    parts.add(request.architecture().orElse(""));
    parts.add(request.format().orElse(""));
    parts.add(request.boot() + " " + request.refresh());
    if (request.recipe().isPresent()) {
      parts.add(request.recipe().get().file());
      parts.add(Canonical.sha256(request.recipe().get().text().getBytes(StandardCharsets.UTF_8)));
      for (SourceFile source : request.recipe().get().sources()) {
        byte[] content = source.content().getBytes(StandardCharsets.UTF_8);
        parts.add(source.kind() + " " + source.path() + " " + Canonical.sha256(content));
      }
    }
    return Canonical.digest(parts);
  }

  private synchronized Optional<BuildView> known(String id, String request) throws ApiException {
    Asked before = asked.get(id);
    if (before != null && !before.request.equals(request)) {
      throw refused("conflict", 409, "build '" + id + "' was asked for with another request");
    }
    return before == null ? Optional.empty() : Optional.of(view(id, before));
  }

  private static BuildView view(String id, Asked one) throws ApiException {
    if (one.build.brokenOff() && !one.left) {
      throw stopping();
    }
    return one.build.view(id, one.left);
  }

  private static ApiException stopping() {
    return refused("unreachable", 503, "the agent is stopping: ask again when it is back");
  }

  /** Whether the draft is used: not where another build is joined. */
  private synchronized boolean enter(
      String id, String request, boolean refresh, Workshop.Draft draft, int steps, boolean there)
      throws ApiException {
    if (closed) {
      throw stopping();
    }
    if (known(id, request).isPresent()) {
      return false;
    }
    String key = draft.digest() + (refresh ? " anew" : "");
    Build same = building.get(key);
    if (same != null && same.wishes() >= MOST_JOINED) {
      throw refused("failed", 503, MOST_JOINED + " wait for this image already: try again later");
    }
    if (same != null && same.join(id)) {
      remember(id, new Asked(request, same));
      return false;
    }
    if (!there && waiting() >= MOST_WAITING) {
      throw refused("failed", 503, MOST_WAITING + " builds wait already: try again later");
    }
    Build build = new Build(draft.name(), draft.digest(), steps);
    build.join(id);
    remember(id, new Asked(request, build));
    building.put(key, build);
    Thread worker =
        Thread.ofVirtual()
            .name("build-" + draft.name())
            .unstarted(() -> work(key, build, draft, refresh, there));
    build.by(worker);
    worker.start();
    return true;
  }

  private long waiting() {
    return building.values().stream().filter(build -> !build.ended()).count() - atOnce;
  }

  private void remember(String id, Asked one) {
    asked.put(id, one);
    var oldest = asked.entrySet().iterator();
    for (int over = asked.size() - REMEMBERED; over > 0 && oldest.hasNext(); ) {
      if (oldest.next().getValue().build.ended()) {
        oldest.remove();
        over--;
      }
    }
  }

  /** Nobody hears of its end before its folders are gone and its slot is free. */
  private void work(String key, Build build, Workshop.Draft draft, boolean refresh, boolean there) {
    Runnable end = () -> build.fail(problem("failed", 500, "the builder's log says why it ended"));
    try {
      end = outcome(build, draft, refresh, there);
    } finally {
      forget(key, build);
      end.run();
    }
  }

  /** One that is there already waits for no other. */
  private Runnable outcome(Build build, Workshop.Draft draft, boolean refresh, boolean there) {
    boolean slot = false;
    try (draft) {
      if (!there) {
        slots.acquire();
        slot = true;
      }
      build.begin();
      Workshop.Made made = draft.make(refresh, build);
      LOG.info("image {} {}", draft.name(), made.cached() ? "was there" : "built");
      return () -> build.end(made);
    } catch (InterruptedException cancelled) {
      return () -> build.end(givenUp(build));
    } catch (ApiException refused) {
      return closed ? () -> build.end(givenUp(build)) : () -> build.fail(refused.problem());
    } catch (IOException | RuntimeException failed) {
      if (closed || !build.wanted()) {
        return () -> build.end(givenUp(build)); // What is interrupted fails in many ways.
      }
      LOG.warn("build of {}", draft.name(), failed);
      return () -> build.fail(problem("failed", 500, String.valueOf(failed.getMessage())));
    } finally {
      if (slot) {
        slots.release();
      }
    }
  }

  private static Build.State givenUp(Build build) {
    return build.wanted() ? Build.State.BROKEN_OFF : Build.State.CANCELLED;
  }

  /** Before it ends, so that nobody joins a build that has ended. */
  private synchronized void forget(String key, Build build) {
    building.remove(key, build);
  }

  /**
   * How it stands, if it is known.
   *
   * @throws ApiException unreachable, when the agent's end has broken it off
   */
  public synchronized Optional<BuildView> find(String id) throws ApiException {
    Asked one = asked.get(id);
    return one == null ? Optional.empty() : Optional.of(view(id, one));
  }

  /** All that are known, newest first. */
  public synchronized List<BuildView> list() {
    List<BuildView> views = new ArrayList<>();
    asked.reversed().forEach((id, one) -> views.add(one.build.view(id, one.left)));
    return views;
  }

  /** Gives a build up, and waits until nothing of it is left. Others who want it go on. */
  public BuildView cancel(String id) throws IOException, InterruptedException {
    Asked one = asked(id);
    boolean left = one.build.leave(id);
    if (left) {
      one.left = true;
      if (!one.build.wanted()) {
        one.build.await(GIVING_UP);
      }
    }
    return one.build.view(id, one.left);
  }

  private synchronized Asked asked(String id) throws ApiException {
    Asked one = asked.get(id);
    if (one == null) {
      throw refused("not-found", 404, "no build '" + id + "' is known here");
    }
    return one;
  }

  /**
   * Writes how a build goes on as server-sent events, until it has ended: "build" with a {@link
   * BuildView}, and "log" with a line, whose id is its number.
   *
   * @param after the number of the last line that is not wanted again
   */
  public void follow(String id, long after, OutputStream out)
      throws IOException, InterruptedException {
    Asked one = asked(id);
    long seen = 0;
    long known = after;
    while (true) {
      Build.News news = one.build.news(known, seen, HEARTBEAT);
      StringBuilder text = new StringBuilder();
      for (Build.Line line : news.lines()) {
        text.append("id: ").append(line.number()).append("\nevent: log\ndata: ");
        text.append(line.text().replace("\r", "")).append("\n\n");
        known = line.number();
      }
      boolean away = one.build.brokenOff() && !one.left;
      boolean over = news.ended() || one.left;
      if (!away && (news.version() != seen || over)) {
        String view = Json.write(one.build.view(id, one.left));
        text.append("event: build\ndata: ").append(view).append("\n\n");
        seen = news.version();
      }
      out.write((text.isEmpty() ? ":\n\n" : text.toString()).getBytes(StandardCharsets.UTF_8));
      out.flush();
      if (over) {
        return;
      }
    }
  }

  static ApiException refused(String type, int status, String detail) {
    return new ApiException(problem(type, status, detail));
  }

  static Problem problem(String type, int status, String detail) {
    return new Problem(type, type.replace('-', ' '), status, detail, "");
  }

  /** Breaks off all that has not ended. */
  @Override
  public void close() {
    List<Build> left;
    synchronized (this) {
      closed = true;
      left = List.copyOf(building.values());
    }
    left.forEach(Build::giveUp);
    try {
      for (Build build : left) {
        build.await(GIVING_UP);
      }
    } catch (InterruptedException impatient) {
      Thread.currentThread().interrupt();
    }
  }
}
