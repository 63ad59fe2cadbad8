package org.heddle.planner.search;

import java.util.Arrays;
import org.heddle.planner.instance.Constraint;
import org.heddle.planner.instance.HostWish;
import org.heddle.planner.instance.Indices;
import org.heddle.planner.instance.Instance;
import org.heddle.planner.instance.MachineState;

/**
 * Which hosts have to be looked at together: those that a unit may choose between, or that a rule
 * joins. Hosts of different territories never have anything to do with each other.
 */
final class Territory {
  private final Dense dense;
  private final int[] root;

  Territory(Dense dense) {
    this.dense = dense;
    root = new int[dense.hosts];
    Arrays.setAll(root, h -> h);
  }

  /**
   * The number of its territory for every host, from 0 on; all 0 when they are one, or when some
   * unit may be nowhere.
   */
  int[] ofHosts() {
    if (!separable()) {
      return new int[dense.hosts];
    }
    for (int u = 0; u < dense.units; u++) {
      joinDomain(u);
    }
    int[] unitOf = new int[dense.instance.machines()];
    Arrays.fill(unitOf, -1);
    for (int u = 0; u < dense.units; u++) {
      for (int m : dense.members[u]) {
        unitOf[m] = u;
      }
    }
    for (Constraint constraint : dense.instance.constraints()) {
      joinRule(constraint, unitOf);
    }
    return numbered();
  }

  /**
   * The territory of every machine: where its host is, or where it may come to; any for those that
   * are and come nowhere.
   *
   * @param ofHosts what {@link #ofHosts} answered, if it is more than one
   */
  int[] ofMachines(int[] ofHosts) {
    int[] territory = new int[dense.instance.machines()];
    for (int m = 0; m < territory.length; m++) {
      territory[m] = ofHosts[Math.max(0, dense.instance.host(m))];
    }
    for (int u = 0; u < dense.units; u++) {
      int here = ofHosts[first(u)];
      for (int m : dense.members[u]) {
        territory[m] = here;
      }
    }
    return territory;
  }

  private boolean separable() {
    Instance instance = dense.instance;
    for (int u = 0; u < dense.units; u++) {
      if (dense.domain[u] == null || first(u) < 0) {
        return false;
      }
    }
    for (int m = 0; m < instance.machines(); m++) {
      boolean carried =
          instance.state(m) == MachineState.RUNNING
              && instance.wanted(m) == MachineState.SLEEPING
              && instance.hostWish(instance.host(m)) == HostWish.OFFLINE;
      if (carried) {
        return false;
      }
    }
    return dense.units > 0;
  }

  private void joinDomain(int unit) {
    int first = first(unit);
    for (int h = first + 1; h < dense.hosts; h++) {
      if (dense.inDomain(unit, h)) {
        join(first, h);
      }
    }
    for (int m : dense.members[unit]) {
      int home = dense.instance.host(m);
      if (home >= 0) {
        join(first, home);
      }
    }
  }

  private int first(int unit) {
    for (int h = 0; h < dense.hosts; h++) {
      if (dense.inDomain(unit, h)) {
        return h;
      }
    }
    return -1;
  }

  private void joinRule(Constraint constraint, int[] unitOf) {
    switch (constraint) {
      case Constraint.Spread c -> joinMachines(c.machines(), unitOf);
      case Constraint.Gather c -> joinMachines(c.machines(), unitOf);
      case Constraint.Among c -> joinMachines(c.machines(), unitOf);
      case Constraint.Lonely c -> joinMachines(c.machines(), unitOf);
      case Constraint.SplitAmong c -> joinMachines(all(c.groups()), unitOf);
      case Constraint.Split c -> joinMachines(all(c.groups()), unitOf);
      case Constraint.RunningCapacity c -> joinHosts(c.hosts());
      case Constraint.ResourceCapacity c -> joinHosts(c.hosts());
      case Constraint.MaxOnline c -> joinHosts(c.hosts());
      case Constraint.Fence _,
          Constraint.Ban _,
          Constraint.Root _,
          Constraint.Quarantine _,
          Constraint.Overbook _,
          Constraint.Online _,
          Constraint.Offline _,
          Constraint.NoIdle _,
          Constraint.Preserve _,
          Constraint.InState _,
          Constraint.Sequence _,
          Constraint.Precedence _,
          Constraint.Serialize _,
          Constraint.Synchronize _,
          Constraint.Deadline _,
          Constraint.NoDelay _ -> {
        // of single machines and hosts, or of the order
      }
    }
  }

  private static Indices all(java.util.List<Indices> groups) {
    return Indices.of(groups.stream().flatMapToInt(Indices::stream).toArray());
  }

  private void joinMachines(Indices machines, int[] unitOf) {
    int before = -1;
    for (int m : machines.toArray()) {
      int h = unitOf[m] < 0 ? dense.instance.host(m) : first(unitOf[m]);
      if (h >= 0 && before >= 0) {
        join(before, h);
      }
      before = h >= 0 ? h : before;
    }
  }

  private void joinHosts(Indices hosts) {
    for (int i = 1; i < hosts.size(); i++) {
      join(hosts.at(0), hosts.at(i));
    }
  }

  private int find(int host) {
    int h = host;
    while (root[h] != h) {
      root[h] = root[root[h]];
      h = root[h];
    }
    return h;
  }

  private void join(int a, int b) {
    int x = find(a);
    int y = find(b);
    root[Math.max(x, y)] = Math.min(x, y);
  }

  private int[] numbered() {
    int[] number = new int[dense.hosts];
    int[] known = new int[dense.hosts];
    Arrays.fill(known, -1);
    int next = 0;
    for (int h = 0; h < dense.hosts; h++) {
      int top = find(h);
      if (known[top] < 0) {
        known[top] = next++;
      }
      number[h] = known[top];
    }
    return number;
  }
}
