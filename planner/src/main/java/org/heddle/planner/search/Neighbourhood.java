package org.heddle.planner.search;

import java.util.Arrays;
import java.util.SplittableRandom;
import java.util.function.BooleanSupplier;

/**
 * Large-neighbourhood search (Shaw 1998): a few hosts around a unit that is not where it costs
 * least are emptied and filled anew by exact branch and bound.
 */
final class Neighbourhood {
  private static final long NODES = 1_500;
  private static final int MOST_HOSTS = 5;
  private static final int MOST_UNITS = 36;

  private final State state;
  private final Dense dense;
  private final SplittableRandom random;
  private final BooleanSupplier stop;
  private final Tree tree;

  Neighbourhood(State state, SplittableRandom random, BooleanSupplier stop) {
    this.state = state;
    this.dense = state.dense;
    this.random = random;
    this.stop = stop;
    tree = new Tree(state, stop);
  }

  /** Works on the complete state for so many units of work; answers how many were used. */
  long run(long work) {
    int[] displaced = displaced();
    long used = 1;
    int tries = 0;
    while (used < work && displaced.length > 0 && !stop.getAsBoolean()) {
      int u = displaced[random.nextInt(displaced.length)];
      if (state.at[u] != dense.home[u]) {
        used += 20 * attempt(u);
      }
      if (++tries % 256 == 0 || used >= work) {
        displaced = displaced();
      }
    }
    return used;
  }

  /** Units that cost more than they would at home. */
  private int[] displaced() {
    int[] all = new int[dense.units];
    int count = 0;
    for (int u = 0; u < dense.units; u++) {
      if (dense.home[u] >= 0 && dense.cost(u, state.at[u]) > dense.atHome[u]) {
        all[count++] = u;
      }
    }
    return Arrays.copyOf(all, count);
  }

  private long attempt(int unit) {
    int[] hosts = around(unit);
    int count = 0;
    for (int h : hosts) {
      count += state.count[h];
    }
    int[] units = new int[count];
    int[] was = new int[count];
    long cost = 0;
    int i = 0;
    for (int h : hosts) {
      for (int u : state.on(h)) {
        units[i] = u;
        was[i++] = h;
        cost += dense.cost(u, h);
      }
    }
    for (int u : units) {
      state.remove(u);
    }
    Tree.End end = tree.solve(units, hosts, cost, NODES);
    if (end == Tree.End.NONE || end == Tree.End.LIMIT) {
      for (int j = 0; j < units.length; j++) {
        state.place(units[j], was[j]);
      }
    }
    return 1 + NODES - tree.nodesLeft();
  }

  /** The unit's home and host, hosts tied to these by displaced units, and chance. */
  private int[] around(int unit) {
    int wanted = 2 + random.nextInt(MOST_HOSTS - 1);
    int[] hosts = new int[wanted];
    hosts[0] = state.at[unit];
    int size = 1;
    int units = state.count[hosts[0]];
    int next = dense.home[unit];
    for (int tries = 0; tries < 12 && size < wanted; tries++) {
      if (!contains(hosts, size, next)
          && !dense.shut[next]
          && units + state.count[next] <= MOST_UNITS) {
        units += state.count[next];
        hosts[size++] = next;
      }
      next = related(hosts[random.nextInt(size)]);
    }
    return Arrays.copyOf(hosts, size);
  }

  private int related(int host) {
    int count = state.count[host];
    if (count > 0 && random.nextInt(3) > 0) {
      int skip = random.nextInt(count);
      int u = state.firstOn(host);
      while (skip-- > 0) {
        u = state.after(u);
      }
      if (dense.home[u] >= 0 && dense.home[u] != host) {
        return dense.home[u];
      }
    }
    return random.nextInt(dense.hosts);
  }

  private static boolean contains(int[] hosts, int size, int host) {
    for (int i = 0; i < size; i++) {
      if (hosts[i] == host) {
        return true;
      }
    }
    return false;
  }
}
