package org.heddle.planner;

import java.util.Arrays;
import java.util.List;

/** Which item is on which host, and what room is left. Never over any host's room. Mutable. */
final class Assignment {
  static final int NOWHERE = -1;

  private final List<Item> items;
  private final int[] host;
  private final long[][] free;
  private int placed;
  private long cost;

  /** Nothing placed yet. */
  Assignment(List<Item> items, Floor floor) {
    this(items, new int[items.size()], floor.room());
    Arrays.fill(host, NOWHERE);
  }

  private Assignment(List<Item> items, int[] host, long[][] free) {
    this.items = items;
    this.host = host;
    this.free = free;
  }

  Assignment copy() {
    long[][] freeCopy = new long[free.length][];
    for (int h = 0; h < free.length; h++) {
      freeCopy[h] = free[h].clone();
    }
    Assignment copy = new Assignment(items, host.clone(), freeCopy);
    copy.placed = placed;
    copy.cost = cost;
    return copy;
  }

  /** The same places for the items that it has, nothing yet for those that {@code more} adds. */
  Assignment extended(List<Item> more, Floor floor) {
    Assignment wider = new Assignment(more, floor);
    for (int i = 0; i < items.size(); i++) {
      if (host[i] != NOWHERE) {
        wider.place(i, host[i]);
      }
    }
    return wider;
  }

  List<Item> items() {
    return items;
  }

  int host(int item) {
    return host[item];
  }

  long[] free(int onHost) {
    return free[onHost];
  }

  long[][] freeCopy() {
    return copy().free;
  }

  boolean complete() {
    return placed == items.size();
  }

  long cost() {
    return cost;
  }

  boolean fits(int item, int onHost) {
    return Floor.fits(items.get(item).demand, free[onHost]);
  }

  void place(int item, int onHost) {
    Item what = items.get(item);
    Floor.subtract(free[onHost], what.demand);
    host[item] = onHost;
    placed++;
    cost += what.cost[onHost];
  }

  void remove(int item) {
    Item what = items.get(item);
    Floor.add(free[host[item]], what.demand);
    cost -= what.cost[host[item]];
    host[item] = NOWHERE;
    placed--;
  }

  /** Puts the item onto the first host of its own order that has room. */
  boolean placeFirstFit(int item) {
    for (int h : items.get(item).hosts) {
      if (fits(item, h)) {
        place(item, h);
        return true;
      }
    }
    return false;
  }

  /** How much has no place: the sum of shares. */
  double missing() {
    double missing = 0;
    for (int i = 0; i < host.length; i++) {
      if (host[i] == NOWHERE) {
        missing += items.get(i).share;
      }
    }
    return missing;
  }
}
