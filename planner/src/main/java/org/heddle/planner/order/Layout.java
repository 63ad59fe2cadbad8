package org.heddle.planner.order;

import java.util.List;
import org.heddle.planner.instance.Instance;
import org.heddle.planner.instance.MachineState;

/**
 * Which account is which, and in which queue those wait that lack something of it: one queue for
 * all that a host lacks, one for each other account.
 */
final class Layout {
  /** Rates are counted in thousandths of MiB/s. */
  static final double RATE_SCALE = 1000;

  final Instance instance;
  final OrderLimits limits;
  final List<Quota> quotas;
  private final int hosts;
  private final int resources;
  private final int places;
  private final int crossings;
  private final int rates;
  private final int sums;
  private final int accounts;
  private final long[] fullRates;

  Layout(Instance instance, OrderLimits limits) {
    this.instance = instance;
    this.limits = limits;
    this.quotas = Quota.of(instance);
    hosts = instance.hosts();
    resources = instance.resources();
    places = hosts * resources;
    crossings = places + (limits.perHost() < OrderLimits.UNLIMITED ? hosts : 0);
    rates = crossings + (limits.perLink() < OrderLimits.UNLIMITED ? 2 * instance.links() : 0);
    boolean shared = limits.durations().sharesLinks();
    sums = rates + (shared ? 2 * instance.links() : 0);
    accounts = sums + quotas.size();
    fullRates = new long[shared ? instance.links() : 0];
    for (int link = 0; link < fullRates.length; link++) {
      fullRates[link] =
          Math.round(limits.durations().goodput((double) instance.linkMbitPerS(link)) * RATE_SCALE);
    }
  }

  int room(int host, int resource) {
    return host * resources + resource;
  }

  boolean placesBounded() {
    return crossings > places;
  }

  int places(int host) {
    return places + host;
  }

  boolean crossingsBounded() {
    return rates > crossings;
  }

  /** Of link direction 2 * link (up) or 2 * link + 1 (down). */
  int crossing(int direction) {
    return crossings + direction;
  }

  boolean ratesShared() {
    return sums > rates;
  }

  int rate(int direction) {
    return rates + direction;
  }

  long fullRate(int direction) {
    return fullRates[direction / 2];
  }

  int sum(int quota) {
    return sums + quota;
  }

  int queues() {
    return hosts + accounts - places;
  }

  int queue(int account) {
    return account < places ? account / resources : hosts + account - places;
  }

  boolean hostQueue(int queue) {
    return queue < hosts;
  }

  /** What the origin leaves of everything. */
  long[] origin() {
    long[] free = new long[accounts];
    for (int h = 0; h < hosts; h++) {
      for (int r = 0; r < resources; r++) {
        free[room(h, r)] = instance.usable(h, r);
      }
    }
    for (int m = 0; m < instance.machines(); m++) {
      if (instance.state(m) == MachineState.RUNNING) {
        for (int r = 0; r < resources; r++) {
          free[room(instance.host(m), r)] -= instance.present(m, r);
        }
      }
    }
    java.util.Arrays.fill(free, places, crossings, limits.perHost());
    java.util.Arrays.fill(free, crossings, rates, limits.perLink());
    for (int direction = 0; direction < sums - rates; direction++) {
      free[rate(direction)] = fullRate(direction);
    }
    for (int q = 0; q < quotas.size(); q++) {
      free[sum(q)] = quotas.get(q).left(instance);
    }
    return free;
  }
}
