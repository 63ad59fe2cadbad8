package org.heddle.planner.instance;

import java.util.Arrays;

/**
 * Stretches of time that machines spend on hosts, from {@code start} up to but without {@code end}.
 * A relocated machine has two that overlap. In order of machine, then of start.
 */
final class Stays {
  /** The start of what was there before the plan. */
  static final long ORIGIN = -1;

  static final long FOREVER = Long.MAX_VALUE;

  private int[] machines = new int[64];
  private int[] hosts = new int[64];
  private long[] starts = new long[64];
  private long[] ends = new long[64];
  private int count;

  int add(int machine, int host, long start) {
    if (count == machines.length) {
      machines = Arrays.copyOf(machines, count * 2);
      hosts = Arrays.copyOf(hosts, count * 2);
      starts = Arrays.copyOf(starts, count * 2);
      ends = Arrays.copyOf(ends, count * 2);
    }
    machines[count] = machine;
    hosts[count] = host;
    starts[count] = start;
    ends[count] = FOREVER;
    return count++;
  }

  void end(int stay, long end) {
    ends[stay] = end;
  }

  int count() {
    return count;
  }

  int machine(int stay) {
    return machines[stay];
  }

  int host(int stay) {
    return hosts[stay];
  }

  long start(int stay) {
    return starts[stay];
  }

  long end(int stay) {
    return ends[stay];
  }

  boolean fromOrigin(int stay) {
    return starts[stay] == ORIGIN;
  }

  boolean overlap(int one, int other) {
    return starts[one] < ends[other] && starts[other] < ends[one];
  }

  ByKey byMachine(int all) {
    return new ByKey(all, count, this::machine);
  }

  ByKey byHost(int all) {
    return new ByKey(all, count, this::host);
  }
}
