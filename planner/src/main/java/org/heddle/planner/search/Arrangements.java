package org.heddle.planner.search;

import org.heddle.planner.instance.Arrangement;
import org.heddle.planner.instance.Constraint;
import org.heddle.planner.instance.HostWish;
import org.heddle.planner.instance.Instance;

/** From units on hosts to machines on hosts, and which hosts are on line. */
final class Arrangements {
  private Arrangements() {}

  static Arrangement of(Dense dense, int[] placement) {
    int[] hosts = dense.still.clone();
    for (int u = 0; u < dense.units; u++) {
      for (int m : dense.members[u]) {
        hosts[m] = placement[u];
      }
    }
    return new Arrangement(hosts, online(dense.instance, hosts));
  }

  /** As the wishes say; else on line where something lies, and where it is and may stay so. */
  private static boolean[] online(Instance instance, int[] hosts) {
    boolean[] needed = new boolean[instance.hosts()];
    for (int h : hosts) {
      if (h >= 0) {
        needed[h] = true;
      }
    }
    boolean[] online = new boolean[instance.hosts()];
    for (int h = 0; h < online.length; h++) {
      boolean either = instance.hostWish(h) == HostWish.EITHER;
      online[h] =
          instance.hostWish(h) == HostWish.ONLINE || (either && (needed[h] || instance.online(h)));
    }
    for (Constraint constraint : instance.constraints()) {
      if (constraint instanceof Constraint.NoIdle idle) {
        idle.hosts().stream().forEach(h -> online[h] &= needed[h]);
      } else if (constraint instanceof Constraint.MaxOnline most) {
        trim(instance, most, online, needed);
      }
    }
    return online;
  }

  private static void trim(
      Instance instance, Constraint.MaxOnline most, boolean[] online, boolean[] needed) {
    long count = most.hosts().stream().distinct().filter(h -> online[h]).count();
    for (int h : most.hosts().toArray()) {
      boolean idle = online[h] && !needed[h] && instance.hostWish(h) == HostWish.EITHER;
      if (count > most.amount() && idle) {
        online[h] = false;
        count--;
      }
    }
  }
}
