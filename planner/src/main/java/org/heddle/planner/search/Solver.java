package org.heddle.planner.search;

import java.util.SplittableRandom;
import org.jspecify.annotations.Nullable;

/**
 * The search for goals that are sums over units: greedy, repair, exhaustive search where it is
 * small, else prices, annealing over patterns and neighbourhoods in turn until the bound is met or
 * the limits end it. Where the limits are too small for annealing, neighbourhoods alone.
 */
final class Solver {
  private static final int SMALL_UNITS = 40;
  private static final int SMALL_HOSTS = 24;
  static final long SMALL_NODES = 150_000;
  private static final int FIRST_MOVES = 1_500;
  private static final long LEAST_MOVES = 200_000;

  /** A second goal is polished for so many units of work once the first is proven. */
  private static final long POLISH = 400_000;

  private final Dense dense;
  private final long scale;
  private final long seed;
  private final SearchLimits limits;
  private final SearchLimits.Progress progress;
  private final SplittableRandom random;
  private long budget;

  /** A placement that costs no more than this is enough. */
  private long enough = -1;

  /** What repairing may cost; it is not counted among the iterations unless it is bounded. */
  private long repairs = Long.MAX_VALUE;

  /** Nodes of the exhaustive search and of bounded repairs. */
  private long spent;

  private final State state;
  private final Greedy greedy;

  /** The best complete placement so far. */
  int @Nullable [] placement;

  private long best = Long.MAX_VALUE;
  private long bound;

  /** Bound of all goals together. */
  private long wholeBound;

  /** Whether the search has seen everything: no placement exists, or none is better. */
  private boolean exhausted;

  Solver(Dense dense, long scale, SearchLimits limits) {
    this.dense = dense;
    this.scale = scale;
    this.seed = limits.seed();
    this.limits = limits;
    this.progress = limits.progress();
    this.budget = limits.iterations();
    random = new SplittableRandom(seed);
    state = new State(dense);
    greedy = new Greedy(dense, state, this::ended);
  }

  /** Value of the first goal of the best placement, {@link Long#MAX_VALUE} when there is none. */
  long objective() {
    return placement == null ? Long.MAX_VALUE : best / scale;
  }

  long bound() {
    return Math.min(bound, objective());
  }

  /** Of the placements that it tried. */
  State state() {
    return state;
  }

  boolean exhausted() {
    return exhausted;
  }

  /** Cost of all goals together of the best placement. */
  long cost() {
    return best;
  }

  /** Takes a complete placement that is known. */
  void startFrom(int[] known) {
    state.restore(known);
    keepIfBetter();
    state.clear();
  }

  /** Repairing counts too. */
  void boundRepairs() {
    repairs = budget;
  }

  /** Nodes visited by the exhaustive search and by repairs. */
  long spent() {
    return spent;
  }

  /** Ends as soon as there is any placement. */
  void feasible() {
    atMost(Long.MAX_VALUE);
  }

  /** Ends as soon as there is a placement that costs no more, or it is known that none does. */
  void atMost(long cost) {
    enough = cost;
    run();
  }

  void run() {
    greedy.keep();
    wholeBound = (dense.chosen ? greedy.base() : greedy.bound()) + dense.constant;
    bound = wholeBound / scale;
    greedy.fill();
    keepIfBetter();
    if (placement == null && repaired()) {
      keepIfBetter();
    }
    if (done()) {
      return;
    }
    if (small(dense) && (exhaust() || done())) {
      return;
    }
    if (dense.units > 0) {
      improve();
    }
  }

  /** Whether everything is tried. */
  static boolean small(Dense dense) {
    return dense.units <= SMALL_UNITS && dense.hosts <= SMALL_HOSTS;
  }

  private boolean repaired() {
    Repair repair = new Repair(state, greedy, random, this::ended, repairs);
    boolean complete = repair.run();
    spent += repairs - repair.nodesLeft();
    repairs = repairs == Long.MAX_VALUE ? repairs : repair.nodesLeft();
    return complete;
  }

  /** Whether the caller has waited long enough: with an answer, or for one. */
  private boolean ended() {
    return (placement == null ? limits.giveUp() : limits.stop()).getAsBoolean();
  }

  private boolean done() {
    boolean reached = placement != null && (best <= enough || best <= wholeBound);
    boolean hopeless = enough >= 0 && wholeBound > enough;
    return reached || hopeless || budget <= 0 || ended();
  }

  /** The state as it is becomes the answer if it is complete and cheaper. */
  private void keepIfBetter() {
    long cost = state.cost() + dense.constant;
    if (state.complete() && cost < best) {
      placement = state.at.clone();
      best = cost;
      progress.report(objective(), bound());
    }
  }

  private void raise(long newBound) {
    if (newBound > bound && !dense.chosen) {
      bound = newBound;
      wholeBound = Math.max(wholeBound, bound * scale);
      progress.report(objective(), bound());
    }
  }

  /** Tries everything; whether it came to the end. */
  private boolean exhaust() {
    state.clear();
    int[] hosts = dense.everyHost();
    long limit = placement == null ? Long.MAX_VALUE : best - dense.constant;
    Tree tree = new Tree(state, this::ended);
    long nodes = Math.min(SMALL_NODES, budget);
    Tree.End end = tree.solve(state.homeless(), hosts, limit, nodes);
    budget -= nodes - tree.nodesLeft();
    spent += nodes - tree.nodesLeft();
    keepIfBetter();
    exhausted = !dense.chosen && (end == Tree.End.BEST || end == Tree.End.NONE);
    if (exhausted && placement != null) {
      raise(best / scale);
    }
    return exhausted;
  }

  private void improve() {
    state.clear();
    Patterns patterns = new Patterns(state, scale, seed, this::ended);
    boolean wide = patterns.usable() && budget >= LEAST_MOVES;
    if (wide) {
      long known = placement == null ? Long.MAX_VALUE : objective() - patterns.fixed();
      patterns.price(known);
      raise(patterns.bound());
    }
    Neighbourhood neighbourhood = new Neighbourhood(state, random, this::ended);
    long moves = Math.max(LEAST_MOVES, (long) FIRST_MOVES * dense.hosts);
    long polish = POLISH;
    while (!done() && polish > 0) {
      long before = budget;
      if (wide && objective() > bound) {
        budget -= Math.max(1, moves);
        anneal(patterns, moves);
        moves += moves / 2;
      }
      if (placement != null && !done()) {
        state.restore(placement);
        budget -= 1 + neighbourhood.run(Math.min(budget, moves));
        keepIfBetter();
      } else if (placement == null && !ended()) {
        budget -= LEAST_MOVES;
        retry();
      }
      if (objective() <= bound) {
        polish -= before - budget;
      }
    }
  }

  private void anneal(Patterns patterns, long moves) {
    Pool.Pattern[] chosen = patterns.next(moves);
    if (placement != null && ended()) {
      return;
    }
    state.clear();
    patterns.deal(chosen, state);
    greedy.fill();
    if (!state.complete() && !repaired()) {
      return;
    }
    keepIfBetter();
  }

  /** Another start for the greedy placement: some units are put elsewhere at random first. */
  private void retry() {
    state.clear();
    for (int i = 0; i < dense.units / 4 + 1 && dense.hosts > 0; i++) {
      int u = random.nextInt(dense.units);
      int h = random.nextInt(dense.hosts);
      if (state.at[u] < 0 && state.allows(u, h)) {
        state.place(u, h);
      }
    }
    greedy.stayAll();
    greedy.fill();
    if (state.complete() || repaired()) {
      keepIfBetter();
    }
  }
}
