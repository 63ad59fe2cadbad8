package org.heddle.planner.order;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.heddle.planner.instance.Attribute;
import org.heddle.planner.instance.Constraint;
import org.heddle.planner.instance.Indices;
import org.heddle.planner.instance.Instance;
import org.heddle.planner.instance.InstanceChecker;
import org.heddle.planner.instance.MachineState;
import org.heddle.planner.instance.Schedule;
import org.heddle.planner.instance.TimedAction;
import org.heddle.planner.instance.TimedAction.Kind;
import org.junit.jupiter.api.Test;

class OrderTest extends OrderTrial {
  @Test
  void nothingToDoIsAnEmptyPlan() {
    hosts(1, 8);
    running(0, 4);

    assertThat(plan(0).actions()).isEmpty();
  }

  @Test
  void whatNeedsTheRoomOfAnotherWaitsForIt() {
    hosts(3, 8);
    running(0, 8);
    running(1, 8);

    Schedule plan = plan(1, 2);

    assertThat(plan.actions().get(0).machine()).isEqualTo(1);
    assertThat(plan.actions().get(1).waitsFor()).isEqualTo(Indices.of(0));
    assertThat(plan.sumOfEndsMs()).isEqualTo(1000 + 2000);
  }

  @Test
  void aCircleIsBrokenByAThirdHost() {
    hosts(3, 8);
    running(0, 8);
    running(1, 8);

    Schedule plan = plan(1, 0);

    assertThat(kinds(plan)).containsOnly(Kind.MIGRATE).hasSize(3);
  }

  @Test
  void aCircleWithoutAThirdHostIsBrokenBySleep() {
    hosts(2, 8);
    running(0, 8);
    running(1, 6);

    Schedule plan = plan(1, 0);

    assertThat(kinds(plan)).containsExactlyInAnyOrder(Kind.SUSPEND, Kind.MIGRATE, Kind.RESUME);
    assertThat(plan.actions().getFirst().machine()).as("the smaller one sleeps").isEqualTo(1);
  }

  @Test
  void aBigMachineIsNotMovedTwiceWhereASmallOneCanSleep() {
    hosts(3, 80);
    running(0, 80);
    running(1, 10);
    builder.constraint(new Constraint.Fence(Indices.of(1), Indices.of(0, 1), true));

    Schedule plan = plan(1, 0);

    assertThat(kinds(plan)).containsExactly(Kind.SUSPEND, Kind.MIGRATE, Kind.RESUME);
    assertThat(Costs.PAPERS.moved(builder.build(), plan)).isEqualTo(10 + 80 + 2 * 10);
  }

  @Test
  void ofAVjobInTheWayAllSleepAtTheStartAndWakeTogether() {
    hosts(2, 8);
    running(0, 8);
    running(1, 6);
    running(1, 2);
    builder.vjob("first", Indices.of(0));
    builder.vjob("second", Indices.of(1, 2));

    Schedule plan = plan(1, 0, 0);

    List<TimedAction> suspends =
        plan.actions().stream().filter(a -> a.kind() == Kind.SUSPEND).toList();
    assertThat(suspends).isNotEmpty().allMatch(a -> a.startMs() == 0);
  }

  @Test
  void aMachineThatGrowsWaitsUntilAnotherHasLeft() {
    hosts(2, 8);
    int grows = running(0, 4);
    running(0, 4);
    builder.constraint(new Constraint.Preserve(Indices.of(grows), memory, 6));

    Schedule plan = plan(0, 1);

    assertThat(kinds(plan)).containsExactly(Kind.MIGRATE, Kind.ALLOCATE);
    assertThat(plan.actions().get(1).startMs()).isEqualTo(1000);
  }

  @Test
  void noMoreActionsAtOnceThanAllowed() {
    hosts(5, 80);
    for (int m = 0; m < 8; m++) {
      running(0, 1);
    }

    Schedule plan = plan(limits -> limits.atOnce(2, 1), 1, 2, 3, 4, 1, 2, 3, 4);

    assertThat(plan.endMs()).isEqualTo(4000);
    assertThat(plan.actions().get(2).waitsFor().size()).isEqualTo(1);
  }

  @Test
  void statelessMachinesAreStartedAnewWhereThatIsSoonerUnlessForbidden() {
    hosts(2, 8);
    running(0, 1);
    builder.stateless(0, true);
    builder.attribute(0, Attribute.MIGRATE, 9);
    builder.attribute(0, Attribute.BOOT, 2).attribute(0, Attribute.SHUTDOWN, 1);

    assertThat(kinds(plan(1))).containsExactly(Kind.RELAUNCH);
    assertThat(kinds(plan(limits -> limits.relaunch(false), 1))).containsExactly(Kind.MIGRATE);
  }

  @Test
  void overOneLinkMigrationsGoOneAfterTheOtherAndAtOnceOverOthers() {
    hosts(4, 80_000);
    for (int h = 0; h < 4; h++) {
      builder.hostLink(h, builder.link("link" + h, 1000));
    }
    running(0, 4000);
    running(0, 4000);
    running(1, 4000);
    Instance instance = builder.build();
    Durations durations = new ModelDurations(instance);

    Ordering.Done done =
        (Ordering.Done) Order.schedule(instance, new int[] {2, 3, 3}, OrderLimits.of(durations));

    assertThat(InstanceChecker.check(instance, done.schedule())).isEmpty();
    long one = durations.ms(Kind.MIGRATE, 0, 0, 2, durations.goodput(1000));
    assertThat(done.schedule().actions().stream().mapToLong(TimedAction::endMs).sorted().toArray())
        .containsExactly(one, one, 2 * one);
    assertThat(done.leastSumOfEndsMs()).isBetween(4 * one * 9 / 10, 4 * one);
  }

  @Test
  void twoSlowLinksFillAFastOneAtOnce() {
    hosts(3, 80_000);
    for (int h = 0; h < 3; h++) {
      builder.hostLink(h, builder.link("link" + h, h == 2 ? 1000 : 450));
    }
    running(0, 4000);
    running(1, 4000);
    Instance instance = builder.build();

    Ordering.Done done =
        (Ordering.Done)
            Order.schedule(
                instance, new int[] {2, 2}, OrderLimits.of(new ModelDurations(instance)));

    assertThat(done.schedule().actions()).allMatch(action -> action.startMs() == 0);
  }

  @Test
  void aPlacementThatOverloadsAHostIsRefused() {
    hosts(2, 8);
    running(0, 8);
    wants(MachineState.RUNNING, 4);

    assertThat(refusal(0, 0)).singleElement().asString().contains("m1", "boot");
  }

  @Test
  void theSamePlanComesOutEachTime() {
    RandomInstances.Case drawn = new RandomInstances(11, 6, 14, true).next();
    OrderLimits limits = OrderLimits.of(new AttributeDurations(drawn.instance()));

    Ordering once = Order.schedule(drawn.instance(), drawn.goal(), limits);

    assertThat(Order.schedule(drawn.instance(), drawn.goal(), limits)).isEqualTo(once);
  }
}
