package org.heddle.planner.search;

import java.util.Arrays;
import java.util.SplittableRandom;
import java.util.function.BooleanSupplier;

/**
 * Makes room for units that found none: by ejection chains (something leaves a host, and finds room
 * elsewhere or ejects in its turn), then by filling a few hosts anew. Puts something on hosts that
 * may not idle.
 */
final class Repair {
  private static final int HOSTS_TRIED = 200;
  private static final int DEPTH = 2;
  private static final int GROUP = 4;
  private static final int GROUP_NODES = 2_000;
  private static final int GROUP_TRIES = 20;

  private final State state;
  private final Dense dense;
  private final Greedy greedy;
  private final SplittableRandom random;
  private final BooleanSupplier stop;
  private int tries;

  /** Of the searches that fill hosts anew. */
  private long nodes;

  /**
   * @param nodes that searches may visit, all together
   */
  Repair(State state, Greedy greedy, SplittableRandom random, BooleanSupplier stop, long nodes) {
    this.nodes = nodes;
    this.state = state;
    this.dense = state.dense;
    this.greedy = greedy;
    this.random = random;
    this.stop = stop;
  }

  /** How many of the nodes are left. */
  long nodesLeft() {
    return nodes;
  }

  /** Whether the state is complete now. */
  boolean run() {
    int[] homeless = state.homeless();
    int failures = 0;
    for (int u : homeless) {
      if (stop.getAsBoolean()) {
        return false;
      }
      tries = 4 * HOSTS_TRIED;
      boolean done = failures < 20 && (place(u) || eject(u, DEPTH) || refill(u));
      failures += done ? 0 : 1;
    }
    return failures == 0 && (!state.idling() || occupy());
  }

  private boolean place(int unit) {
    int host = greedy.bestHost(unit);
    if (host >= 0) {
      state.place(unit, host);
    }
    return host >= 0;
  }

  private boolean eject(int unit, int depth) {
    if (dense.hosts == 0) {
      return false;
    }
    int start = random.nextInt(dense.hosts);
    int most = depth == DEPTH ? HOSTS_TRIED : HOSTS_TRIED / 8;
    for (int i = 0, seen = 0; i < dense.hosts && seen < most && tries > 0; i++) {
      int h = (start + i) % dense.hosts;
      if (dense.inDomain(unit, h) && !dense.sealed[h] && state.count[h] > 0) {
        seen++;
        tries--;
        if (ejectFrom(unit, h, depth)) {
          return true;
        }
      }
    }
    return false;
  }

  private boolean ejectFrom(int unit, int host, int depth) {
    for (int out : smallFirst(state.on(host))) {
      state.remove(out);
      if (state.allows(unit, host)) {
        state.place(unit, host);
        int to = state.index().tightest(state, out, h -> h != host);
        if (to >= 0) {
          state.place(out, to);
          return true;
        }
        if (depth > 1 && dense.size[out] < dense.size[unit] && eject(out, depth - 1)) {
          return true;
        }
        state.remove(unit);
      }
      state.place(out, host);
    }
    return false;
  }

  private int[] smallFirst(int[] units) {
    Integer[] boxed = Arrays.stream(units).boxed().toArray(Integer[]::new);
    Arrays.sort(boxed, (a, b) -> Double.compare(dense.size[a], dense.size[b]));
    return Arrays.stream(boxed).mapToInt(u -> u).toArray();
  }

  /** Empties a few hosts where the unit may be and places all of it anew. */
  private boolean refill(int unit) {
    for (int i = 0; i < GROUP_TRIES && nodes > 0 && !stop.getAsBoolean(); i++) {
      int[] hosts = hostsFor(unit);
      if (hosts.length == 0) {
        return false;
      }
      int[] before = Arrays.stream(hosts).flatMap(h -> Arrays.stream(state.on(h))).toArray();
      int[] was = Arrays.stream(before).map(u -> state.at[u]).toArray();
      for (int u : before) {
        state.remove(u);
      }
      int[] all = Arrays.copyOf(before, before.length + 1);
      all[before.length] = unit;
      Tree tree = new Tree(state, stop);
      long most = Math.min(GROUP_NODES, nodes);
      Tree.End end = tree.solve(all, hosts, Long.MAX_VALUE, most);
      nodes -= most - tree.nodesLeft();
      if (end == Tree.End.BEST || end == Tree.End.BETTER) {
        return true;
      }
      for (int j = 0; j < before.length; j++) {
        state.place(before[j], was[j]);
      }
    }
    return false;
  }

  private int[] hostsFor(int unit) {
    int[] hosts = new int[Math.min(GROUP, dense.hosts)];
    int found = 0;
    for (int i = 0; i < 8 * GROUP && dense.hosts > 0 && found < hosts.length; i++) {
      int h = random.nextInt(dense.hosts);
      boolean wanted = found > 0 || dense.inDomain(unit, h);
      boolean known = Arrays.stream(hosts, 0, found).anyMatch(other -> other == h);
      if (wanted && !known && !dense.shut[h]) {
        hosts[found++] = h;
      }
    }
    return Arrays.copyOf(hosts, found);
  }

  /** Moves the cheapest unit to every host that may not idle. */
  boolean occupy() {
    for (int h = 0; h < dense.hosts; h++) {
      if (dense.mustUse[h] && state.count[h] == 0 && !occupy(h)) {
        return false;
      }
    }
    return true;
  }

  private boolean occupy(int host) {
    int best = -1;
    long bestCost = 0;
    for (int u = 0; u < dense.units; u++) {
      int from = state.at[u];
      boolean free = from >= 0 && !(dense.mustUse[from] && state.count[from] == 1);
      if (free && dense.inDomain(u, host)) {
        long cost = dense.cost(u, host) - dense.cost(u, from);
        if ((best < 0 || cost < bestCost) && mayMove(u, from, host)) {
          best = u;
          bestCost = cost;
        }
      }
    }
    if (best >= 0) {
      state.remove(best);
      state.place(best, host);
    }
    return best >= 0;
  }

  private boolean mayMove(int unit, int from, int host) {
    state.remove(unit);
    boolean may = state.allows(unit, host);
    state.place(unit, from);
    return may;
  }
}
