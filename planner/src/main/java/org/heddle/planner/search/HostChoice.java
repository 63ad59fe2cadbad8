package org.heddle.planner.search;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.function.BooleanSupplier;
import java.util.stream.IntStream;

/**
 * Which hosts are used, when it is known how many: a host that is used is closed for one that is
 * closed, whose machines stay at home then, as long as that costs less.
 */
final class HostChoice {
  /** Used hosts tried for each closed one: those at which least is at home. */
  private static final int PARTNERS = 24;

  private static final int ROUNDS = 6;

  private final Dense dense;
  private final State state;
  private final Greedy greedy;
  private final boolean[] neverOpen;
  private final BooleanSupplier stop;
  private final int[][] homes;
  private long tries;

  private record Move(int unit, int from) {}

  private final List<Move> moves = new ArrayList<>();

  /**
   * @param state complete; hosts without units are shut
   * @param neverOpen hosts that stay shut
   * @param tries how many exchanges may be tried
   */
  HostChoice(State state, Greedy greedy, boolean[] neverOpen, long tries, BooleanSupplier stop) {
    this.dense = state.dense;
    this.state = state;
    this.greedy = greedy;
    this.neverOpen = neverOpen;
    this.tries = tries;
    this.stop = stop;
    this.homes = dense.atHomes();
  }

  /** Leaves the state at the best found. */
  void run() {
    boolean progress = true;
    for (int round = 0; round < ROUNDS && progress; round++) {
      progress = false;
      for (int opened : closedHosts()) {
        progress |= openInstead(opened);
      }
    }
  }

  /** Closed ones to which something would go home, most first. */
  private int[] closedHosts() {
    long[] gain = new long[dense.hosts];
    for (int h = 0; h < dense.hosts; h++) {
      for (int u : homes[h]) {
        gain[h] += dense.shut[h] && !neverOpen[h] ? paid(u) : 0;
      }
    }
    return sorted(h -> gain[h] > 0, h -> -gain[h]);
  }

  private int[] sorted(
      java.util.function.IntPredicate which, java.util.function.IntToLongFunction by) {
    return IntStream.range(0, dense.hosts)
        .filter(which)
        .boxed()
        .sorted(Comparator.comparingLong(by::applyAsLong))
        .mapToInt(h -> h)
        .toArray();
  }

  /** What the unit costs more than at home. */
  private long paid(int unit) {
    return dense.cost(unit, state.at[unit]) - dense.atHome[unit];
  }

  private boolean openInstead(int opened) {
    long[] loss = new long[dense.hosts];
    for (int u = 0; u < dense.units; u++) {
      if (state.at[u] == dense.home[u]) {
        loss[state.at[u]] += dense.leaving(u);
      }
    }
    int[] used = sorted(h -> state.count[h] > 0 && !dense.mustUse[h], h -> loss[h]);
    for (int i = 0; i < Math.min(PARTNERS, used.length); i++) {
      if (tries-- <= 0 || stop.getAsBoolean()) {
        return false;
      }
      if (exchange(opened, used[i])) {
        return true;
      }
    }
    return false;
  }

  private boolean exchange(int opened, int closed) {
    long before = state.cost();
    moves.clear();
    dense.shut[opened] = false;
    dense.shut[closed] = true;
    int[] displaced = state.on(closed);
    for (int u : displaced) {
      take(u);
    }
    bringHome(opened);
    if (placeAll(displaced) && state.complete() && state.cost() < before) {
      return true;
    }
    undo();
    dense.shut[opened] = true;
    dense.shut[closed] = false;
    return false;
  }

  private void take(int unit) {
    moves.add(new Move(unit, state.at[unit]));
    state.remove(unit);
  }

  private void bringHome(int host) {
    Integer[] order = Arrays.stream(homes[host]).boxed().toArray(Integer[]::new);
    Arrays.sort(order, Comparator.comparingLong(u -> -dense.leaving(u)));
    for (int u : order) {
      int from = state.at[u];
      if (from < 0) {
        continue; // it is displaced, and goes home by itself if it can
      }
      state.remove(u);
      boolean comes = dense.mayStay(u) && state.allows(u, host);
      if (comes) {
        moves.add(new Move(u, from));
      }
      state.place(u, comes ? host : from);
    }
  }

  private boolean placeAll(int[] units) {
    Integer[] order = Arrays.stream(units).boxed().toArray(Integer[]::new);
    Arrays.sort(order, Comparator.comparingDouble(u -> -dense.size[u]));
    for (int u : order) {
      int host = greedy.bestHost(u);
      if (host < 0) {
        return false;
      }
      state.place(u, host);
    }
    return true;
  }

  private void undo() {
    for (Move move : moves) {
      if (state.at[move.unit] >= 0) {
        state.remove(move.unit);
      }
    }
    for (int i = moves.size() - 1; i >= 0; i--) {
      state.place(moves.get(i).unit, moves.get(i).from);
    }
  }
}
