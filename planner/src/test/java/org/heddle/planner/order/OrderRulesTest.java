package org.heddle.planner.order;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.heddle.planner.instance.Attribute;
import org.heddle.planner.instance.Constraint;
import org.heddle.planner.instance.Indices;
import org.heddle.planner.instance.MachineState;
import org.heddle.planner.instance.Schedule;
import org.heddle.planner.instance.TimedAction;
import org.heddle.planner.instance.TimedAction.Kind;
import org.junit.jupiter.api.Test;

/** Constraints that the order has to keep. */
class OrderRulesTest extends OrderTrial {
  @Test
  void aHostBootsBeforeAnythingComesAndAnotherGoesOffWhenAllHaveLeft() {
    hosts(2, 8);
    running(0, 4);
    builder.online(1, false).constraint(new Constraint.Offline(Indices.of(0)));
    builder.hostAttribute(1, Attribute.BOOT, 7).hostAttribute(0, Attribute.SHUTDOWN, 2);

    Schedule plan = plan(1);

    assertThat(kinds(plan)).containsExactly(Kind.BOOT_HOST, Kind.MIGRATE, Kind.SHUTDOWN_HOST);
    assertThat(plan.endMs()).isEqualTo(7000 + 1000 + 2000);
  }

  @Test
  void withHostsOnLineBoundedOneGoesBeforeTheOtherComes() {
    hosts(3, 8);
    running(0, 4);
    builder.online(2, false);
    builder.constraint(new Constraint.Offline(Indices.of(1)));
    builder.constraint(new Constraint.Online(Indices.of(2)));
    builder.constraint(new Constraint.MaxOnline(Indices.range(0, 3), 2, true));

    Schedule plan = plan(2);

    assertThat(kinds(plan)).containsExactly(Kind.SHUTDOWN_HOST, Kind.BOOT_HOST, Kind.MIGRATE);
  }

  @Test
  void machinesKeptApartSwapByAThirdHost() {
    hosts(3, 8);
    running(0, 1);
    running(1, 1);
    builder.constraint(new Constraint.Spread(Indices.of(0, 1), true));

    Schedule plan = plan(1, 0);

    assertThat(plan.actions()).hasSize(3);
  }

  @Test
  void rulesOfTimeAreKept() {
    hosts(2, 80);
    for (int m = 0; m < 6; m++) {
      running(0, 1);
      builder.attribute(m, Attribute.MIGRATE, 1 + m);
    }
    builder.constraint(new Constraint.Sequence(Indices.of(3, 0)));
    builder.constraint(new Constraint.Precedence(Indices.of(1), Indices.of(2)));
    builder.constraint(new Constraint.Serialize(Indices.of(1, 3)));
    builder.constraint(new Constraint.Synchronize(Indices.of(4, 5)));
    builder.constraint(new Constraint.NoDelay(Indices.of(1)));

    Schedule plan = plan(1, 1, 1, 1, 1, 1);

    TimedAction shorter =
        plan.actions().stream().filter(a -> a.machine() == 4).findFirst().orElseThrow();
    assertThat(shorter.startMs()).as("it ends with the longer one").isEqualTo(1000);
  }

  @Test
  void aDeadlineThatCannotBeKeptIsRefusedInWords() {
    hosts(3, 8);
    running(0, 8);
    running(1, 8);
    builder.constraint(new Constraint.Deadline(Indices.of(0), 1500));

    assertThat(refusal(1, 2)).singleElement().asString().contains("deadline", "2000 ms");
  }

  @Test
  void sequencesThatContradictEachOtherAreRefused() {
    hosts(2, 8);
    running(0, 1);
    running(0, 1);
    builder.constraint(new Constraint.Sequence(Indices.of(0, 1)));
    builder.constraint(new Constraint.Sequence(Indices.of(1, 0)));

    assertThat(refusal(1, 1)).singleElement().asString().contains("wait for it");
  }

  @Test
  void aMachineThatRunsAloneOfItsGatherMovesAndTheNextComesWhenItIsThere() {
    hosts(2, 8);
    int lone = running(0, 2);
    int next = wants(MachineState.RUNNING, 2);
    builder.constraint(new Constraint.Gather(Indices.of(lone, next), true));
    Schedule schedule = plan(1, 1);
    assertThat(kinds(schedule)).containsExactly(Kind.MIGRATE, Kind.BOOT);
    assertThat(schedule.actions().get(1).startMs())
        .isGreaterThanOrEqualTo(schedule.actions().get(0).endMs());
  }

  @Test
  void aMachineOfBothSidesOfAPrecedenceWaitsForTheOthersNotForItself() {
    hosts(2, 8);
    int first = running(0, 1);
    int both = running(0, 1);
    builder.constraint(new Constraint.Precedence(Indices.of(first, both), Indices.of(both)));

    Schedule schedule = plan(1, 1);

    assertThat(schedule.actions().get(0).machine()).isEqualTo(first);
    assertThat(schedule.actions().get(1).startMs()).isEqualTo(schedule.actions().get(0).endMs());
    assertThat(schedule.actions().get(1).waitsFor()).isEqualTo(Indices.of(0));
  }

  @Test
  void machinesOfBothSidesOfAPrecedenceContradictEachOther() {
    hosts(2, 8);
    Indices both = Indices.of(running(0, 1), running(0, 1));
    builder.constraint(new Constraint.Precedence(both, both));

    assertThat(refusal(1, 1)).singleElement().asString().contains("contradict");
  }

  @Test
  void groupsThatTheOriginHasInOnePartArePartedOneByOne() {
    hosts(3, 8);
    int stays = running(0, 1);
    int leaves = running(0, 1);
    int comes = wants(MachineState.RUNNING, 1);
    List<Indices> groups = List.of(Indices.of(leaves, comes), Indices.of(stays));
    List<Indices> parts = List.of(Indices.of(0), Indices.of(1, 2));
    builder.constraint(new Constraint.SplitAmong(groups, parts, true));
    builder.constraint(new Constraint.NoDelay(Indices.of(comes)));

    assertThat(kinds(plan(0, 1, 2))).containsExactlyInAnyOrder(Kind.MIGRATE, Kind.BOOT);
  }

  @Test
  void groupsThatAreInEachOthersPartsChangePlacesOneByOne() {
    hosts(2, 8);
    int first = running(0, 1);
    int second = running(0, 1);
    int third = wants(MachineState.RUNNING, 1);
    List<Indices> groups = List.of(Indices.of(second, third), Indices.of(first));
    List<Indices> parts = List.of(Indices.of(0), Indices.of(1));
    builder.constraint(new Constraint.SplitAmong(groups, parts, true));
    builder.constraint(new Constraint.Sequence(Indices.of(third, first)));

    assertThat(kinds(plan(1, 0, 0))).containsExactly(Kind.BOOT, Kind.MIGRATE);
  }

  @Test
  void aMachineThatDoesNotMigrateBindsNoOthersTogether() {
    hosts(3, 10);
    int boots = wants(MachineState.RUNNING, 1);
    int first = running(0, 2);
    int second = running(1, 2);
    builder
        .constraint(new Constraint.Synchronize(Indices.of(boots, first)))
        .constraint(new Constraint.Synchronize(Indices.of(boots, second)))
        .constraint(new Constraint.Precedence(Indices.of(first), Indices.of(second)));
    assertThat(kinds(plan(0, 2, 2)))
        .containsExactlyInAnyOrder(Kind.BOOT, Kind.MIGRATE, Kind.MIGRATE);
  }

  @Test
  void whoTookTheRoomOfOneThatHasToWaitIsPutBehindIt() {
    hosts(3, 10);
    int first = running(1, 1);
    int then = wants(MachineState.RUNNING, 3);
    int last = running(0, 1);
    wants(MachineState.RUNNING, 7);
    builder.constraint(new Constraint.Sequence(Indices.of(first, then, last)));

    Schedule schedule = plan(2, 0, 2, 0);

    assertThat(schedule.actions().stream().map(TimedAction::machine))
        .containsExactly(first, then, last, 3);
  }

  @Test
  void whoTookWhatAConstraintAllowsIsPutBehindOneThatHasToWait() {
    hosts(3, 100);
    int first = running(1, 1);
    int then = wants(MachineState.RUNNING, 3);
    int last = running(0, 1);
    wants(MachineState.RUNNING, 7);
    builder.constraint(new Constraint.Sequence(Indices.of(first, then, last)));
    builder.constraint(new Constraint.ResourceCapacity(Indices.of(0), memory, 10, true));

    assertThat(plan(2, 0, 2, 0).actions().stream().map(TimedAction::machine))
        .containsExactly(first, then, last, 3);
  }

  @Test
  void whatMayNotWaitGoesBeforeWhatHasADeadline() {
    hosts(2, 8);
    int inTime = running(0, 1);
    int atOnce = running(0, 1);
    builder.constraint(new Constraint.Deadline(Indices.of(inTime), 3000));
    builder.constraint(new Constraint.NoDelay(Indices.of(atOnce)));
    builder.constraint(new Constraint.Serialize(Indices.of(inTime, atOnce)));

    assertThat(plan(1, 1).actions().getFirst().machine()).isEqualTo(atOnce);
  }

  @Test
  void whatHasTheEarlierDeadlineGoesFirst() {
    hosts(2, 8);
    int late = running(0, 1);
    int early = running(0, 1);
    builder.constraint(new Constraint.Deadline(Indices.of(late), 2000));
    builder.constraint(new Constraint.Deadline(Indices.of(early), 1000));
    builder.constraint(new Constraint.Serialize(Indices.of(late, early)));

    assertThat(plan(1, 1).actions().getFirst().machine()).isEqualTo(early);
  }
}
