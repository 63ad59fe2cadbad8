package org.heddle.planner.instance;

import java.util.Arrays;

/**
 * When the use of which host changes. Each change adds or takes a machine's present demand, its
 * next one, or the larger of both while it is being changed.
 */
final class UseChanges {
  /** Which demand of a machine. */
  enum Demand {
    PRESENT,
    LARGER,
    NEXT
  }

  private static final Demand[] DEMANDS = Demand.values();

  private final Instance instance;
  private int[] hosts = new int[64];
  private int[] machines = new int[64];
  private long[] times = new long[64];
  private byte[] kinds = new byte[64];
  private int count;

  UseChanges(Instance instance) {
    this.instance = instance;
  }

  void add(int host, int machine, Demand demand, long time) {
    put(host, machine, demand, time, 1);
  }

  void take(int host, int machine, Demand demand, long time) {
    put(host, machine, demand, time, -1);
  }

  private void put(int host, int machine, Demand demand, long time, int sign) {
    if (count == hosts.length) {
      hosts = Arrays.copyOf(hosts, count * 2);
      machines = Arrays.copyOf(machines, count * 2);
      times = Arrays.copyOf(times, count * 2);
      kinds = Arrays.copyOf(kinds, count * 2);
    }
    hosts[count] = host;
    machines[count] = machine;
    times[count] = time;
    int which =
        switch (demand) {
          case PRESENT -> 1;
          case LARGER -> 2;
          case NEXT -> 3;
        };
    kinds[count] = (byte) (sign * which);
    count++;
  }

  int count() {
    return count;
  }

  long time(int change) {
    return times[change];
  }

  /** By how much a change raises the use of a resource; negative when it lowers it. */
  long amount(int change, int resource) {
    int machine = machines[change];
    long amount =
        switch (DEMANDS[Math.abs(kinds[change]) - 1]) {
          case PRESENT -> instance.present(machine, resource);
          case NEXT -> instance.next(machine, resource);
          case LARGER ->
              Math.max(instance.present(machine, resource), instance.next(machine, resource));
        };
    return kinds[change] < 0 ? -amount : amount;
  }

  ByKey byHost() {
    return new ByKey(instance.hosts(), count, change -> hosts[change]);
  }
}
