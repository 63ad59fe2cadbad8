package org.heddle.planner.search;

import java.util.Arrays;

/** Values and bounds of the goals that are not sums over units. */
final class Shapes {
  private static final long MILLION = 1_000_000;

  private Shapes() {}

  /** Hosts that run something. */
  static long used(Dense dense, int[] placement) {
    boolean[] used = new boolean[dense.hosts];
    for (int h : placement) {
      used[h] = true;
    }
    long count = 0;
    for (boolean each : used) {
      count += each ? 1 : 0;
    }
    return count;
  }

  /** No placement uses fewer: for each resource the largest hosts that hold all demands. */
  static long fewestHosts(Dense dense) {
    long most = dense.units > 0 ? 1 : 0;
    for (int r = 0; r < dense.resources; r++) {
      long need = 0;
      for (int u = 0; u < dense.units; u++) {
        need += dense.demand[u * dense.resources + r];
      }
      long[] sizes = new long[dense.hosts];
      for (int h = 0; h < dense.hosts; h++) {
        sizes[h] = dense.shut[h] ? 0 : dense.usable[h * dense.resources + r];
      }
      Arrays.sort(sizes);
      long hosts = 0;
      for (int i = sizes.length - 1; i >= 0 && need > 0; i--) {
        need -= sizes[i];
        hosts++;
      }
      most = Math.max(most, hosts);
    }
    long must = 0;
    for (boolean each : dense.mustUse) {
      must += each ? 1 : 0;
    }
    return Math.max(most, must);
  }

  /**
   * The largest use of a resource on a host, in millionths of what is usable, rounded up.
   *
   * @param placement -1 for what is placed nowhere
   */
  static long largestShare(Dense dense, int[] placement) {
    long[] use = new long[dense.usable.length];
    for (int u = 0; u < dense.units; u++) {
      for (int r = 0; r < dense.resources && placement[u] >= 0; r++) {
        use[placement[u] * dense.resources + r] += dense.demand[u * dense.resources + r];
      }
    }
    long most = 0;
    for (int i = 0; i < use.length; i++) {
      most = Math.max(most, share(use[i], dense.usable[i]));
    }
    return most;
  }

  /** No placement has a smaller largest share: the mean, and every unit on the largest host. */
  static long leastShare(Dense dense) {
    long most = 0;
    for (int r = 0; r < dense.resources; r++) {
      long need = 0;
      long largest = 0;
      for (int u = 0; u < dense.units; u++) {
        need += dense.demand[u * dense.resources + r];
        largest = Math.max(largest, dense.demand[u * dense.resources + r]);
      }
      long room = 0;
      long widest = 0;
      for (int h = 0; h < dense.hosts; h++) {
        long usable = dense.shut[h] ? 0 : dense.usable[h * dense.resources + r];
        room += usable;
        widest = Math.max(widest, usable);
      }
      most = Math.max(most, Math.max(share(need, room), share(largest, widest)));
    }
    return most;
  }

  private static long share(long part, long whole) {
    return part == 0 ? 0 : (long) Math.ceil(part * (double) MILLION / Math.max(1, whole) - 1e-6);
  }
}
