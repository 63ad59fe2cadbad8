package org.heddle.planner.order;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.heddle.planner.instance.Constraint;
import org.heddle.planner.instance.Indices;
import org.heddle.planner.instance.Instance;
import org.heddle.planner.instance.InstanceBuilder;
import org.heddle.planner.instance.InstanceChecker;
import org.heddle.planner.instance.MachineState;
import org.heddle.planner.instance.Schedule;
import org.heddle.planner.instance.TimedAction;
import org.heddle.planner.instance.TimedAction.Kind;

/** A small instance that is put together, ordered, and checked. */
abstract class OrderTrial {
  final InstanceBuilder builder = new InstanceBuilder();
  final int memory = builder.resource("memory");

  void hosts(int count, long room) {
    for (int i = 0; i < count; i++) {
      int host = builder.host("h" + i);
      builder.capacity(host, memory, room);
    }
  }

  int running(int host, long size) {
    int m = builder.machine("m" + machines++);
    builder.running(m, host).demand(m, memory, size);
    return m;
  }

  int wants(MachineState state, long size) {
    int m = builder.machine("m" + machines++);
    builder.demand(m, memory, size).constraint(new Constraint.InState(Indices.of(m), state));
    return m;
  }

  private int machines;

  Schedule plan(int... placement) {
    return plan(limits -> limits, placement);
  }

  Schedule plan(java.util.function.UnaryOperator<OrderLimits> bounds, int... placement) {
    Instance instance = builder.build();
    OrderLimits limits = bounds.apply(OrderLimits.of(new AttributeDurations(instance)));
    Ordering ordering = Order.schedule(instance, placement, limits);
    assertThat(ordering).isInstanceOf(Ordering.Done.class);
    Schedule schedule = ((Ordering.Done) ordering).schedule();
    assertThat(InstanceChecker.check(instance, schedule)).isEmpty();
    return schedule;
  }

  List<String> refusal(int... placement) {
    Instance instance = builder.build();
    Ordering ordering =
        Order.schedule(instance, placement, OrderLimits.of(new AttributeDurations(instance)));
    assertThat(ordering).isInstanceOf(Ordering.Refused.class);
    return ((Ordering.Refused) ordering).reasons();
  }

  static List<Kind> kinds(Schedule schedule) {
    return schedule.actions().stream().map(TimedAction::kind).toList();
  }
}
