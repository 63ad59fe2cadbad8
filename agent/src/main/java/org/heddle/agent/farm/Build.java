package org.heddle.agent.farm;

import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.heddle.api.FarmApi.BuildView;
import org.heddle.api.GridApi.Problem;
import org.heddle.images.Progress;
import org.jspecify.annotations.Nullable;

/** One build, for all who want the same image. Thread-safe. */
final class Build implements Progress {
  /** Characters of its log that are kept for those who follow it. */
  private static final int LOG = 64 << 10;

  private static final int LONGEST_LINE = 4096;

  /** Where it stands. */
  enum State {
    QUEUED,
    BUILDING,
    DONE,
    FAILED,
    CANCELLED,
    /** By the agent's end, though somebody wants it: it is to be asked for again. */
    BROKEN_OFF;

    boolean ended() {
      return this != QUEUED && this != BUILDING;
    }

    String word() {
      return this == BROKEN_OFF ? CANCELLED.word() : name().toLowerCase(java.util.Locale.ROOT);
    }
  }

  /** A line of its log. */
  record Line(long number, String text) {}

  /** What has changed since somebody looked. */
  record News(List<Line> lines, long version, boolean ended) {}

  private final String name;
  private final String digest;
  private final int steps;
  private final Set<String> wanted = new HashSet<>();
  private final Deque<Line> lines = new ArrayDeque<>();
  private final StringBuilder partial = new StringBuilder();
  private int kept;
  private long printed;
  private long version = 1;
  private State state = State.QUEUED;
  private String step = "";
  private int done;
  private int percent;
  private Workshop.@Nullable Made made;
  private @Nullable Problem problem;
  private @Nullable Thread thread;

  Build(String name, String digest, int steps) {
    this.name = name;
    this.digest = digest;
    this.steps = Math.max(1, steps);
  }

  /** Somebody wants it; false when it has been given up. */
  synchronized boolean join(String id) {
    boolean givenUp = state == State.CANCELLED || (wanted.isEmpty() && thread != null && !ended());
    return !givenUp && wanted.add(id);
  }

  /** What works it off. */
  synchronized void by(Thread worker) {
    thread = worker;
  }

  synchronized boolean ended() {
    return state.ended();
  }

  /** Whether the agent's end was its own. */
  synchronized boolean brokenOff() {
    return state == State.BROKEN_OFF;
  }

  /** Somebody does not want it any more; it ends when nobody does. */
  synchronized boolean leave(String id) {
    if (!wanted.remove(id) || state.ended()) {
      return false;
    }
    if (wanted.isEmpty() && thread != null) {
      thread.interrupt();
    }
    changed();
    return true;
  }

  /** How many want it. */
  synchronized int wishes() {
    return wanted.size();
  }

  synchronized boolean wanted() {
    return !wanted.isEmpty();
  }

  /** Ends it, whoever wants it. */
  synchronized void giveUp() {
    if (thread != null) {
      thread.interrupt();
    }
  }

  synchronized void begin() {
    state = State.BUILDING;
    changed();
  }

  synchronized void end(Workshop.Made result) {
    made = result;
    percent = 100;
    end(State.DONE);
  }

  synchronized void fail(Problem why) {
    problem = why;
    end(State.FAILED);
  }

  /** Whoever is first says how it ended. */
  synchronized void end(State last) {
    if (state.ended()) {
      return;
    }
    flush();
    state = last;
    step = "";
    changed();
  }

  private void changed() {
    version++;
    notifyAll();
  }

  @Override
  public synchronized void step(String image, String now, double share) {
    step = image.equals(name) ? now : image + ": " + now;
    advance(image.equals(name) ? done + share : done);
    changed();
  }

  @Override
  public synchronized void done(String image, String now, boolean cached, double seconds) {
    if (image.equals(name)) {
      done++;
      advance(done);
    }
    changed();
  }

  /** Never back, and whole only when the image is there. */
  private void advance(double so) {
    percent = Math.max(percent, Math.min(99, (int) (100 * so / steps)));
  }

  @Override
  public synchronized void said(String text) {
    partial.append(text);
    int from = 0;
    for (int at = partial.indexOf("\n"); at >= 0; at = partial.indexOf("\n", from)) {
      line(partial.substring(from, at));
      from = at + 1;
    }
    partial.delete(0, from);
    if (partial.length() > LONGEST_LINE) {
      flush();
    }
    notifyAll();
  }

  private void flush() {
    if (!partial.isEmpty()) {
      line(partial.toString());
      partial.setLength(0);
    }
  }

  private void line(String text) {
    String cut = text.length() > LONGEST_LINE ? text.substring(0, LONGEST_LINE) : text;
    lines.add(new Line(++printed, cut));
    kept += cut.length() + 1;
    while (kept > LOG) {
      kept -= lines.remove().text().length() + 1;
    }
  }

  /**
   * Waits until there is something new, or the time is over.
   *
   * @param after the last line that is known
   * @param seen the last version that is known
   */
  synchronized News news(long after, long seen, Duration patience) throws InterruptedException {
    long end = System.nanoTime() + patience.toNanos();
    while (printed <= after && version == seen && !state.ended()) {
      long left = (end - System.nanoTime()) / 1_000_000;
      if (left <= 0) {
        break;
      }
      wait(left);
    }
    List<Line> fresh = new ArrayList<>();
    for (Line line : lines) {
      if (line.number() > after) {
        fresh.add(line);
      }
    }
    return new News(fresh, version, state.ended());
  }

  /** Waits until it has ended, or the time is over. */
  synchronized void await(Duration patience) throws InterruptedException {
    long end = System.nanoTime() + patience.toNanos();
    while (!state.ended()) {
      long left = (end - System.nanoTime()) / 1_000_000;
      if (left <= 0) {
        return;
      }
      wait(left);
    }
  }

  /** As it is for somebody, who may have left it. */
  synchronized BuildView view(String id, boolean left) {
    Workshop.Made result = made;
    return new BuildView(
        id,
        left ? State.CANCELLED.word() : state.word(),
        name,
        digest,
        result == null ? "" : result.image(),
        result != null && result.cached(),
        left ? "" : step,
        percent,
        result == null ? List.of() : result.stages(),
        result == null ? 0 : result.bytes(),
        result == null ? 0 : result.seconds(),
        left ? Optional.empty() : Optional.ofNullable(problem));
  }
}
