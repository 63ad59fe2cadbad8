package org.heddle.planner;

import static org.assertj.core.api.Assertions.assertThat;
import static org.heddle.planner.Grids.running;
import static org.heddle.planner.Grids.sleeping;
import static org.heddle.planner.Grids.waiting;
import static org.heddle.planner.Problem.Target.RUN;
import static org.heddle.planner.Problem.Target.SLEEP;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.SortedSet;
import java.util.TreeSet;
import org.heddle.model.Action;
import org.heddle.model.HostId;
import org.heddle.model.MachineId;
import org.heddle.model.Plan;
import org.junit.jupiter.api.Test;

/** Bad plans, each with the one thing that is wrong with it. */
final class PlanCheckerTest {
  private static final HostId HOST1 = new HostId("host1");
  private static final HostId HOST2 = new HostId("host2");
  private static final HostId HOST3 = new HostId("host3");

  private final Grids grid = new Grids();
  private final List<Plan.Step> steps = new ArrayList<>();

  /** The same plan with another set of waits for one step. */
  static Plan with(Plan plan, int id, SortedSet<Integer> after) {
    return replaced(plan, id, plan.steps().get(id).action(), after);
  }

  /** The same plan with another action for one step. */
  static Plan with(Plan plan, int id, Action action) {
    return replaced(plan, id, action, plan.steps().get(id).after());
  }

  private static Plan replaced(Plan plan, int id, Action action, SortedSet<Integer> after) {
    List<Plan.Step> steps = new ArrayList<>(plan.steps());
    Plan.Step old = steps.get(id);
    steps.set(id, new Plan.Step(id, action, after, old.startMs(), old.endMs(), old.why()));
    return new Plan(steps, plan.cost());
  }

  private static MachineId m(String name) {
    return MachineId.parse(name);
  }

  private PlanCheckerTest step(Action action, Integer... after) {
    long start = after.length == 0 ? 0 : 100;
    steps.add(
        new Plan.Step(
            steps.size(), action, new TreeSet<>(Arrays.asList(after)), start, start + 100, ""));
    return this;
  }

  private List<String> violations() {
    return PlanChecker.check(grid.problem(), new Plan(steps, 0));
  }

  @Test
  void aPlanThatWaitsForRoomIsGood() {
    grid.host("host1", 1024).host("host2", 1024);
    grid.vjob("a", RUN, waiting(1024)).vjob("b", RUN, running(512, "host1"));
    step(new Action.Migrate(m("m1.b"), HOST1, HOST2)).step(new Action.Boot(m("m1.a"), HOST1), 0);
    assertThat(violations()).isEmpty();
  }

  @Test
  void roomThatIsNotYetFreeMayNotBeTaken() {
    grid.host("host1", 1024).host("host2", 1024);
    grid.vjob("a", RUN, waiting(1024)).vjob("b", RUN, running(512, "host1"));
    step(new Action.Migrate(m("m1.b"), HOST1, HOST2)).step(new Action.Boot(m("m1.a"), HOST1));
    assertThat(violations())
        .containsExactly("step 1 (boot m1.a): host1 may then need 1536 of 1024 MiB of memory");
  }

  @Test
  void freedRoomIsNotGivenTwice() {
    grid.host("host1", 1024);
    grid.vjob("low", SLEEP, running(512, "host1"), running(512, "host1"));
    grid.vjob("a", RUN, waiting(512)).vjob("b", RUN, waiting(512));
    step(new Action.Suspend(m("m1.low"), HOST1)).step(new Action.Suspend(m("m2.low"), HOST1));
    step(new Action.Boot(m("m1.a"), HOST1), 0).step(new Action.Boot(m("m1.b"), HOST1), 0);
    assertThat(violations())
        .containsExactly(
            "step 2 (boot m1.a): host1 may then need 1536 of 1024 MiB of memory",
            "step 3 (boot m1.b): host1 may then need 1536 of 1024 MiB of memory");
    steps.removeLast();
    step(new Action.Boot(m("m1.b"), HOST1), 1);
    assertThat(violations()).isEmpty();
  }

  @Test
  void roomThatAnotherMustHaveWaitedForCountsAsFree() {
    grid.host("host1", 1024);
    grid.vjob("low", SLEEP, running(768, "host1"));
    grid.vjob("a", RUN, waiting(256)).vjob("b", RUN, waiting(768));
    step(new Action.Suspend(m("m1.low"), HOST1));
    step(new Action.Boot(m("m1.a"), HOST1)).step(new Action.Boot(m("m1.b"), HOST1), 0);
    assertThat(violations()).isEmpty();
  }

  @Test
  void coresAndDiskCountToo() {
    grid.host("host1", 1, 4096, false);
    grid.vjob("a", RUN, waiting(64).cores(2));
    step(new Action.Boot(m("m1.a"), HOST1));
    assertThat(violations())
        .containsExactly("step 0 (boot m1.a): host1 may then need 2 of 1 cores");
  }

  @Test
  void anActionNeedsTheRightState() {
    grid.host("host1", 4096).host("host2", 4096);
    grid.vjob("a", RUN, running(64, "host1")).vjob("b", RUN, sleeping(64, "host1"));
    step(new Action.Migrate(m("m1.a"), HOST2, HOST1));
    step(new Action.Resume(m("m1.b"), HOST2, HOST1));
    step(new Action.Boot(m("m1.b"), HOST1), 1);
    assertThat(violations())
        .containsExactly(
            "step 0 (migrate m1.a): the machine is then running on host1",
            "step 1 (resume m1.b): the machine is then sleeping on host1",
            "step 2 (boot m1.b): the machine is then sleeping on host1");
  }

  @Test
  void twoActionsOfAMachineNeedAnOrder() {
    grid.host("host1", 4096).host("host2", 4096).host("host3", 4096);
    grid.vjob("a", RUN, running(64, "host1"));
    step(new Action.Migrate(m("m1.a"), HOST1, HOST2));
    step(new Action.Migrate(m("m1.a"), HOST2, HOST3));
    assertThat(violations())
        .containsExactly("step 1 (migrate m1.a) does not wait for step 0 (migrate m1.a)");
  }

  @Test
  void forbiddenHostsAreNamed() {
    grid.drained("host1", 4096).host("host2", 4096).host("host3", 4096);
    grid.vjob("a", RUN, waiting(64)).vjob("b", RUN, waiting(64).banned("host2"));
    grid.vjob("c", RUN, waiting(64).pinned("host2"));
    step(new Action.Boot(m("m1.a"), HOST1)).step(new Action.Boot(m("m1.b"), HOST2));
    step(new Action.Boot(m("m1.c"), HOST3));
    assertThat(violations())
        .containsExactly(
            "step 0 (boot m1.a): host1 is drained",
            "step 1 (boot m1.b): the machine failed on host2 lately",
            "step 2 (boot m1.c): the machine may run on host2 only");
  }

  @Test
  void unknownMachinesHostsAndWaitsAreNamed() {
    grid.host("host1", 4096);
    grid.vjob("a", RUN, waiting(64));
    step(new Action.Boot(m("m1.a"), HOST2), 1).step(new Action.Boot(m("m1.x"), HOST1), 7);
    assertThat(violations())
        .containsExactly(
            "step 0 (boot m1.a) waits for step 1, which does not come before it",
            "step 1 (boot m1.x) waits for step 7, which does not exist",
            "step 0 (boot m1.a): host host2 is not on line",
            "step 1 (boot m1.x): there is no such machine");
  }

  @Test
  void aVjobMayNotEndHalfRunning() {
    grid.host("host1", 4096);
    grid.vjob("a", RUN, waiting(64), waiting(64));
    step(new Action.Boot(m("m1.a"), HOST1));
    assertThat(violations()).containsExactly("a ends half running: 1 of 2 machines");
  }

  @Test
  void aVjobThatShallSleepMayNotEndRunning() {
    grid.host("host1", 4096);
    grid.vjob("a", SLEEP, waiting(64));
    step(new Action.Boot(m("m1.a"), HOST1));
    assertThat(violations()).containsExactly("a ends running, which is not wished");
  }

  @Test
  void suspendsOfAVjobBelongTogether() {
    grid.host("host1", 4096);
    grid.vjob("a", SLEEP, running(64, "host1"), running(64, "host1"));
    step(new Action.Suspend(m("m1.a"), HOST1)).step(new Action.Suspend(m("m2.a"), HOST1), 0);
    assertThat(violations())
        .containsExactly(
            "step 1 (suspend m2.a) does not start together with step 0 (suspend m1.a) of the same"
                + " vjob");
  }

  @Test
  void aVjobIsNotResumedInPart() {
    grid.host("host1", 4096);
    grid.vjob("a", RUN, running(64, "host1"), sleeping(64, "host1"));
    step(new Action.Resume(m("m2.a"), HOST1, HOST1));
    assertThat(violations())
        .containsExactly("the plan has 1 of resume for a, which has 2 machines");
  }

  @Test
  void idsArePositions() {
    grid.host("host1", 4096);
    grid.vjob("a", RUN, waiting(64));
    steps.add(new Plan.Step(3, new Action.Boot(m("m1.a"), HOST1), new TreeSet<>(), 0, 1, ""));
    assertThat(violations()).containsExactly("the step at position 0 has id 3");
  }

  @Test
  void aHostAboveItsCapacityIsHeldAgainstThoseWhoComeOnly() {
    grid.host("host1", 1024).host("host2", 1024);
    grid.vjob("a", RUN, running(800, "host1")).vjob("b", RUN, running(800, "host1"));
    grid.vjob("c", RUN, waiting(64));
    step(new Action.Migrate(m("m1.a"), HOST1, HOST2));
    step(new Action.Boot(m("m1.c"), HOST1), 0);
    assertThat(violations()).isEmpty();
    steps.removeLast();
    step(new Action.Boot(m("m1.c"), HOST1));
    assertThat(violations()).hasSize(1);
  }

  @Test
  void machinesThatAreKeptApartMayNotMeetInAnyOrder() {
    grid.host("host1", 4096).host("host2", 4096).host("host3", 4096);
    grid.vjob("a", RUN, running(64, "host1"), running(64, "host2"));
    grid.rule(Rule.Form.SPREAD, List.of("m1.a", "m2.a"));
    step(new Action.Migrate(m("m2.a"), HOST2, HOST3));
    step(new Action.Migrate(m("m1.a"), HOST1, HOST2));
    assertThat(violations())
        .containsExactly(
            "step 1 (migrate m1.a): m2.a may then be on host2, against spread[[m1.a, m2.a]]");
    steps.removeLast();
    step(new Action.Migrate(m("m1.a"), HOST1, HOST2), 0);
    assertThat(violations()).isEmpty();
  }

  @Test
  void rulesCountInTheEndAndForThoseWhoCome() {
    grid.host("host1", 4096).host("host2", 4096);
    grid.vjob("a", RUN, waiting(64), waiting(64));
    grid.rule(Rule.Form.FENCE, List.of("m1.a"), "host1");
    grid.rule(Rule.Form.GATHER, List.of("m1.a", "m2.a"));
    step(new Action.Boot(m("m1.a"), HOST2)).step(new Action.Boot(m("m2.a"), HOST1));
    assertThat(violations())
        .containsExactly(
            "step 0 (boot m1.a): it may not be on host2, because of fence[[m1.a]][[host1]]",
            "in the end fence[[m1.a]][[host1]] is broken by [m1.a]",
            "in the end gather[[m1.a, m2.a]] is broken by [m1.a, m2.a]");
  }

  @Test
  void aRootedMachineDoesNotMoveAndALonelyOneHasNoCompany() {
    grid.host("host1", 4096).host("host2", 4096);
    grid.vjob("a", RUN, running(64, "host1")).vjob("b", RUN, running(64, "host2"));
    grid.rule(Rule.Form.ROOT, List.of("m1.a")).rule(Rule.Form.LONELY, List.of("m1.b"));
    step(new Action.Migrate(m("m1.a"), HOST1, HOST2));
    assertThat(violations())
        .containsExactly(
            "step 0 (migrate m1.a): it may not move, because of root[[m1.a]]",
            "step 0 (migrate m1.a): m1.b may then be on host2, against lonely[[m1.b]]",
            "in the end lonely[[m1.b]] is broken by [m1.b]");
  }
}
