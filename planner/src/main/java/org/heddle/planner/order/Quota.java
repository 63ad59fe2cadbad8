package org.heddle.planner.order;

import java.util.ArrayList;
import java.util.BitSet;
import java.util.List;
import org.heddle.planner.instance.Constraint;
import org.heddle.planner.instance.Constraint.Lasting;
import org.heddle.planner.instance.Constraint.MaxOnline;
import org.heddle.planner.instance.Constraint.ResourceCapacity;
import org.heddle.planner.instance.Constraint.RunningCapacity;
import org.heddle.planner.instance.Constraint.Serialize;
import org.heddle.planner.instance.Indices;
import org.heddle.planner.instance.Instance;
import org.heddle.planner.instance.MachineState;

/** A continuous rule that bounds a sum: what it leaves is an account. */
sealed interface Quota {
  /** What the origin leaves; below zero when it breaks the rule. */
  long left(Instance instance);

  /** Running machines on hosts. */
  record Machines(BitSet hosts, long amount) implements Quota {
    @Override
    public long left(Instance instance) {
      long left = amount;
      for (int m = 0; m < instance.machines(); m++) {
        if (instance.state(m) == MachineState.RUNNING && hosts.get(instance.host(m))) {
          left--;
        }
      }
      return left;
    }
  }

  /** Use of a resource on hosts. */
  record Use(BitSet hosts, int resource, long amount) implements Quota {
    @Override
    public long left(Instance instance) {
      long left = amount;
      for (int m = 0; m < instance.machines(); m++) {
        if (instance.state(m) == MachineState.RUNNING && hosts.get(instance.host(m))) {
          left -= instance.present(m, resource);
        }
      }
      return left;
    }
  }

  /** Hosts on line. */
  record Hosts(BitSet hosts, long amount) implements Quota {
    @Override
    public long left(Instance instance) {
      return amount - hosts.stream().filter(instance::online).count();
    }
  }

  /** Migrations at once of these machines: one. */
  record Turns(BitSet machines) implements Quota {
    @Override
    public long left(Instance instance) {
      return 1;
    }
  }

  static List<Quota> of(Instance instance) {
    List<Quota> quotas = new ArrayList<>();
    for (Constraint constraint : instance.constraints()) {
      if (constraint instanceof Lasting lasting && !lasting.continuous()) {
        continue;
      }
      switch (constraint) {
        case RunningCapacity(var hosts, long amount, boolean _) ->
            quotas.add(new Machines(bits(hosts), amount));
        case ResourceCapacity(var hosts, int resource, long amount, boolean _) ->
            quotas.add(new Use(bits(hosts), resource, amount));
        case MaxOnline(var hosts, long amount, boolean _) ->
            quotas.add(new Hosts(bits(hosts), amount));
        case Serialize(var machines) -> quotas.add(new Turns(bits(machines)));
        // The rest bounds no sum.
        case Constraint _ -> {}
      }
    }
    return quotas;
  }

  private static BitSet bits(Indices indices) {
    BitSet bits = new BitSet();
    indices.stream().forEach(bits::set);
    return bits;
  }
}
