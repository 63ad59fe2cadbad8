package org.heddle.planner.order;

import java.util.Arrays;
import java.util.List;

/**
 * Plays migrations over shared links: each starts at its time, or as soon as others have ended;
 * rates are max-min fair on every link direction of their paths and change whenever a migration
 * starts or ends. Quadratic in the number of migrations: for judging the model and for looking at
 * plans; {@link Order} itself gives each migration a rate that it keeps.
 */
public final class Forecast {
  private static final double DONE = 1e-9;

  /**
   * A migration.
   *
   * @param up the link by which it leaves its host, -1 for none
   * @param down the link by which it comes to its new host, -1 for none
   * @param earliestSeconds it does not start before
   * @param after positions of the migrations that must have ended
   */
  public record Flow(
      MigrationLoad load, int up, int down, double earliestSeconds, List<Integer> after) {
    public Flow {
      after = List.copyOf(after);
    }
  }

  /** When a migration starts and ends. */
  public record Span(double startSeconds, double endSeconds) {
    public double seconds() {
      return endSeconds - startSeconds;
    }
  }

  private final MigrationModel model;
  private final double[] linkMbitPerS;
  private final List<Flow> flows;
  private final double[] work;
  private final double[] setup;
  private final double[] start;
  private final double[] end;
  private final double[] rate;
  private double now;

  private Forecast(MigrationModel model, double[] linkMbitPerS, List<Flow> flows) {
    this.model = model;
    this.linkMbitPerS = linkMbitPerS;
    this.flows = flows;
    int n = flows.size();
    work = new double[n];
    setup = new double[n];
    start = filled(n);
    end = filled(n);
    rate = new double[n];
  }

  private static double[] filled(int n) {
    double[] times = new double[n];
    Arrays.fill(times, Double.POSITIVE_INFINITY);
    return times;
  }

  /**
   * @param linkMbitPerS of each link, in each direction
   * @return spans in the order of the flows
   * @throws IllegalArgumentException when migrations wait for each other in a circle
   */
  public static List<Span> of(MigrationModel model, double[] linkMbitPerS, List<Flow> flows) {
    Forecast forecast = new Forecast(model, linkMbitPerS.clone(), List.copyOf(flows));
    forecast.play();
    return java.util.stream.IntStream.range(0, flows.size())
        .mapToObj(i -> new Span(forecast.start[i], forecast.end[i]))
        .toList();
  }

  private void play() {
    int left = flows.size();
    while (left > 0) {
      startWhatMay();
      share();
      double step = nextEvent() - now;
      if (Double.isInfinite(step)) {
        throw new IllegalArgumentException("migrations wait for each other in a circle");
      }
      now += step;
      for (int i = 0; i < flows.size(); i++) {
        if (active(i) && advance(i, step)) {
          end[i] = now;
          left--;
        }
      }
    }
  }

  private boolean active(int i) {
    return start[i] <= now && Double.isInfinite(end[i]);
  }

  private boolean advance(int i, double step) {
    if (work[i] > DONE) {
      work[i] -= step * model.progress(flows.get(i).load(), rate[i]);
      return work[i] <= DONE && setup[i] <= DONE;
    }
    setup[i] -= step;
    return setup[i] <= DONE;
  }

  private void startWhatMay() {
    for (int i = 0; i < flows.size(); i++) {
      Flow flow = flows.get(i);
      if (Double.isInfinite(start[i])
          && flow.earliestSeconds() <= now + DONE
          && flow.after().stream().allMatch(each -> end[each] <= now)) {
        start[i] = now;
        work[i] = model.workMiB(flow.load());
        setup[i] = model.setupSeconds();
      }
    }
  }

  private double nextEvent() {
    double next = Double.POSITIVE_INFINITY;
    for (int i = 0; i < flows.size(); i++) {
      if (active(i)) {
        double lasts =
            work[i] > DONE ? work[i] / model.progress(flows.get(i).load(), rate[i]) : setup[i];
        next = Math.min(next, now + lasts);
      } else if (Double.isInfinite(start[i]) && flows.get(i).earliestSeconds() > now + DONE) {
        next = Math.min(next, flows.get(i).earliestSeconds());
      }
    }
    return next;
  }

  /** Progressive filling: the tightest link direction fixes the rate of those that use it. */
  private void share() {
    double[] room = capacities();
    boolean[] open = new boolean[flows.size()];
    int[] users = new int[room.length];
    for (int i = 0; i < open.length; i++) {
      open[i] = active(i);
      if (open[i]) {
        count(users, i, 1);
      }
    }
    for (int tightest = tightest(room, users); tightest >= 0; tightest = tightest(room, users)) {
      double share = room[tightest] / users[tightest];
      for (int i = 0; i < open.length; i++) {
        if (open[i] && uses(i, tightest)) {
          open[i] = false;
          rate[i] = share;
          take(room, i, share);
          count(users, i, -1);
        }
      }
    }
    for (int i = 0; i < open.length; i++) {
      if (open[i]) {
        rate[i] = Double.MAX_VALUE;
      }
    }
  }

  /** Of direction 2 * link (up) and 2 * link + 1 (down). */
  private double[] capacities() {
    double[] room = new double[linkMbitPerS.length * 2];
    for (int link = 0; link < linkMbitPerS.length; link++) {
      room[2 * link] = model.goodput(linkMbitPerS[link]);
      room[2 * link + 1] = room[2 * link];
    }
    for (int i = 0; i < flows.size(); i++) {
      int up = flows.get(i).up();
      if (active(i) && up >= 0) {
        room[2 * up + 1] = room[2 * up] * model.receivingWhileSending(linkMbitPerS[up]);
      }
    }
    return room;
  }

  private static int tightest(double[] room, int[] users) {
    int best = -1;
    for (int d = 0; d < room.length; d++) {
      if (users[d] > 0 && (best < 0 || room[d] * users[best] < room[best] * users[d])) {
        best = d;
      }
    }
    return best;
  }

  private boolean uses(int i, int direction) {
    Flow flow = flows.get(i);
    return direction % 2 == 0 ? flow.up() == direction / 2 : flow.down() == direction / 2;
  }

  private void take(double[] room, int i, double share) {
    Flow flow = flows.get(i);
    if (flow.up() >= 0) {
      room[2 * flow.up()] = Math.max(0, room[2 * flow.up()] - share);
    }
    if (flow.down() >= 0) {
      room[2 * flow.down() + 1] = Math.max(0, room[2 * flow.down() + 1] - share);
    }
  }

  private void count(int[] users, int i, int change) {
    Flow flow = flows.get(i);
    if (flow.up() >= 0) {
      users[2 * flow.up()] += change;
    }
    if (flow.down() >= 0) {
      users[2 * flow.down() + 1] += change;
    }
  }
}
