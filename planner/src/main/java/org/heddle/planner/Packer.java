package org.heddle.planner;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Random;
import org.jspecify.annotations.Nullable;

/**
 * Finds places for a set of items: greedy first, then a bounded exact search, then repair of a
 * partial placement by emptying two hosts at a time and filling them anew. The same means make a
 * placement cheaper.
 */
final class Packer {
  /** Nodes of a tree search for one iteration of the limits. */
  private static final int NODES_PER_ITERATION = 20;

  /** All tree searches of one planning together, as a multiple of what one may take. */
  private static final int SEARCHES = 6;

  /** Nodes for one small search within an improvement. */
  private static final int NODES_PER_IMPROVEMENT = 200;

  /** How many times an improvement tries, as a share of the iterations. */
  private static final int ITERATIONS_PER_IMPROVEMENT = 10;

  private final Floor floor;
  private final Random random;
  private final int iterations;
  private long nodesLeft;

  Packer(Floor floor, Limits limits) {
    this.floor = floor;
    this.random = new Random(limits.seed());
    this.iterations = Math.max(0, limits.iterations());
    this.nodesLeft = (long) iterations * NODES_PER_ITERATION * SEARCHES;
  }

  /** Everything at home that may stay there, then the others by first fit decreasing. */
  Assignment keepFirst(Assignment start) {
    Assignment a = start.copy();
    for (int i : decreasing(a, item -> item.running && item.mayStayHome())) {
      if (a.fits(i, a.items().get(i).home)) {
        a.place(i, a.items().get(i).home);
      }
    }
    for (int i : decreasing(a, Item::mayStayHome)) {
      if (a.fits(i, a.items().get(i).home)) {
        a.place(i, a.items().get(i).home);
      }
    }
    fillDecreasing(a);
    return a;
  }

  /** First fit decreasing; each item asks for its home first. */
  void fillDecreasing(Assignment a) {
    for (int i : decreasing(a, _ -> true)) {
      a.placeFirstFit(i);
    }
  }

  /** A complete placement, or null when none was found. */
  @Nullable Assignment place(List<Item> items) {
    Assignment empty = new Assignment(items, floor);
    Assignment kept = keepFirst(empty);
    if (kept.complete()) {
      return kept;
    }
    Assignment filled = empty.copy();
    fillDecreasing(filled);
    if (filled.complete()) {
      return filled;
    }
    int[] order = order(items);
    TreeSearch search = search(empty, order, Long.MAX_VALUE, share());
    int[] hosts = search.first();
    nodesLeft -= search.nodes();
    if (hosts != null) {
      return with(empty, order, hosts);
    }
    return search.exhausted() ? null : repair(kept.missing() < filled.missing() ? kept : filled);
  }

  /** At least as cheap as the cheaper of the given one and the one that keeps most. */
  Assignment cheapest(Assignment found) {
    Assignment empty = new Assignment(found.items(), floor);
    Assignment kept = keepFirst(empty);
    Assignment best = kept.complete() && kept.cost() <= found.cost() ? kept : found;
    if (best.cost() == leastCost(found.items())) {
      return best;
    }
    int[] order = order(found.items());
    TreeSearch search = search(empty, order, best.cost(), share());
    int[] hosts = search.cheapest();
    nodesLeft -= search.nodes();
    if (hosts != null) {
      best = with(empty, order, hosts);
    }
    return search.exhausted() ? best : improve(best);
  }

  private static long leastCost(List<Item> items) {
    return items.stream().mapToLong(Item::leastCost).sum();
  }

  private long share() {
    return Math.min((long) iterations * NODES_PER_ITERATION, nodesLeft / 2);
  }

  private static TreeSearch search(Assignment rest, int[] order, long bound, long nodes) {
    List<Item> items = new ArrayList<>(order.length);
    for (int i : order) {
      items.add(rest.items().get(i));
    }
    return new TreeSearch(items, rest.freeCopy(), bound, nodes);
  }

  private static Assignment with(Assignment rest, int[] order, int[] hosts) {
    Assignment a = rest.copy();
    for (int k = 0; k < order.length; k++) {
      a.place(order[k], hosts[k]);
    }
    return a;
  }

  /** Empties two hosts and fills them in another order, as long as no more is left over. */
  private @Nullable Assignment repair(Assignment partial) {
    Assignment best = partial;
    double missing = best.missing();
    for (int round = 0; round < iterations && !best.complete(); round++) {
      Assignment trial = best.copy();
      Item stray = anyUnplaced(trial);
      if (stray.hosts.length == 0) {
        return null;
      }
      empty(trial, stray.hosts[random.nextInt(stray.hosts.length)]);
      empty(trial, random.nextInt(floor.size()));
      for (int i : shuffledDecreasing(trial)) {
        trial.placeFirstFit(i);
      }
      double left = trial.missing();
      if (left <= missing) {
        best = trial;
        missing = left;
      }
    }
    return best.complete() ? best : null;
  }

  private Item anyUnplaced(Assignment a) {
    List<Integer> unplaced = decreasing(a, _ -> true);
    return a.items().get(unplaced.get(random.nextInt(unplaced.size())));
  }

  private static void empty(Assignment a, int host) {
    for (int i = 0; i < a.items().size(); i++) {
      if (a.host(i) == host) {
        a.remove(i);
      }
    }
  }

  /** Takes an item that is not at its best place, and finds the best for it and its neighbours. */
  private Assignment improve(Assignment start) {
    Assignment best = start;
    for (int round = 0; round < iterations / ITERATIONS_PER_IMPROVEMENT; round++) {
      List<Integer> dear = dear(best);
      if (dear.isEmpty()) {
        break;
      }
      int away = dear.get(random.nextInt(dear.size()));
      Assignment rest = best.copy();
      int wanted = best.items().get(away).hosts[0];
      int now = best.host(away);
      empty(rest, wanted);
      empty(rest, now);
      empty(rest, random.nextInt(floor.size()));
      int[] order = order(rest);
      TreeSearch search = search(rest, order, best.cost() - rest.cost(), NODES_PER_IMPROVEMENT);
      int[] hosts = search.cheapest();
      if (hosts != null) {
        best = with(rest, order, hosts);
      }
    }
    return best;
  }

  private static List<Integer> dear(Assignment a) {
    List<Integer> dear = new ArrayList<>();
    for (int i = 0; i < a.items().size(); i++) {
      Item item = a.items().get(i);
      if (item.cost[a.host(i)] > item.leastCost()) {
        dear.add(i);
      }
    }
    return dear;
  }

  private interface Choice {
    boolean of(Item item);
  }

  /** Items without a place, in the order of {@link Item#DECREASING}. */
  private static List<Integer> decreasing(Assignment a, Choice choice) {
    List<Integer> order = new ArrayList<>();
    for (int i = 0; i < a.items().size(); i++) {
      if (a.host(i) == Assignment.NOWHERE && choice.of(a.items().get(i))) {
        order.add(i);
      }
    }
    order.sort(Comparator.comparing(i -> a.items().get(i), Item.DECREASING));
    return order;
  }

  private int[] order(List<Item> items) {
    return order(new Assignment(items, floor));
  }

  private static int[] order(Assignment rest) {
    return decreasing(rest, _ -> true).stream().mapToInt(Integer::intValue).toArray();
  }

  private List<Integer> shuffledDecreasing(Assignment a) {
    double[] weight = new double[a.items().size()];
    for (int i = 0; i < weight.length; i++) {
      weight[i] = a.items().get(i).share * (0.5 + random.nextDouble());
    }
    List<Integer> order = decreasing(a, _ -> true);
    order.sort(Comparator.comparingDouble(i -> -weight[i]));
    return order;
  }
}
