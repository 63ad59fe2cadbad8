package org.heddle.planner.search;

import java.util.Arrays;
import java.util.SplittableRandom;

/**
 * Fewer hosts: those that are emptied with least are emptied, one after the other, into the hosts
 * that are used anyway; a first-fit-decreasing placement is taken instead where it needs fewer.
 */
final class Consolidation {
  /** Hosts in a row that could not be emptied, until it is given up. */
  private static final int FAILURES = 150;

  /** The same when a first answer is all that is asked for. */
  private static final int FEW_FAILURES = 5;

  private static final long MOST_EXCHANGES = 50_000;

  private final Dense dense;
  private final State state;
  private final Greedy greedy;
  private final long ceiling;
  private final SearchLimits limits;
  private final SplittableRandom random;
  private final boolean[] shutAtFirst;
  private int[] best;

  /**
   * @param placement complete
   * @param ceiling costs may not be above it
   */
  Consolidation(Dense dense, int[] placement, long ceiling, SearchLimits limits) {
    this.dense = dense;
    this.ceiling = ceiling;
    this.limits = limits;
    random = new SplittableRandom(limits.seed());
    shutAtFirst = dense.shut.clone();
    state = new State(dense);
    greedy = new Greedy(dense, state, limits.stop());
    state.restore(placement);
    best = placement.clone();
  }

  int[] placement() {
    return best;
  }

  void run() {
    empty();
    boolean time = limits.iterations() > 0;
    if (time && ceiling == Long.MAX_VALUE && !limits.stop().getAsBoolean()) {
      int[] kept = best;
      long hosts = Shapes.used(dense, best);
      packAnew();
      if (state.complete()) {
        best = state.at.clone();
        empty();
      }
      if (Shapes.used(dense, best) >= hosts) {
        best = kept;
      }
      chooseHosts();
    }
    System.arraycopy(shutAtFirst, 0, dense.shut, 0, dense.shut.length);
  }

  /** As many hosts, but those that need least to be moved. */
  private void chooseHosts() {
    System.arraycopy(shutAtFirst, 0, dense.shut, 0, dense.shut.length);
    state.restore(best);
    for (int h = 0; h < dense.hosts; h++) {
      dense.shut[h] |= state.count[h] == 0;
    }
    long tries = Math.min(MOST_EXCHANGES, limits.iterations());
    new HostChoice(state, greedy, shutAtFirst, tries, limits.stop()).run();
    best = state.at.clone();
  }

  private void packAnew() {
    System.arraycopy(shutAtFirst, 0, dense.shut, 0, dense.shut.length);
    state.clear();
    greedy.fillTight();
    if (!state.complete()) {
      new Repair(state, greedy, random, limits.stop(), Long.MAX_VALUE).run();
    }
  }

  /** Empties what can be emptied of the state, which is {@link #best}. */
  private void empty() {
    long fewest = Shapes.fewestHosts(dense);
    int used = 0;
    for (int h = 0; h < dense.hosts; h++) {
      used += state.count[h] > 0 ? 1 : 0;
      dense.shut[h] |= state.count[h] == 0;
    }
    int failures = 0;
    int patience = limits.iterations() > 0 ? FAILURES : FEW_FAILURES;
    boolean progress = true;
    while (progress && used > fewest) {
      progress = false;
      for (int h : leastFirst()) {
        if (used <= fewest || failures > patience || limits.stop().getAsBoolean()) {
          return;
        }
        if (state.count[h] > 0 && !dense.mustUse[h]) {
          boolean done = close(h);
          used -= done ? 1 : 0;
          failures = done ? 0 : failures + 1;
          progress |= done;
        }
      }
    }
  }

  private int[] leastFirst() {
    double[] load = new double[dense.hosts];
    for (int u = 0; u < dense.units; u++) {
      load[state.at[u]] += dense.size[u];
    }
    return java.util.stream.IntStream.range(0, dense.hosts)
        .filter(h -> state.count[h] > 0)
        .boxed()
        .sorted((a, b) -> Double.compare(load[a], load[b]))
        .mapToInt(h -> h)
        .toArray();
  }

  private boolean close(int host) {
    int[] units = state.on(host);
    dense.shut[host] = true;
    for (int u : units) {
      state.remove(u);
    }
    Integer[] order = Arrays.stream(units).boxed().toArray(Integer[]::new);
    Arrays.sort(order, (a, b) -> Double.compare(dense.size[b], dense.size[a]));
    int placed = 0;
    while (placed < order.length && place(order[placed])) {
      placed++;
    }
    boolean done = placed == order.length;
    if (!done) {
      done = new Repair(state, greedy, random, limits.stop(), Long.MAX_VALUE).run();
    }
    if (done && state.complete() && cost() <= ceiling) {
      best = state.at.clone();
      return true;
    }
    dense.shut[host] = false;
    state.restore(best);
    return false;
  }

  private long cost() {
    return ceiling == Long.MAX_VALUE ? 0 : state.cost() + dense.constant;
  }

  private boolean place(int unit) {
    int host = greedy.bestHost(unit);
    if (host >= 0) {
      state.place(unit, host);
    }
    return host >= 0;
  }
}
