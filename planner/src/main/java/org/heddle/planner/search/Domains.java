package org.heddle.planner.search;

import java.util.Arrays;
import java.util.function.IntConsumer;
import java.util.function.IntPredicate;
import org.heddle.planner.instance.Indices;
import org.heddle.planner.instance.Instance;
import org.heddle.planner.instance.MachineState;

/** Which hosts a unit may be on at all: the rules that need no counting. */
final class Domains {
  private final Instance instance;
  private final Dense dense;
  private final int[] unitOf;
  private final IntPredicate runs;

  /**
   * @param unitOf by machine
   * @param runs whether a machine runs in the end
   */
  Domains(Dense dense, int[] unitOf, IntPredicate runs) {
    this.instance = dense.instance;
    this.dense = dense;
    this.unitOf = unitOf;
    this.runs = runs;
  }

  void stayTogether(Indices machines) {
    int[] all = running(machines);
    if (all.length < 2) {
      return;
    }
    for (int m : all) {
      if (instance.state(m) != MachineState.RUNNING || instance.host(m) != instance.host(all[0])) {
        return;
      }
    }
    // One that stops elsewhere tears the group now: until then, the others may move.
    boolean torn =
        machines.stream()
            .filter(m -> instance.state(m) == MachineState.RUNNING)
            .anyMatch(m -> instance.host(m) != instance.host(all[0]));
    if (!torn) {
      pin(all[0]);
    }
  }

  void pin(int machine) {
    if (runs.test(machine) && instance.state(machine) == MachineState.RUNNING) {
      restrict(unitOf[machine], bits(Indices.of(instance.host(machine))));
    }
  }

  /** On none of the hosts that are in no part. */
  void keepInside(Indices machines, Partition partition) {
    long[] inside = partition.inside;
    if (inside != null) {
      each(machines, u -> restrict(u, inside));
    }
  }

  /**
   * The part where all that run now are, so that they stay there; -1 if that is none, or if none of
   * them goes on running.
   */
  int commonPart(Indices machines, int[] partOf) {
    int part = -1;
    boolean goesOn = false;
    for (int m : machines.toArray()) {
      if (instance.state(m) == MachineState.RUNNING) {
        int here = partOf[instance.host(m)];
        if (here < 0 || (part >= 0 && part != here)) {
          return -1;
        }
        part = here;
        goesOn |= runs.test(m);
      }
    }
    return goesOn ? part : -1;
  }

  void quarantine(Indices hosts) {
    hosts.stream().forEach(h -> dense.sealed[h] = true);
    boolean[] inside = new boolean[dense.hosts];
    hosts.stream().forEach(h -> inside[h] = true);
    for (int m = 0; m < instance.machines(); m++) {
      if (instance.state(m) == MachineState.RUNNING && inside[instance.host(m)]) {
        pin(m);
      }
    }
    keepOthersOut(hosts, inside);
  }

  /** A unit of which not all run on the quarantined host already cannot come there. */
  private void keepOthersOut(Indices hosts, boolean[] inside) {
    long[] bits = bits(hosts);
    for (int i = 0; i < bits.length; i++) {
      bits[i] = ~bits[i];
    }
    for (int u = 0; u < dense.units; u++) {
      int home = dense.home[u];
      if (home >= 0 && inside[home] && !allRunOn(u, home)) {
        restrict(u, bits);
      }
    }
  }

  private boolean allRunOn(int unit, int host) {
    for (int m : dense.members[unit]) {
      if (instance.state(m) != MachineState.RUNNING || instance.host(m) != host) {
        return false;
      }
    }
    return true;
  }

  int[] running(Indices machines) {
    return machines.stream().filter(runs).toArray();
  }

  void each(Indices machines, IntConsumer action) {
    Arrays.stream(running(machines)).map(m -> unitOf[m]).distinct().forEach(action);
  }

  long[] bits(Indices hosts) {
    long[] bits = new long[(dense.hosts + 63) / 64];
    hosts.stream().forEach(h -> bits[h >> 6] |= 1L << h);
    return bits;
  }

  void restrict(int unit, long[] bits) {
    long[] before = dense.domain[unit];
    if (before == null) {
      dense.domain[unit] = bits;
    } else if (!Arrays.equals(before, bits)) {
      long[] both = before.clone();
      for (int i = 0; i < both.length; i++) {
        both[i] &= bits[i];
      }
      dense.domain[unit] = both;
    }
  }
}
