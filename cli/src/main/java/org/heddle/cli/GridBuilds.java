package org.heddle.cli;

import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import org.heddle.api.FarmApi.BuildRequest;
import org.heddle.api.FarmApi.BuildView;
import org.heddle.api.FarmApi.StageView;
import org.heddle.api.GridApi.Problem;
import org.heddle.api.GridClient;
import org.heddle.api.GridClient.BuildStream;
import org.heddle.api.GridException;

/**
 * Builds that the grid does for a command: asked for together, shown as they go on, and given up
 * when the process is told to end.
 */
public final class GridBuilds implements AutoCloseable {
  private static final long LOOK_AGAIN_MS = 500;

  /** A builder that is started again is back by then. */
  private static final Duration PATIENCE = Duration.ofMinutes(2);

  /** So often a builder may forget a build. */
  private static final int MOST_AGAIN = 5;

  /** The controller or, of what is known to be asked for rightly, the builder is not there. */
  private static final Set<String> AWAY = Set.of("unreachable", "timed-out", "infeasible");

  private final GridClient grid;
  private final Environment around;
  private final Duration patience;
  private final Set<String> open = ConcurrentHashMap.newKeySet();
  private final Thread hook = new Thread(this::giveUp, "give-up-builds");

  /**
   * @param around where progress is shown
   */
  public GridBuilds(GridClient grid, Environment around) {
    this(grid, around, PATIENCE);
  }

  GridBuilds(GridClient grid, Environment around, Duration patience) {
    this.grid = grid;
    this.around = around;
    this.patience = patience;
    Runtime.getRuntime().addShutdownHook(hook);
  }

  /** What these builds would do. */
  public BuildView plan(BuildRequest request) {
    return grid.planBuild(id(), request);
  }

  private static String id() {
    return UUID.randomUUID().toString();
  }

  /** A request, and what it became. */
  private record Asked(BuildRequest request, String id) {}

  /**
   * Has all of them built, and waits.
   *
   * @return in the order of the requests
   * @throws Failed the first that failed; the others are given up
   */
  public List<BuildView> build(Collection<BuildRequest> requests) throws Failed {
    List<Asked> asked = new ArrayList<>();
    for (BuildRequest request : requests) {
      String id = id();
      open.add(id);
      asked.add(new Asked(request, id));
    }
    Map<String, BuildView> ended = new LinkedHashMap<>();
    try (Progress shown = new Progress(around.err(), around.messages())) {
      for (Asked one : asked) {
        begin(one);
      }
      for (Asked one : asked) {
        BuildView view = until(one, shown);
        open.remove(one.id);
        ended.put(one.id, view);
        check(one, view);
      }
    } finally {
      giveUp();
    }
    return List.copyOf(ended.values());
  }

  /**
   * The stream may break off, and is asked for anew. A builder that starts again knows nothing of
   * what it was asked for, and is asked under the same id, which builds nothing twice.
   */
  private BuildView until(Asked one, Progress shown) throws Failed {
    Heard heard = new Heard();
    int again = 0;
    while (true) {
      try {
        Optional<BuildView> ended = follow(one.id, shown, heard);
        if (ended.isPresent()) {
          return ended.get();
        }
      } catch (GridException lost) {
        boolean forgotten = lost.type().equals("not-found");
        if (!(forgotten || AWAY.contains(lost.type())) || heard.notFor(patience)) {
          throw lost;
        }
        if (forgotten && again++ == MOST_AGAIN) {
          throw lost; // What ends its builder time after time is not built.
        }
        shown.live("waiting for the builder to come back");
        if (forgotten) {
          beginAgain(one);
        }
      }
      pause();
    }
  }

  /** When something was last heard of a build. */
  private static final class Heard {
    private long last = System.nanoTime();

    void now() {
      last = System.nanoTime();
    }

    boolean notFor(Duration time) {
      return System.nanoTime() - last > time.toNanos();
    }
  }

  /** How it ended, if it did while the stream lasted. */
  private Optional<BuildView> follow(String id, Progress shown, Heard heard) {
    try (BuildStream stream = grid.followBuild(id)) {
      for (Optional<BuildView> next = next(stream, heard);
          next.isPresent();
          next = next(stream, heard)) {
        if (show(next.get(), shown)) {
          return next;
        }
      }
    }
    BuildView now = grid.build(id);
    heard.now();
    return show(now, shown) ? Optional.of(now) : Optional.empty();
  }

  /** A stream that is there is heard of, also while nothing changes. */
  private static Optional<BuildView> next(BuildStream stream, Heard heard) {
    try {
      return stream.next(_ -> {});
    } finally {
      heard.now();
    }
  }

  private static void pause() {
    try {
      TimeUnit.MILLISECONDS.sleep(LOOK_AGAIN_MS);
    } catch (InterruptedException stopped) {
      Thread.currentThread().interrupt();
      throw Failure.failed("cancelled");
    }
  }

  /** Whether it has ended. */
  private static boolean show(BuildView view, Progress shown) {
    if (!view.ended()) {
      String step = view.step().isEmpty() ? view.state() : view.step();
      shown.live("image " + view.name() + ": " + view.percent() + " % " + step);
      return false;
    }
    shown.idle();
    if (view.state().equals("done")) {
      shown.line(line(view));
    }
    return true;
  }

  /** What came of a build. */
  public static String line(BuildView view) {
    String name = view.image().isEmpty() ? view.digest().substring(0, 12) : view.image();
    String how =
        view.cached() ? "found" : String.format(Locale.ROOT, "built in %.1f s", view.seconds());
    return "image " + view.name() + ": " + name + ", " + how;
  }

  /** What a planned build would do. */
  public static String plan(BuildView view) {
    if (view.cached()) {
      return "image " + view.name() + " is there: " + view.image();
    }
    StringBuilder text = new StringBuilder("would build image " + view.name() + ":");
    for (StageView stage : view.stages()) {
      text.append(' ').append(stage.name()).append(stage.cached() ? " (reused)" : " (made)");
    }
    return text.toString();
  }

  /** A build that did not become an image. */
  public static final class Failed extends Exception {
    private static final long serialVersionUID = 1;
    private final transient BuildRequest request;
    private final transient Problem problem;

    Failed(BuildRequest request, Problem problem) {
      super(problem.detail());
      this.request = request;
      this.problem = problem;
    }

    public BuildRequest request() {
      return request;
    }

    public Problem problem() {
      return problem;
    }
  }

  private void begin(Asked one) throws Failed {
    try {
      grid.build(one.id, one.request);
    } catch (GridException refused) {
      throw new Failed(one.request, refused.problem());
    }
  }

  private void beginAgain(Asked one) throws Failed {
    try {
      grid.build(one.id, one.request);
    } catch (GridException refused) {
      if (!AWAY.contains(refused.type())) {
        throw new Failed(one.request, refused.problem());
      }
    }
  }

  private static void check(Asked one, BuildView view) throws Failed {
    if (view.problem().isPresent()) {
      throw new Failed(one.request, view.problem().get());
    }
    if (!view.state().equals("done")) {
      String why = "the build of " + view.name() + " was cancelled";
      throw new Failed(one.request, new Problem("failed", "Cancelled", 500, why, ""));
    }
  }

  /** What nobody waits for any more is not built. */
  private void giveUp() {
    for (String id : List.copyOf(open)) {
      try {
        grid.cancelBuild(id);
      } catch (GridException notThere) {
        // It was never asked for, or the grid is away.
      }
    }
    open.clear();
  }

  @Override
  public void close() {
    try {
      Runtime.getRuntime().removeShutdownHook(hook);
    } catch (IllegalStateException endingNow) {
      // It runs.
    }
  }
}
