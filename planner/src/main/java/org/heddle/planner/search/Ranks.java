package org.heddle.planner.search;

import java.util.Arrays;
import java.util.List;

/**
 * Placements ranked by a list of goals, the first counts most: sums and shapes in any order. Of a
 * placement that is not complete every number is a lower bound, since machines that are added use
 * no fewer hosts, leave no host emptier and cost no less.
 */
final class Ranks implements Tree.Ranking {
  private final State state;
  private final List<Goal> goals;
  private final Pricing pricing;
  private final long fewestHosts;
  private final long leastShare;
  private long[] best;

  /**
   * @param state of which the placement is ranked
   * @param goals sums among them in the order of the pricing
   */
  Ranks(State state, List<Goal> goals, Pricing pricing) {
    this.state = state;
    this.goals = goals.stream().distinct().toList();
    this.pricing = pricing;
    fewestHosts = Shapes.fewestHosts(state.dense);
    leastShare = Shapes.leastShare(state.dense);
    best = new long[] {Long.MAX_VALUE};
  }

  @Override
  public boolean hopeless(long least) {
    return Arrays.compare(numbers(least), best) >= 0;
  }

  @Override
  public void found(long cost) {
    best = numbers(cost);
  }

  private long[] numbers(long cost) {
    long[] numbers = new long[goals.size() + 1];
    int sums = 0;
    for (int g = 0; g < goals.size(); g++) {
      numbers[g] =
          switch (goals.get(g)) {
            case HOSTS_USED -> Math.max(fewestHosts, used());
            case BALANCE -> Math.max(leastShare, Shapes.largestShare(state.dense, state.at));
            case MOVED_MEMORY, MOVES, SOONEST_END ->
                pricing.ceiling(cost + state.dense.constant, ++sums);
          };
    }
    numbers[goals.size()] = cost; // between equals
    return numbers;
  }

  private long used() {
    long used = 0;
    for (int count : state.count) {
      used += count > 0 ? 1 : 0;
    }
    return used;
  }
}
