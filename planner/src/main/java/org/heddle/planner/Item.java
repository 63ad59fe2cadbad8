package org.heddle.planner;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import org.heddle.model.HostId;
import org.heddle.model.MachineId;
import org.heddle.model.Placement;
import org.heddle.planner.Problem.MachineSlot;

/**
 * A machine that shall get a place, prepared for the search. The cost of a place is the memory in
 * MiB that has to cross the network for it, and one more, so that machines without memory stay too.
 */
final class Item {
  /** Hard ones first: those with one host only, then the largest; equal ones side by side. */
  static final Comparator<Item> DECREASING =
      Comparator.<Item>comparingInt(item -> item.hosts.length == 1 ? 0 : 1)
          .thenComparing(Comparator.<Item>comparingDouble(item -> item.share).reversed())
          .thenComparingInt(item -> item.form);

  final MachineId id;
  final MachineSlot slot;
  final long[] demand;
  final double share;

  /** By host index; meaningless where it may not run. */
  final long[] cost;

  /** Hosts on which it may run, cheapest first, then in order of name. */
  final int[] hosts;

  /** Where it runs or its saved state lies, or -1. */
  final int home;

  final boolean running;

  /** Equal for machines that differ in nothing but their name. */
  final int form;

  /** What tells machines apart for the search. */
  record Form(List<Long> demand, List<Integer> hosts, List<Long> cost, boolean running) {}

  /**
   * @param forms the forms known so far, which grows
   */
  Item(MachineId id, MachineSlot slot, Floor floor, Map<Form, Integer> forms) {
    this.id = id;
    this.slot = slot;
    this.demand = Floor.amounts(slot.demand());
    this.share = floor.share(demand);
    this.running = slot.now() instanceof Placement.Running;
    this.home =
        switch (slot.now()) {
          case Placement.Running(HostId host) -> floor.indexOf(host);
          case Placement.Sleeping(HostId host) -> floor.indexOf(host);
          case Placement.Waiting _, Placement.Terminated _ -> -1;
        };
    this.cost = new long[floor.size()];
    for (int h = 0; h < cost.length; h++) {
      cost[h] = home < 0 || h == home ? 0 : slot.demand().memoryMiB() + 1;
    }
    List<Integer> order = new ArrayList<>(floor.allowed(slot));
    order.sort(Comparator.comparingLong(h -> cost[h]));
    this.hosts = order.stream().mapToInt(Integer::intValue).toArray();
    Form key = new Form(boxed(demand), order, boxed(cost), running);
    Integer known = forms.putIfAbsent(key, forms.size());
    this.form = known == null ? forms.size() - 1 : known;
  }

  private static List<Long> boxed(long[] values) {
    List<Long> list = new ArrayList<>(values.length);
    for (long value : values) {
      list.add(value);
    }
    return list;
  }

  boolean mayStayHome() {
    return hosts.length > 0 && hosts[0] == home;
  }

  /** Cost of the cheapest place, were it alone; 0 when there is none. */
  long leastCost() {
    return hosts.length == 0 ? 0 : cost[hosts[0]];
  }
}
