package org.heddle.planner.search;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.heddle.planner.instance.Attribute;
import org.heddle.planner.instance.Constraint;
import org.heddle.planner.instance.Indices;
import org.heddle.planner.instance.Instance;
import org.heddle.planner.instance.InstanceBuilder;
import org.heddle.planner.instance.MachineState;
import org.heddle.planner.order.ModelDurations;
import org.heddle.planner.order.OrderLimits;
import org.junit.jupiter.api.Test;

class GoalsTest {
  private int machines;
  private static final long LARGE = 1L << 40;

  private static InstanceBuilder hosts(int count, long cpu, long memory) {
    InstanceBuilder builder = new InstanceBuilder();
    builder.resource("cpu");
    builder.memoryResource(builder.resource("memory"));
    for (int h = 0; h < count; h++) {
      builder.host("h" + h);
      builder.online(h, true).capacity(h, 0, cpu).capacity(h, 1, memory);
    }
    return builder;
  }

  private int running(InstanceBuilder builder, int host, long cpu, long memory) {
    int m = builder.machine("running" + machines++);
    builder.running(m, host).demand(m, 0, cpu).demand(m, 1, memory);
    return m;
  }

  private static Outcome.Found solve(Instance instance, Goal... goals) {
    return (Outcome.Found) Search.solve(instance, List.of(goals), SearchLimits.of(100_000, 1));
  }

  @Test
  void whereGoalsDoNotFitIntoOneNumberTheFirstOnesCount() {
    InstanceBuilder builder = hosts(4, 100, 3 * LARGE);
    for (int i = 0; i < 6; i++) {
      builder.attribute(running(builder, i / 3, 1, LARGE), Attribute.MIGRATE, 10_000_000);
    }
    Instance instance = builder.constraint(new Constraint.Offline(Indices.of(0))).build();
    Outcome.Found memory =
        solve(instance, Goal.MOVED_MEMORY, Goal.MOVES, Goal.SOONEST_END, Goal.HOSTS_USED);
    assertThat(memory.objective()).isEqualTo(3 * LARGE);
    assertThat(memory.bound()).isEqualTo(3 * LARGE);
    Outcome.Found time = solve(instance, Goal.SOONEST_END, Goal.MOVED_MEMORY, Goal.MOVES);
    assertThat(time.objective()).isEqualTo(30_000_000_000L);
    assertThat(time.bound()).isEqualTo(30_000_000_000L);
  }

  @Test
  void balanceIsFoundWhereMoreComeToAHostThanArePutTogether() {
    InstanceBuilder builder = hosts(30, 1_000, 1_000);
    for (int i = 0; i < 550; i++) {
      running(builder, i % 10, 10, 1);
    }
    builder.constraint(new Constraint.Ban(Indices.of(0), Indices.of(0), false));
    assertThat(solve(builder.build(), Goal.BALANCE, Goal.MOVED_MEMORY).objective())
        .isLessThanOrEqualTo(300_000);
  }

  @Test
  void aShapeHoldsForTheSumsBehindItAndMayCostThem() {
    InstanceBuilder builder = hosts(2, 4, 100);
    running(builder, 0, 1, 0);
    running(builder, 1, 1, 0);
    Instance instance = builder.build();
    for (Goal last : List.of(Goal.MOVES, Goal.SOONEST_END)) {
      Outcome.Found found = solve(instance, Goal.MOVED_MEMORY, Goal.HOSTS_USED, last);
      assertThat(found.arrangement().host(0)).as("%s", last).isEqualTo(found.arrangement().host(1));
    }
    Outcome.Found dear = solve(instance, Goal.MOVES, Goal.HOSTS_USED, Goal.MOVED_MEMORY);
    assertThat(dear.arrangement().host(0)).isNotEqualTo(dear.arrangement().host(1));
  }

  @Test
  void balanceBehindASumLooksForWhatCostsNoMore() {
    InstanceBuilder builder = hosts(3, 10, 100);
    running(builder, 1, 5, 10);
    for (int m = 1; m < 5; m++) {
      int ready = builder.machine("m" + m);
      builder.demand(ready, 0, 2).demand(ready, 1, 1);
    }
    builder.constraint(new Constraint.InState(Indices.range(1, 5), MachineState.RUNNING));
    Outcome.Found found = solve(builder.build(), Goal.MOVED_MEMORY, Goal.BALANCE);
    assertThat(found.objective()).isZero();
    assertThat(found.arrangement().host(0)).isEqualTo(1);
    assertThat(found.arrangement().toHosts()).containsOnlyOnce(1);
  }

  @Test
  void whatIsStartedAnewMovesNoMemory() {
    InstanceBuilder builder = hosts(2, 2, 1_000);
    running(builder, 0, 2, 40);
    int stateless = running(builder, 0, 2, 50);
    builder.stateless(stateless, true).attribute(stateless, Attribute.MIGRATE, 50);
    Instance instance = builder.build();
    Outcome.Found found = solve(instance, Goal.MOVED_MEMORY, Goal.MOVES);
    assertThat(found.objective()).isZero();
    assertThat(found.arrangement().host(stateless)).isEqualTo(1);
    OrderLimits live = Search.byAttributes(instance).relaunch(false);
    SearchLimits limits = SearchLimits.of(100_000, 1);
    List<Goal> goals = List.of(Goal.MOVED_MEMORY, Goal.MOVES);
    Outcome.Found other = (Outcome.Found) Search.solve(instance, goals, limits, live);
    assertThat(other.objective()).isEqualTo(40);
    assertThat(other.arrangement().host(stateless)).isZero();
  }

  @Test
  void theSoonestEndCountsTheDurationsOfTheOrder() {
    InstanceBuilder builder = hosts(2, 2, 100_000);
    int large = running(builder, 0, 2, 40_000);
    running(builder, 0, 1, 100);
    running(builder, 0, 1, 100);
    Instance instance = builder.build();
    OrderLimits order = OrderLimits.of(new ModelDurations(instance));
    SearchLimits limits = SearchLimits.of(100_000, 1);
    List<Goal> goals = List.of(Goal.SOONEST_END);
    Outcome.Found found = (Outcome.Found) Search.solve(instance, goals, limits, order);
    assertThat(found.arrangement().host(large)).isZero();
    assertThat(found.objective()).isBetween(2_000L, 4_000L);
    assertThat(found.proven()).isTrue();
  }
}
