package org.heddle.planner.order;

import java.util.Arrays;
import org.heddle.planner.instance.Instance;
import org.heddle.planner.instance.TimedAction.Kind;

/** What one task takes of which accounts at its start, or gives back at its end. Reused. */
final class Claims {
  /** A migration starts when it gets at least this share of the best rate of its path. */
  private static final double LEAST_SHARE = 0.5;

  private final Layout layout;
  private final Instance instance;
  private final int[] path = new int[4];
  private int[] account = new int[32];
  private long[] amount = new long[32];
  private int size;

  Claims(Layout layout) {
    this.layout = layout;
    this.instance = layout.instance;
  }

  int size() {
    return size;
  }

  int account(int i) {
    return account[i];
  }

  long amount(int i) {
    return amount[i];
  }

  /** What a task takes; the rate of a migration is that of the task. */
  void needs(Task task, boolean limited) {
    size = 0;
    if (task.enters() || task.kind == Kind.ALLOCATE) {
      for (int r = 0; r < instance.resources(); r++) {
        add(layout.room(task.to, r), comes(task, r));
      }
    }
    passing(task, limited);
    for (int q = 0; q < layout.quotas.size(); q++) {
      add(layout.sum(q), needs(task, layout.quotas.get(q)));
    }
  }

  /** What a task gives back. */
  void gives(Task task, boolean limited) {
    room(task);
    passing(task, limited);
    for (int q = 0; q < layout.quotas.size(); q++) {
      add(layout.sum(q), gives(task, layout.quotas.get(q)));
    }
  }

  /** The room alone that a task gives back. */
  void room(Task task) {
    size = 0;
    if (task.leaves() || task.kind == Kind.ALLOCATE) {
      for (int r = 0; r < instance.resources(); r++) {
        add(layout.room(task.from, r), goes(task, r));
      }
    }
  }

  /** What the machine takes on the host it comes to. */
  long comes(Task task, int resource) {
    long present = instance.present(task.machine, resource);
    long next = instance.next(task.machine, resource);
    if (task.kind == Kind.ALLOCATE) {
      return Math.max(0, next - present);
    }
    return task.detourOut ? Math.max(present, next) : next;
  }

  long goes(Task task, int resource) {
    long present = instance.present(task.machine, resource);
    long next = instance.next(task.machine, resource);
    if (task.kind == Kind.ALLOCATE) {
      return Math.max(0, present - next);
    }
    return task.detourBack ? Math.max(present, next) : present;
  }

  private long needs(Task task, Quota quota) {
    return switch (quota) {
      case Quota.Machines(var hosts, long _) -> task.enters() && hosts.get(task.to) ? 1 : 0;
      case Quota.Use(var hosts, int resource, long _) ->
          (task.enters() || task.kind == Kind.ALLOCATE) && hosts.get(task.to)
              ? comes(task, resource)
              : 0;
      case Quota.Hosts(var hosts, long _) ->
          task.kind == Kind.BOOT_HOST && hosts.get(task.to) ? 1 : 0;
      case Quota.Turns(var machines) -> turn(task, machines);
    };
  }

  private long gives(Task task, Quota quota) {
    return switch (quota) {
      case Quota.Machines(var hosts, long _) -> task.leaves() && hosts.get(task.from) ? 1 : 0;
      case Quota.Use(var hosts, int resource, long _) ->
          (task.leaves() || task.kind == Kind.ALLOCATE) && hosts.get(task.from)
              ? goes(task, resource)
              : 0;
      case Quota.Hosts(var hosts, long _) ->
          task.kind == Kind.SHUTDOWN_HOST && hosts.get(task.from) ? 1 : 0;
      case Quota.Turns(var machines) -> turn(task, machines);
    };
  }

  private static long turn(Task task, java.util.BitSet machines) {
    return task.relocates() && machines.get(task.machine) ? 1 : 0;
  }

  /** What is taken for the time of the task alone. */
  private void passing(Task task, boolean limited) {
    if (limited && layout.placesBounded() && task.kind != Kind.ALLOCATE) {
      if (task.from >= 0) {
        add(layout.places(task.from), 1);
      }
      if (task.to >= 0 && task.to != task.from) {
        add(layout.places(task.to), 1);
      }
    }
    if (task.kind != Kind.MIGRATE || !(layout.crossingsBounded() || layout.ratesShared())) {
      return;
    }
    int links = path(task);
    for (int i = 0; i < links; i++) {
      if (limited && layout.crossingsBounded()) {
        add(layout.crossing(path[i]), 1);
      }
      if (layout.ratesShared()) {
        add(layout.rate(path[i]), Math.round(task.goodput * Layout.RATE_SCALE));
      }
    }
  }

  /**
   * Gives a migration its rate: all that its path can carry, or what is left of it if that is
   * enough to start.
   *
   * @return the account that lacks, or -1
   */
  int share(Task task, Accounts accounts) {
    int links = path(task);
    if (links == 0) {
      return -1;
    }
    long best = Long.MAX_VALUE;
    int tightest = path[0];
    for (int i = 0; i < links; i++) {
      best = Math.min(best, layout.fullRate(path[i]));
      if (accounts.free(layout.rate(path[i])) < accounts.free(layout.rate(tightest))) {
        tightest = path[i];
      }
    }
    long left = Math.min(best, accounts.free(layout.rate(tightest)));
    if (left < best * LEAST_SHARE) {
      return layout.rate(tightest);
    }
    task.goodput = left / Layout.RATE_SCALE;
    return -1;
  }

  /** The best rate that a path can carry; the greatest long when no link of it is known. */
  long fullRate(Task task) {
    int links = path(task);
    long best = Long.MAX_VALUE;
    for (int i = 0; i < links; i++) {
      best = Math.min(best, layout.fullRate(path[i]));
    }
    return best;
  }

  /** What is left of a task's rate because the host that it comes to sends at the same time. */
  double receiving(Task task, Accounts accounts) {
    int link = instance.hostLink(task.to);
    if (link < 0 || accounts.free(layout.rate(2 * link)) == layout.fullRate(2 * link)) {
      return 1;
    }
    return layout.limits.durations().receivingWhileSending((double) instance.linkMbitPerS(link));
  }

  private int path(Task task) {
    int links = 0;
    links = direction(links, instance.hostLink(task.from), 0);
    int fromSite = instance.site(task.from);
    int toSite = instance.site(task.to);
    if (fromSite != toSite) {
      links = direction(links, fromSite < 0 ? -1 : instance.siteLink(fromSite), 0);
      links = direction(links, toSite < 0 ? -1 : instance.siteLink(toSite), 1);
    }
    return direction(links, instance.hostLink(task.to), 1);
  }

  private int direction(int links, int link, int down) {
    if (link < 0) {
      return links;
    }
    path[links] = 2 * link + down;
    return links + 1;
  }

  private void add(int to, long much) {
    if (much <= 0) {
      return;
    }
    if (size == account.length) {
      account = Arrays.copyOf(account, size * 2);
      amount = Arrays.copyOf(amount, size * 2);
    }
    account[size] = to;
    amount[size++] = much;
  }
}
