package org.heddle.planner.search;

import java.util.ArrayList;
import java.util.List;
import org.heddle.planner.instance.Instance;

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
  private final boolean sumsFirst;

  /** The best so far, and what is held for the rest. */
  private int[] placement = new int[0];

  private boolean[] closed;
  private long share = MILLION;
  private long cost;

  Stages(Instance instance, List<Goal> goals, SearchLimits limits) {
    this.instance = instance;
    this.goals = List.copyOf(goals);
    this.limits = limits;
    sumsFirst = isSum(goals.getFirst());
    List<Goal> sums = new ArrayList<>(goals.stream().filter(Stages::isSum).distinct().toList());
    if (sums.isEmpty()) {
      sums.add(Goal.MOVED_MEMORY);
      sums.add(Goal.MOVES);
    }
    pricing = new Pricing(instance, sums);
    closed = new boolean[instance.hosts()];
  }

  private static boolean isSum(Goal goal) {
    return switch (goal) {
      case MOVED_MEMORY, MOVES, SOONEST_END -> true;
      case HOSTS_USED, BALANCE -> false;
    };
  }

  Outcome run() {
    Dense dense = Preparation.of(instance, pricing);
    if (!dense.contradictions.isEmpty()) {
      return new Outcome.Refused(true, dense.contradictions);
    }
    List<Goal> shaped = goals.stream().filter(goal -> !isSum(goal)).distinct().toList();
    SearchLimits first = shaped.isEmpty() ? limits : limits.withIterations(limits.iterations() / 2);
    Parts parts = new Parts(dense, pricing, sumsFirst ? first : quick(0), true);
    parts.run();
    if (!sumsFirst && parts.placement == null && limits.iterations() > 0) {
      parts = new Parts(dense, pricing, quick(Math.min(limits.iterations(), FIRST_BUDGET)), true);
      parts.run();
    }
    int[] found = parts.placement;
    if (found == null) {
      return new Conflicts(instance, pricing, limits).explain(parts.exhausted());
    }
    placement = found;
    cost = parts.cost();
    for (Goal goal : shaped) {
      shape(goal);
      if (!sumsFirst && goal.equals(goals.getFirst())) {
        limits.progress().report(value(goal), bound(goal));
      }
    }
    if (!sumsFirst) {
      polish();
    }
    if (limits.iterations() > 0) {
      placement = Sooner.change(held(share), placement, limits.stop());
    }
    return outcome(dense, parts.bound());
  }

  /** Limits for a first placement, of which nobody is told. */
  private SearchLimits quick(long iterations) {
    return limits.withIterations(iterations).with((SearchLimits.Progress) (_, _) -> {});
  }

  private Outcome outcome(Dense dense, long sumBound) {
    Goal goal = goals.getFirst();
    long objective = sumsFirst ? cost / pricing.scale : value(goal);
    long bound = sumsFirst ? sumBound : Math.min(objective, bound(goal));
    return new Outcome.Found(Arrangements.of(dense, placement), objective, bound);
  }

  private void shape(Goal goal) {
    switch (goal) {
      case HOSTS_USED -> consolidate();
      case BALANCE -> balance();
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

  private long ceiling() {
    return sumsFirst ? cost : Long.MAX_VALUE;
  }

  private void consolidate() {
    Consolidation consolidation = new Consolidation(held(share), placement, ceiling(), limits);
    consolidation.run();
    placement = consolidation.placement();
    boolean[] used = used();
    for (int h = 0; h < closed.length; h++) {
      closed[h] |= !used[h];
    }
  }

  private boolean[] used() {
    boolean[] used = new boolean[instance.hosts()];
    for (int h : placement) {
      used[h] = true;
    }
    return used;
  }

  /** Halves the interval of the largest share that must be used. */
  private void balance() {
    long low = bound(Goal.BALANCE);
    long high = Math.max(low, value(Goal.BALANCE));
    long tries = Math.max(1_000, limits.iterations() / (2 * HALVINGS));
    for (int i = 0; i < HALVINGS && low < high && !limits.stop().getAsBoolean(); i++) {
      long middle = low + (high - low) / 2;
      Dense dense = held(middle);
      Solver solver = new Solver(dense, pricing.scale, quick(Math.min(tries, FIRST_BUDGET)));
      solver.feasible();
      int[] found = solver.placement;
      if (found != null && solver.cost() <= ceiling()) {
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
    Parts parts = new Parts(dense, pricing, quick(limits.iterations()), false);
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
      case HOSTS_USED -> Shapes.used(Preparation.of(instance, pricing), placement);
      case BALANCE -> Shapes.largestShare(Preparation.of(instance, pricing), placement);
      case MOVED_MEMORY, MOVES, SOONEST_END -> cost / pricing.scale;
    };
  }

  private long bound(Goal goal) {
    return switch (goal) {
      case HOSTS_USED -> Shapes.fewestHosts(Preparation.of(instance, pricing));
      case BALANCE -> Shapes.leastShare(Preparation.of(instance, pricing));
      case MOVED_MEMORY, MOVES, SOONEST_END -> 0;
    };
  }
}
