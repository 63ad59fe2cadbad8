package org.heddle.planner;

import static org.assertj.core.api.Assertions.assertThat;
import static org.heddle.planner.Grids.ended;
import static org.heddle.planner.Grids.running;
import static org.heddle.planner.Grids.sleeping;
import static org.heddle.planner.Grids.waiting;
import static org.heddle.planner.Problem.Target.END;
import static org.heddle.planner.Problem.Target.RESET;
import static org.heddle.planner.Problem.Target.RUN;
import static org.heddle.planner.Problem.Target.SLEEP;

import java.util.List;
import java.util.TreeMap;
import org.heddle.model.Action;
import org.heddle.model.Plan;
import org.heddle.model.VjobId;
import org.junit.jupiter.api.Test;

/** The planner on grids that fit on the back of an envelope. */
final class PlannerTest {
  private final Grids grid = new Grids();

  private Answer answer() {
    Problem problem = grid.problem();
    Answer answer = Planner.plan(problem, Limits.DEFAULT);
    assertThat(PlanChecker.check(problem, answer.plan())).isEmpty();
    return answer;
  }

  /** Steps as "id verb machine [from] to <- waits". */
  private static List<String> steps(Answer answer) {
    return answer.plan().steps().stream().map(PlannerTest::words).toList();
  }

  private static String words(Plan.Step step) {
    String action =
        switch (step.action()) {
          case Action.Boot a -> "boot " + a.machine() + " " + a.on();
          case Action.Shutdown a ->
              "shutdown " + a.machine() + " " + a.on() + (a.restart() ? " restart" : "");
          case Action.Suspend a -> "suspend " + a.machine() + " " + a.on();
          case Action.Resume a -> "resume " + a.machine() + " " + a.from() + " " + a.to();
          case Action.Migrate a -> "migrate " + a.machine() + " " + a.from() + " " + a.to();
        };
    return action + (step.after().isEmpty() ? "" : " after " + step.after());
  }

  private static String refusal(Answer answer, String vjob) {
    return answer.refused().getOrDefault(new VjobId(vjob), "not refused");
  }

  @Test
  void aGridThatIsAsItShouldBeNeedsNoAction() {
    grid.host("host1", 1024).host("host2", 1024);
    grid.vjob("a", RUN, running(512, "host2"), running(512, "host2"));
    grid.vjob("b", SLEEP, sleeping(512, "host1"));
    assertThat(answer()).isEqualTo(new Answer(Plan.EMPTY, new TreeMap<>()));
  }

  @Test
  void whatRunsStaysAndWhatIsNewGoesWhereRoomIs() {
    grid.host("host1", 1024).host("host2", 1024);
    grid.vjob("new", RUN, waiting(1024));
    grid.vjob("old", RUN, running(512, "host1"));
    Answer answer = answer();
    assertThat(steps(answer)).containsExactly("boot m1.new host2");
    assertThat(answer.plan().cost()).isZero();
  }

  @Test
  void aMachineIsMovedRatherThanAVjobSuspended() {
    grid.host("host1", 1024).host("host2", 1024);
    grid.vjob("big", RUN, waiting(1024));
    grid.vjob("x", RUN, running(256, "host1"));
    grid.vjob("y", RUN, running(512, "host2"));
    Answer answer = answer();
    assertThat(steps(answer))
        .containsExactly("migrate m1.x host1 host2", "boot m1.big host1 after [0]");
    assertThat(answer.plan().cost()).isEqualTo(256);
    assertThat(answer.plan().steps().getFirst().why()).isEqualTo("makes room on host1 for big");
  }

  @Test
  void anUrgentVjobHasALowOneSuspendedAndAnotherMoved() {
    grid.host("host1", 1024).host("host2", 1024).host("host3", 1024).host("host4", 1024);
    grid.vjob("urgent", RUN, waiting(1024), waiting(1024));
    grid.vjob("middle", RUN, running(512, "host1"), running(512, "host2"), running(512, "host3"));
    grid.vjob("low", RUN, running(512, "host3"), running(512, "host4"));
    Answer answer = answer();
    assertThat(answer.refused().keySet()).containsExactly(new VjobId("low"));
    assertThat(steps(answer))
        .contains("suspend m1.low host3", "suspend m2.low host4")
        .filteredOn(step -> step.startsWith("migrate"))
        .hasSize(1);
    assertThat(steps(answer)).filteredOn(step -> step.startsWith("boot")).hasSize(2);
    List<Plan.Step> suspends = answer.plan().steps().subList(0, 2);
    assertThat(suspends).allMatch(step -> step.after().isEmpty() && step.startMs() == 0);
    assertThat(suspends.getFirst().why()).startsWith("no room for low now: needs 2 x 512 MiB");
  }

  @Test
  void aDrainedHostIsEmptiedByMigration() {
    grid.drained("host1", 1024).host("host2", 1024);
    grid.vjob("a", RUN, running(512, "host1"));
    Answer answer = answer();
    assertThat(steps(answer)).containsExactly("migrate m1.a host1 host2");
    assertThat(answer.plan().steps().getFirst().why()).isEqualTo("host1 is drained");
  }

  @Test
  void aDrainedHostIsEmptiedBySuspendingWhenNoOtherHasRoom() {
    grid.drained("host1", 1024).host("host2", 1024);
    grid.vjob("first", RUN, running(768, "host2"));
    grid.vjob("second", RUN, running(512, "host1"));
    Answer answer = answer();
    assertThat(steps(answer)).containsExactly("suspend m1.second host1");
    assertThat(refusal(answer, "second"))
        .isEqualTo(
            "needs 1 x 512 MiB: of 2 hosts 1 is drained, 1 lacks memory"
                + " (most free: 256 MiB on host2)");
  }

  @Test
  void aSwapGoesThroughAThirdHostThatHasRoomInBetween() {
    grid.host("host1", 1024).host("host2", 1024).host("host3", 800);
    grid.vjob("a", RUN, running(1024, "host1").pinned("host2"));
    grid.vjob("b", RUN, running(700, "host2"));
    grid.vjob("c", RUN, waiting(300).pinned("host3"), waiting(300).pinned("host1"));
    Answer answer = answer();
    assertThat(answer.refused()).isEmpty();
    assertThat(steps(answer))
        .containsSubsequence(
            "migrate m1.b host2 host3",
            "migrate m1.a host1 host2 after [0]",
            "migrate m1.b host3 host1 after [1]")
        .hasSize(5);
    assertThat(answer.plan().cost()).isEqualTo(700 + 1024 + 700);
    assertThat(answer.plan().steps().getFirst().why())
        .isEqualTo("makes room on host2 for a; goes through host3, because host1 is still full");
  }

  @Test
  void aSwapWithoutAThirdHostIsMadeBySuspendAndResume() {
    grid.host("host1", 1024).host("host2", 1024);
    grid.vjob("a", RUN, running(1024, "host1").pinned("host2"));
    grid.vjob("b", RUN, running(1024, "host2").pinned("host1"));
    Answer answer = answer();
    assertThat(steps(answer))
        .containsExactly(
            "suspend m1.b host2",
            "migrate m1.a host1 host2 after [0]",
            "resume m1.b host2 host1 after [1]");
    assertThat(answer.plan().cost()).isEqualTo(1024 + 1024 + 2048);
    assertThat(answer.refused()).isEmpty();
  }

  @Test
  void aPartlyBootedVjobInAMoveThatCannotBeIsBootedAnew() {
    grid.host("host1", 1024).host("host2", 1024).host("host3", 128);
    grid.vjob("a", RUN, running(1024, "host1").pinned("host2"));
    grid.vjob("b", RUN, running(1024, "host2").pinned("host1"), waiting(128));
    Answer answer = answer();
    assertThat(steps(answer))
        .containsExactly(
            "shutdown m1.b host2 restart",
            "boot m2.b host3",
            "migrate m1.a host1 host2 after [0]",
            "boot m1.b host1 after [2]");
    assertThat(answer.refused()).isEmpty();
  }

  @Test
  void aVjobThatMayNotComeBackWhereItIsSleepsUntilTheNextPlan() {
    grid.host("host1", 1024).host("host2", 1024).host("host3", 200);
    grid.vjob(
        "a", RUN, running(1024, "host1").pinned("host2"), running(100, "host3").banned("host3"));
    grid.vjob(
        "b", RUN, running(1024, "host2").pinned("host1"), running(100, "host3").banned("host3"));
    Answer answer = answer();
    assertThat(steps(answer))
        .containsExactly(
            "suspend m1.b host2", "suspend m2.b host3", "migrate m1.a host1 host2 after [0, 1]");
    assertThat(refusal(answer, "b"))
        .isEqualTo("no host has room to move it while it runs; it is resumed next");
  }

  @Test
  void aSleepingVjobIsResumedWhereItsStateLiesAndAsAWhole() {
    grid.host("host1", 1024).host("host2", 1024).host("host3", 1024);
    grid.vjob("other", RUN, running(768, "host3"));
    grid.vjob("a", RUN, sleeping(512, "host2"), sleeping(512, "host3"), sleeping(512, "host2"));
    Answer answer = answer();
    assertThat(steps(answer))
        .containsExactly(
            "resume m1.a host2 host2", "resume m2.a host3 host1", "resume m3.a host2 host2");
    assertThat(answer.plan().cost()).isEqualTo(512 + 1024 + 512);
    assertThat(answer.plan().steps()).extracting(Plan.Step::endMs).containsOnly(12_800L);
  }

  @Test
  void aVjobWhoseSavedStateIsOutOfReachIsRefused() {
    grid.host("host1", 1024);
    grid.vjob("a", RUN, sleeping(256, "host1"), sleeping(256, "host9"));
    Answer answer = answer();
    assertThat(answer.plan()).isEqualTo(Plan.EMPTY);
    assertThat(refusal(answer, "a"))
        .isEqualTo("its saved state lies on host9, which is not on line");
  }

  @Test
  void aRefusalCountsItsCauses() {
    grid.drained("host1", 1024).host("host2", 768).host("host3", 512).host("host4", 700);
    grid.vjob("first", RUN, running(512, "host2"), running(400, "host3"), running(600, "host4"));
    grid.vjob("late", RUN, waiting(512), waiting(512), waiting(512));
    assertThat(refusal(answer(), "late"))
        .isEqualTo(
            "needs 3 x 512 MiB: of 4 hosts 1 is drained, 3 lack memory"
                + " (most free: 256 MiB on host2)");
  }

  @Test
  void aRefusalSaysHowManyMachinesFoundRoomAndNamesCores() {
    grid.host("host1", 2, 4096, false).host("host2", 1, 4096, false);
    grid.vjob("a", RUN, waiting(512).cores(2), waiting(512).cores(2));
    assertThat(refusal(answer(), "a"))
        .isEqualTo(
            "needs 2 x 512 MiB with 2 cores, room for 1: of 2 hosts 2 lack cores"
                + " (most free: 1 core on host2)");
  }

  @Test
  void aRefusalNamesHostsThatAreAvoidedOrNotThere() {
    grid.host("host1", 1024).host("host2", 128);
    grid.vjob("a", RUN, waiting(512).banned("host1"));
    grid.vjob("b", RUN, waiting(512).pinned("host7"));
    grid.vjob("c", RUN, waiting(512).pinned("host2"));
    Answer answer = answer();
    assertThat(refusal(answer, "a"))
        .isEqualTo(
            "needs 1 x 512 MiB: of 2 hosts 1 is avoided, because it failed there, 1 lacks memory"
                + " (most free: 128 MiB on host2)");
    assertThat(refusal(answer, "b")).isEqualTo("m1.b may run on host7 only, which is not on line");
    assertThat(refusal(answer, "c"))
        .isEqualTo("m1.c may run on host2 only, which lacks memory (free: 128 MiB)");
  }

  @Test
  void withoutHostsAllThatWantToRunAreRefused() {
    grid.vjob("a", RUN, waiting(512));
    assertThat(refusal(answer(), "a")).isEqualTo("needs 1 x 512 MiB: no host is on line");
  }

  @Test
  void aPartlyBootedVjobIsCompletedWhenThereIsRoom() {
    grid.host("host1", 1024);
    grid.vjob("a", RUN, running(512, "host1"), waiting(512));
    assertThat(steps(answer())).containsExactly("boot m2.a host1");
  }

  @Test
  void aPartlyBootedVjobIsShutDownWhenThereIsNoRoom() {
    grid.host("host1", 1024);
    grid.vjob("first", RUN, running(512, "host1"));
    grid.vjob("a", RUN, running(512, "host1"), waiting(512));
    Answer answer = answer();
    assertThat(steps(answer)).containsExactly("shutdown m1.a host1 restart");
    assertThat(refusal(answer, "a")).startsWith("needs 2 x 512 MiB, room for 1: ");
  }

  @Test
  void aVjobOfDifferentMomentsIsShutDownAndNeverResumedInPart() {
    grid.host("host1", 4096);
    grid.vjob("a", RUN, running(512, "host1"), sleeping(512, "host1"));
    Answer answer = answer();
    assertThat(steps(answer)).containsExactly("shutdown m1.a host1 restart");
    assertThat(refusal(answer, "a")).contains("different moments");
  }

  @Test
  void wishesToSleepEndAndResetAreCarriedOut() {
    grid.host("host1", 8192);
    grid.vjob("s", SLEEP, running(512, "host1"), running(512, "host1"));
    grid.vjob("h", SLEEP, running(512, "host1"), waiting(512));
    grid.vjob("w", SLEEP, waiting(512));
    grid.vjob("e", END, running(512, "host1"), sleeping(512, "host1"), ended(512));
    grid.vjob("r", RESET, running(512, "host1"), sleeping(512, "host1"));
    Answer answer = answer();
    assertThat(steps(answer))
        .containsExactlyInAnyOrder(
            "suspend m1.s host1",
            "suspend m2.s host1",
            "shutdown m1.h host1 restart",
            "shutdown m1.e host1",
            "shutdown m1.r host1 restart");
    assertThat(answer.refused()).isEmpty();
  }

  @Test
  void aMachineMayStayWhereItIsBannedButNotComeThere() {
    grid.host("host1", 1024).host("host2", 1024);
    grid.vjob("a", RUN, running(512, "host1").banned("host1"), waiting(512).banned("host1"));
    assertThat(steps(answer())).containsExactly("boot m2.a host2");
  }

  @Test
  void aPinnedMachineIsMovedToItsHost() {
    grid.host("host1", 1024).host("host2", 1024);
    grid.vjob("a", RUN, running(512, "host1").pinned("host2"));
    Answer answer = answer();
    assertThat(steps(answer)).containsExactly("migrate m1.a host1 host2");
    assertThat(answer.plan().steps().getFirst().why()).isEqualTo("asked to run on host2");
  }

  @Test
  void aHostAboveItsCapacityIsRelievedBeforeAnythingComes() {
    grid.host("host1", 1024).host("host2", 2048);
    grid.vjob("a", RUN, running(900, "host1"));
    grid.vjob("b", RUN, running(900, "host1"));
    grid.vjob("c", RUN, waiting(124).pinned("host1"));
    assertThat(steps(answer()))
        .hasSize(2)
        .anyMatch(step -> step.startsWith("migrate"))
        .contains("boot m1.c host1 after [0]");
  }

  @Test
  void roomOfMachinesThatNobodyMayMoveIsRespected() {
    grid.host("host1", 1024).host("host2", 1024);
    grid.stranger("lost", running(1000, "host1"));
    grid.vjob("gone", RUN, running(500, "host2"), running(500, "host9"));
    grid.vjob("a", RUN, waiting(600));
    Answer answer = answer();
    assertThat(answer.plan()).isEqualTo(Plan.EMPTY);
    assertThat(refusal(answer, "a")).contains("2 lack memory (most free: 524 MiB on host2)");
    assertThat(refusal(answer, "gone")).contains("not on line");
  }

  @Test
  void ofSequencesThatGoRoundInACircleTheLastGivesWay() {
    for (Problem.Target target : List.of(END, RESET, SLEEP, RUN)) {
      Grids own = new Grids().host("host1", 1024).host("host2", 1024);
      own.vjob("a", target, running(100, "host1"), running(100, "host1"), running(100, "host1"));
      own.vjob("b", RUN, waiting(100), waiting(100));
      own.rule(Rule.Form.SEQUENCE, List.of("m1.a", "m2.a", "m3.a"));
      own.rule(Rule.Form.SEQUENCE, List.of("m3.a", "m1.a"));
      own.rule(Rule.Form.SEQUENCE, List.of("m1.b", "m2.b"));
      own.rule(Rule.Form.SEQUENCE, List.of("m2.b", "m1.b"));
      Problem problem = own.problem();
      Answer answer = Planner.plan(problem, Limits.DEFAULT);
      assertThat(PlanChecker.check(problem, answer.plan())).isEmpty();
      assertThat(answer.refused()).as("%s", target).isEmpty();
      assertThat(answer.plan().steps()).hasSize(target == RUN ? 2 : 5);
      assertThat(Sequences.circle(problem.rules())).isEmpty();
    }
  }

  @Test
  void whoCannotStartForASequenceIsToldSo() {
    grid.host("host1", 1024);
    grid.vjob("old", END, running(1000, "host1"));
    grid.vjob("a", RUN, waiting(1000));
    grid.rule(Rule.Form.SEQUENCE, List.of("m1.a", "m1.old"));
    Answer answer = answer();
    assertThat(steps(answer)).containsExactly("shutdown m1.old host1");
    assertThat(refusal(answer, "a"))
        .isEqualTo("no order lets it start and keeps sequence[[m1.a, m1.old]]; it starts next");
  }
}
