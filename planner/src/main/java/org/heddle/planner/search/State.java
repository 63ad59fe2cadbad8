package org.heddle.planner.search;

import java.util.Arrays;

/**
 * A placement under way: which unit is where, what room is left, the counters of the rules. A unit
 * is placed only where {@link #allows} says so, so that every state keeps all constraints; what is
 * not placed yet is at -1.
 */
final class State {
  final Dense dense;
  final int[] at;
  final long[] room;
  final int[] count;
  private final int[] first;
  private final int[] next;
  private final int[] previous;
  private final RoomIndex index;
  private long cost;
  private int placed;
  private int idle;

  State(Dense dense) {
    this.dense = dense;
    at = new int[dense.units];
    next = new int[dense.units];
    previous = new int[dense.units];
    room = dense.usable.clone();
    count = new int[dense.hosts];
    first = new int[dense.hosts];
    Arrays.fill(at, -1);
    Arrays.fill(first, -1);
    index = new RoomIndex(dense, room);
    for (boolean must : dense.mustUse) {
      idle += must ? 1 : 0;
    }
  }

  RoomIndex index() {
    return index;
  }

  /** Sum of the costs of the placed units, without the instance's constant. */
  long cost() {
    return cost;
  }

  /** Whether every unit is placed and no host idles that may not. */
  boolean complete() {
    return placed == dense.units && idle == 0;
  }

  /** Whether hosts idle that may not. */
  boolean idling() {
    return idle > 0;
  }

  /** Units that are placed nowhere. */
  int[] homeless() {
    int[] all = new int[dense.units - placed];
    int count = 0;
    for (int u = 0; u < at.length; u++) {
      if (at[u] < 0) {
        all[count++] = u;
      }
    }
    return all;
  }

  /** First unit on the host, -1 if none; go on with {@link #after}. */
  int firstOn(int host) {
    return first[host];
  }

  int after(int unit) {
    return next[unit];
  }

  /** The units on the host, in an array of its own. */
  int[] on(int host) {
    int[] all = new int[count[host]];
    int i = 0;
    for (int u = first[host]; u >= 0; u = next[u]) {
      all[i++] = u;
    }
    return all;
  }

  /** Whether the unit, placed nowhere now, may come to the host. */
  boolean allows(int unit, int host) {
    return fits(unit, host) && rulesAllow(unit, host);
  }

  /** Room alone. */
  boolean fits(int unit, int host) {
    int resources = dense.resources;
    for (int r = 0; r < resources; r++) {
      if (dense.demand[unit * resources + r] > room[host * resources + r]) {
        return false;
      }
    }
    return true;
  }

  /** Everything but room. */
  boolean rulesAllow(int unit, int host) {
    if (!dense.inDomain(unit, host) || (dense.sealed[host] && dense.home[unit] != host)) {
      return false;
    }
    return all(dense.unitRules[unit], unit, host)
        && all(dense.hostRules[host], unit, host)
        && all(dense.commonRules, unit, host);
  }

  private static boolean all(Rule[] rules, int unit, int host) {
    for (Rule rule : rules) {
      if (!rule.allows(unit, host)) {
        return false;
      }
    }
    return true;
  }

  void place(int unit, int host) {
    int resources = dense.resources;
    for (int r = 0; r < resources; r++) {
      room[host * resources + r] -= dense.demand[unit * resources + r];
    }
    index.changed(host);
    next[unit] = first[host];
    previous[unit] = -1;
    if (first[host] >= 0) {
      previous[first[host]] = unit;
    }
    first[host] = unit;
    if (count[host]++ == 0 && dense.mustUse[host]) {
      idle--;
    }
    at[unit] = host;
    placed++;
    cost += dense.cost(unit, host);
    for (Rule rule : dense.unitRules[unit]) {
      rule.enter(unit, host);
    }
    for (Rule rule : dense.hostRules[host]) {
      rule.enter(unit, host);
    }
    for (Rule rule : dense.commonRules) {
      rule.enter(unit, host);
    }
  }

  void remove(int unit) {
    int host = at[unit];
    int resources = dense.resources;
    for (int r = 0; r < resources; r++) {
      room[host * resources + r] += dense.demand[unit * resources + r];
    }
    index.changed(host);
    if (previous[unit] >= 0) {
      next[previous[unit]] = next[unit];
    } else {
      first[host] = next[unit];
    }
    if (next[unit] >= 0) {
      previous[next[unit]] = previous[unit];
    }
    if (--count[host] == 0 && dense.mustUse[host]) {
      idle++;
    }
    at[unit] = -1;
    placed--;
    cost -= dense.cost(unit, host);
    for (Rule rule : dense.unitRules[unit]) {
      rule.leave(unit, host);
    }
    for (Rule rule : dense.hostRules[host]) {
      rule.leave(unit, host);
    }
    for (Rule rule : dense.commonRules) {
      rule.leave(unit, host);
    }
  }

  /** Places nothing anywhere. */
  void clear() {
    for (int u = 0; u < at.length; u++) {
      if (at[u] >= 0) {
        remove(u);
      }
    }
  }

  /** Makes the placement this one, which kept all rules when it was taken from a state. */
  void restore(int[] placement) {
    for (int u = 0; u < at.length; u++) {
      if (at[u] >= 0 && at[u] != placement[u]) {
        remove(u);
      }
    }
    for (int u = 0; u < at.length; u++) {
      if (at[u] != placement[u] && placement[u] >= 0) {
        place(u, placement[u]);
      }
    }
  }
}
