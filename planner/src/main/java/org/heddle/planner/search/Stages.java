package org.heddle.planner.search;

import java.util.ArrayList;
import java.util.List;
import org.heddle.planner.instance.Instance;
import org.heddle.planner.order.OrderLimits;

/**
 * Goals one after the other. Goals that are sums over machines are one number for {@link Parts};
 * fewest hosts and balance are reached by closing hosts and by lowering what may be used of them,
 * and hold for the goals behind them.
 */
final class Stages {
  private static final int HALVINGS = 14;
  private static final long FIRST_BUDGET = 2_000_000;
  private static final long MILLION = 1_000_000;

  private final Instance instance;
  private final List<Goal> goals;
  private final SearchLimits limits;
  private final Pricing pricing;

  /** The instance with nothing held; of its columns alone. */
  private final Dense whole;

  private final boolean sumsFirst;
  private final List<Goal> sums;

  /** The best so far, and what is held for the rest. */
  private int[] placement = new int[0];

  private boolean[] closed;
  private long share = MILLION;
  private long cost;

  Stages(Instance instance, List<Goal> goals, SearchLimits limits, OrderLimits order) {
    this.instance = instance;
    this.goals = List.copyOf(goals);
    this.limits = limits;
    sumsFirst = isSum(goals.getFirst());
    sums = new ArrayList<>(goals.stream().filter(Stages::isSum).distinct().toList());
    if (sums.isEmpty()) {
      sums.add(Goal.MOVED_MEMORY);
      sums.add(Goal.MOVES);
    }
    pricing = new Pricing(instance, sums, order);
    whole = Preparation.of(instance, pricing);
    closed = new boolean[instance.hosts()];
  }

  private static boolean isSum(Goal goal) {
    return switch (goal) {
      case MOVED_MEMORY, MOVES, SOONEST_END -> true;
      case HOSTS_USED, BALANCE -> false;
    };
  }

  Outcome run() {
    Dense dense = whole;
    if (!dense.contradictions.isEmpty()) {
      return new Outcome.Refused(true, dense.contradictions);
    }
    List<Goal> shaped = goals.stream().filter(goal -> !isSum(goal)).distinct().toList();
    SearchLimits first = shaped.isEmpty() ? limits : limits.withIterations(limits.iterations() / 2);
    Parts parts = new Parts(dense, pricing, sumsFirst ? first : quick(0), true);
    parts.run();
    if (!sumsFirst && parts.placement == null && limits.iterations() > 0) {
      // anew: the counters of its rules are those of the first search
      Dense again = Preparation.of(instance, pricing);
      parts = new Parts(again, pricing, quick(Math.min(limits.iterations(), FIRST_BUDGET)), true);
      parts.run();
    }
    int[] found = parts.placement;
    if (found == null) {
      return new Conflicts(instance, pricing, limits).explain(parts.exhausted());
    }
    placement = found;
    cost = parts.cost();
    shapes();
    boolean exact = !shaped.isEmpty() && Solver.small(dense) && exhausted();
    State state = shaped.isEmpty() ? parts.state() : new State(held(share));
    placement = Sooner.change(state, placement, limits.stop());
    return outcome(dense, parts.bound(), exact);
  }

  /** Shapes are reached one after the other; sums that stand behind one are made small again. */
  private void shapes() {
    boolean shaped = false;
    for (Goal goal : goals.stream().distinct().toList()) {
      if (isSum(goal)) {
        if (shaped) {
          polish();
        }
        shaped = false;
      } else {
        shape(goal);
        shaped = true;
        if (goal.equals(goals.getFirst())) {
          limits.progress().report(value(goal), bound(goal));
        }
      }
    }
    if (shaped) {
      polish();
    }
  }

  /** Tries everything, for all goals at once; whether it came to the end. */
  private boolean exhausted() {
    if (limits.iterations() == 0) {
      return false;
    }
    Dense dense = Preparation.of(instance, pricing);
    State state = new State(dense);
    Ranks ranks = new Ranks(state, goals, pricing);
    state.restore(placement);
    ranks.found(state.cost());
    state.clear();
    Tree tree = new Tree(state, limits.stop());
    long nodes = Math.min(Solver.SMALL_NODES, limits.iterations());
    Tree.End end = tree.solve(state.homeless(), dense.everyHost(), ranks, nodes);
    if (state.complete()) {
      placement = state.at.clone();
      cost = state.cost() + dense.constant;
      hold();
    }
    return !dense.chosen && (end == Tree.End.BEST || end == Tree.End.NONE);
  }

  /** Shapes are what they are in the placement. */
  private void hold() {
    boolean[] used = used();
    for (int h = 0; h < closed.length; h++) {
      closed[h] = goals.contains(Goal.HOSTS_USED) && !used[h];
    }
    share = goals.contains(Goal.BALANCE) ? value(Goal.BALANCE) : MILLION;
  }

  /** Limits for a first placement, of which nobody is told. */
  private SearchLimits quick(long iterations) {
    return limits.withIterations(iterations).with((SearchLimits.Progress) (_, _) -> {});
  }

  /** The same where there is an answer already. */
  private SearchLimits further(long iterations) {
    return quick(iterations).with(limits.stop());
  }

  private Outcome outcome(Dense dense, long sumBound, boolean exact) {
    Goal goal = goals.getFirst();
    long objective = sumsFirst ? cost / pricing.scale : value(goal);
    long bound = exact ? objective : sumsFirst ? sumBound : Math.min(objective, bound(goal));
    return new Outcome.Found(Arrangements.of(dense, placement), objective, bound);
  }

  private void shape(Goal goal) {
    switch (goal) {
      case HOSTS_USED -> consolidate(ceiling(goal));
      case BALANCE -> balance(ceiling(goal));
      case MOVED_MEMORY, MOVES, SOONEST_END -> {
        // a sum: in the costs
      }
    }
  }

  /** The instance with what is held. */
  private Dense held(long withShare) {
    Dense dense = Preparation.of(instance, pricing);
    for (int h = 0; h < dense.hosts; h++) {
      dense.shut[h] |= closed[h];
      dense.plain[h] &= !closed[h];
    }
    for (int i = 0; i < dense.usable.length; i++) {
      dense.usable[i] = (long) ((double) dense.usable[i] * withShare / MILLION + 1e-9);
    }
    return dense;
  }

  /** What may be paid for the goal: the sums that stand before it get no worse. */
  private long ceiling(Goal goal) {
    int before =
        (int)
            sums.stream()
                .filter(sum -> goals.contains(sum) && goals.indexOf(sum) < goals.indexOf(goal))
                .count();
    return pricing.ceiling(cost, before);
  }

  private void consolidate(long ceiling) {
    Consolidation consolidation = new Consolidation(held(share), placement, ceiling, limits);
    consolidation.run();
    placement = consolidation.placement();
    cost = cost(held(share));
    boolean[] used = used();
    for (int h = 0; h < closed.length; h++) {
      closed[h] |= !used[h];
    }
  }

  private long cost(Dense dense) {
    long sum = dense.constant;
    for (int u = 0; u < placement.length; u++) {
      sum += dense.cost(u, placement[u]);
    }
    return sum;
  }

  private boolean[] used() {
    boolean[] used = new boolean[instance.hosts()];
    for (int h : placement) {
      used[h] = true;
    }
    return used;
  }

  /** Halves the interval of the largest share that must be used. */
  private void balance(long ceiling) {
    long low = bound(Goal.BALANCE);
    long high = Math.max(low, value(Goal.BALANCE));
    long tries = Math.max(1_000, limits.iterations() / (2 * HALVINGS));
    for (int i = 0; i < HALVINGS && low < high && !limits.stop().getAsBoolean(); i++) {
      long middle = low + (high - low) / 2;
      Dense dense = held(middle);
      Solver solver = new Solver(dense, pricing.scale, further(Math.min(tries, FIRST_BUDGET)));
      solver.atMost(ceiling);
      int[] found = solver.placement;
      if (found != null && solver.cost() <= ceiling) {
        placement = found;
        cost = solver.cost();
        high = Math.max(low, Math.min(middle, value(Goal.BALANCE)));
      } else {
        low = middle + 1;
      }
    }
    share = Math.min(share, Math.max(value(Goal.BALANCE), low));
  }

  /** The sums behind fewest hosts or balance, which hold. */
  private void polish() {
    Dense dense = held(share);
    Parts parts = new Parts(dense, pricing, further(limits.iterations()), false);
    parts.startFrom(placement);
    parts.run();
    int[] found = parts.placement;
    if (found != null) {
      placement = found;
      cost = parts.cost();
    }
  }

  private long value(Goal goal) {
    return switch (goal) {
      case HOSTS_USED -> Shapes.used(whole, placement);
      case BALANCE -> Shapes.largestShare(whole, placement);
      case MOVED_MEMORY, MOVES, SOONEST_END -> cost / pricing.scale;
    };
  }

  private long bound(Goal goal) {
    return switch (goal) {
      case HOSTS_USED -> Shapes.fewestHosts(whole);
      case BALANCE -> Shapes.leastShare(whole);
      case MOVED_MEMORY, MOVES, SOONEST_END -> 0;
    };
  }
}
