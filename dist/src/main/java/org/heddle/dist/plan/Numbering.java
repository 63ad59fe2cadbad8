package org.heddle.dist.plan;

import java.util.Arrays;

/**
 * The numbers that machines and hosts have in a BtrPlace file; their indices in the instance are in
 * the order of these numbers.
 */
final class Numbering {
  private final int[] machines;
  private final int[] hosts;

  /**
   * @param machines ascending
   * @param hosts ascending
   */
  Numbering(int[] machines, int[] hosts) {
    this.machines = machines.clone();
    this.hosts = hosts.clone();
  }

  /** Indices are numbers. */
  static Numbering plain(int machines, int hosts) {
    int[] machineNumbers = new int[machines];
    Arrays.setAll(machineNumbers, i -> i);
    int[] hostNumbers = new int[hosts];
    Arrays.setAll(hostNumbers, i -> i);
    return new Numbering(machineNumbers, hostNumbers);
  }

  int machines() {
    return machines.length;
  }

  int hosts() {
    return hosts.length;
  }

  int machineNumber(int machine) {
    return machines[machine];
  }

  int hostNumber(int host) {
    return hosts[host];
  }

  /** Negative when there is none of the number. */
  int machine(int number) {
    return Arrays.binarySearch(machines, number);
  }

  /** Negative when there is none of the number. */
  int host(int number) {
    return Arrays.binarySearch(hosts, number);
  }
}
