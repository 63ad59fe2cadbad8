package org.heddle.planner.search;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.heddle.planner.instance.Instance;

/** Reasons for a "no" that can be read off: a unit that fits nowhere, a set of hosts too small. */
final class Shortage {
  private static final int MOST = 8;

  private final Dense dense;
  private final List<String> reasons = new ArrayList<>();

  Shortage(Dense dense) {
    this.dense = dense;
  }

  /** Empty when nothing can be read off. */
  List<String> reasons() {
    if (!reasons.isEmpty()) {
      return reasons;
    }
    for (int u = 0; u < dense.units && reasons.size() < MOST; u++) {
      single(u);
    }
    if (reasons.isEmpty()) {
      together();
    }
    return reasons;
  }

  private void single(int unit) {
    int allowed = 0;
    for (int h = 0; h < dense.hosts; h++) {
      if (dense.inDomain(unit, h) && (!dense.sealed[h] || dense.home[unit] == h)) {
        allowed++;
        if (fits(unit, h)) {
          return;
        }
      }
    }
    if (allowed == 0) {
      reasons.add(
          dense.name(unit)
              + ": its constraints leave no host that is on line in the end and may be entered");
      return;
    }
    reasons.add(
        dense.name(unit)
            + " needs "
            + amounts(unit)
            + ", more than any of the "
            + allowed
            + " hosts where it may run has");
  }

  private boolean fits(int unit, int host) {
    for (int r = 0; r < dense.resources; r++) {
      if (dense.demand[unit * dense.resources + r] > dense.usable[host * dense.resources + r]) {
        return false;
      }
    }
    return true;
  }

  private String amounts(int unit) {
    StringBuilder words = new StringBuilder();
    for (int r = 0; r < dense.resources; r++) {
      words.append(words.isEmpty() ? "" : ", ");
      words.append(dense.demand[unit * dense.resources + r]);
      words.append(' ').append(dense.instance.resourceName(r));
    }
    return words.toString();
  }

  /** For each set of hosts that units are confined to: what is asked of it, and what it has. */
  private void together() {
    TreeMap<long[], List<Integer>> byDomain = new TreeMap<>(Arrays::compare);
    long[] all = new long[(dense.hosts + 63) / 64];
    Arrays.fill(all, -1);
    for (int u = 0; u < dense.units; u++) {
      long[] bits = dense.domain[u];
      byDomain.computeIfAbsent(bits == null ? all : bits, _ -> new ArrayList<>()).add(u);
    }
    byDomain.putIfAbsent(all, List.of());
    if (byDomain.size() > 64) {
      byDomain.keySet().removeIf(bits -> !Arrays.equals(bits, all));
      byDomain.put(all, java.util.stream.IntStream.range(0, dense.units).boxed().toList());
    }
    for (long[] hosts : byDomain.keySet()) {
      for (int r = 0; r < dense.resources; r++) {
        compare(hosts, r, byDomain);
      }
    }
  }

  private void compare(long[] hosts, int r, Map<long[], List<Integer>> byDomain) {
    long have = 0;
    int count = 0;
    for (int h = 0; h < dense.hosts; h++) {
      if (((hosts[h >> 6] >>> h) & 1) != 0 && !dense.shut[h]) {
        have += dense.usable[h * dense.resources + r];
        count++;
      }
    }
    long asked = 0;
    int machines = 0;
    for (var entry : byDomain.entrySet()) {
      if (within(entry.getKey(), hosts)) {
        for (int u : entry.getValue()) {
          asked += dense.demand[u * dense.resources + r];
          machines += dense.members[u].length;
        }
      }
    }
    if (asked > have) {
      String name = dense.instance.resourceName(r);
      reasons.add(
          machines
              + " machines need "
              + asked
              + " "
              + name
              + " together; the "
              + count
              + " hosts where they may run have "
              + have);
    }
  }

  private static boolean within(long[] inner, long[] outer) {
    for (int i = 0; i < inner.length; i++) {
      if ((inner[i] & ~outer[i]) != 0) {
        return false;
      }
    }
    return true;
  }

  static String demand(Instance instance, int machine) {
    StringBuilder words = new StringBuilder("machine " + instance.machineName(machine) + " needs");
    for (int r = 0; r < instance.resources(); r++) {
      words.append(r > 0 ? ", " : " ").append(instance.next(machine, r));
      words.append(' ').append(instance.resourceName(r));
    }
    return words.toString();
  }
}
