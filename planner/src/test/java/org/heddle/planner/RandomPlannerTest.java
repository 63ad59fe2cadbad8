package org.heddle.planner;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Map;
import java.util.SortedSet;
import java.util.TreeSet;
import org.heddle.model.Action;
import org.heddle.model.HostId;
import org.heddle.model.MachineId;
import org.heddle.model.Placement;
import org.heddle.model.Plan;
import org.heddle.model.Resources;
import org.heddle.model.VjobId;
import org.heddle.planner.Problem.HostSlot;
import org.heddle.planner.Problem.MachineSlot;
import org.heddle.planner.Problem.Target;
import org.heddle.planner.Problem.Wish;
import org.junit.jupiter.api.Test;

/** Thousands of problems, each out of its seed, which a failure names. */
final class RandomPlannerTest {
  private static final int PROBLEMS = 1_500;
  private static final int TINY_PROBLEMS = 5_000;
  private static final int QUIET_PROBLEMS = 3_000;

  private static long running(Problem problem, Wish wish) {
    return wish.machines().stream()
        .map(id -> problem.machines().get(id))
        .filter(slot -> slot != null && slot.now() instanceof Placement.Running)
        .count();
  }

  @Test
  void everyPlanPassesTheCheckerAndLeadsToWhatTheAnswerSays() {
    for (long seed = 0; seed < PROBLEMS; seed++) {
      Problem problem = RandomProblems.problem(seed, 12, 20, 60, true);
      Answer answer = Planner.plan(problem, Limits.DEFAULT);
      String name = "seed " + seed;
      assertThat(PlanChecker.check(problem, answer.plan())).as(name).isEmpty();
      assertThat(answer.plan().cost()).as(name).isEqualTo(Replay.cost(problem, answer.plan()));
      Problem end = Replay.after(problem, answer.plan());
      for (Wish wish : problem.wishes()) {
        boolean runs = wish.target() == Target.RUN && !answer.refused().containsKey(wish.vjob());
        assertThat(running(end, wish))
            .as(name + " " + wish.vjob())
            .isEqualTo(runs ? wish.machines().size() : 0);
      }
      assertRoomInTheEnd(name, end);
    }
  }

  private static void assertRoomInTheEnd(String name, Problem end) {
    for (Map.Entry<HostId, Resources> used : Replay.used(end).entrySet()) {
      HostSlot host = end.hosts().get(used.getKey());
      assertThat(host).as(name).isNotNull();
      assertThat(host != null && !host.drained()).as(name + " drained").isTrue();
      assertThat(host != null && used.getValue().fitsIn(host.capacity())).as(name).isTrue();
    }
    end.machines()
        .forEach((id, slot) -> {
          if (slot.now() instanceof Placement.Running(HostId host)) {
            assertThat(slot.pinned().orElse(host)).as(name + " " + id).isEqualTo(host);
          }
        });
  }

  @Test
  void theSameProblemGivesTheSameAnswer() {
    for (long seed = 0; seed < 150; seed++) {
      Answer once = Planner.plan(RandomProblems.problem(seed, 12, 20, 60, true), Limits.DEFAULT);
      Answer twice = Planner.plan(RandomProblems.problem(seed, 12, 20, 60, true), Limits.DEFAULT);
      assertThat(once.toString()).as("seed " + seed).isEqualTo(twice.toString());
    }
  }

  @Test
  void onTinyProblemsExactlyThoseAreAdmittedThatHaveRoomAfterThoseBeforeThem() {
    int refusals = 0;
    for (long seed = 0; seed < TINY_PROBLEMS; seed++) {
      Problem problem = RandomProblems.problem(seed, 4, 5, 8, true);
      Answer answer = Planner.plan(problem, Limits.DEFAULT);
      SortedSet<VjobId> admitted = new TreeSet<>();
      for (Wish wish : problem.wishes()) {
        boolean given = !answer.refused().containsKey(wish.vjob());
        boolean postponed =
            answer.refused().getOrDefault(wish.vjob(), "").endsWith("it is resumed next");
        if (wish.target() == Target.RUN && (given || postponed)) {
          admitted.add(wish.vjob());
        }
        refusals += given ? 0 : 1;
      }
      assertThat(admitted).as("seed " + seed).isEqualTo(BruteForce.admitted(problem));
    }
    assertThat(refusals).isGreaterThan(TINY_PROBLEMS / 10);
  }

  @Test
  void aGridThatFollowedItsPlanIsLeftAlone() {
    for (long seed = 0; seed < QUIET_PROBLEMS; seed++) {
      Problem problem = RandomProblems.problem(seed, 4, 5, 8, false);
      Problem end = Replay.after(problem, Planner.plan(problem, Limits.DEFAULT).plan());
      Answer again = Planner.plan(withoutResets(end), Limits.DEFAULT);
      assertThat(again.plan()).as("seed " + seed).isEqualTo(Plan.EMPTY);
    }
  }

  private static Problem withoutResets(Problem problem) {
    return new Problem(
        problem.hosts(),
        problem.machines(),
        problem.wishes().stream().filter(wish -> wish.target() == Target.RUN).toList());
  }

  @Test
  void noSearchAtAllStillGivesAGoodPlan() {
    Limits none = new Limits(0, 7, new Limits.Durations(0, 0, 0, 0));
    for (long seed = 0; seed < 1_000; seed++) {
      Problem problem = RandomProblems.problem(seed, 8, 12, 40, true);
      assertThat(PlanChecker.check(problem, Planner.plan(problem, none).plan()))
          .as("seed " + seed)
          .isEmpty();
    }
  }

  /** A checker that accepted everything would pass all other tests of this class. */
  @Test
  void theCheckerObjectsWhenAWaitThatMattersIsTakenOut() {
    int objections = 0;
    int waits = 0;
    for (long seed = 0; seed < 500; seed++) {
      Problem problem = RandomProblems.problem(seed, 8, 12, 40, true);
      Plan plan = Planner.plan(problem, Limits.DEFAULT).plan();
      Map<HostId, Resources> used = Replay.used(problem);
      for (Plan.Step step : plan.steps()) {
        if (step.action() instanceof Action.Boot(MachineId machine, HostId on)
            && !hasRoom(problem, used, machine, on)) {
          waits++;
          Plan hasty = PlanCheckerTest.with(plan, step.id(), new TreeSet<>());
          objections += PlanChecker.check(problem, hasty).isEmpty() ? 0 : 1;
        }
      }
    }
    assertThat(waits).isGreaterThan(100);
    assertThat(objections).isEqualTo(waits);
  }

  @Test
  void theCheckerObjectsWhenAMachineIsSentToAFullHost() {
    int objections = 0;
    int tries = 0;
    for (long seed = 0; seed < 500; seed++) {
      Problem problem = RandomProblems.problem(seed, 8, 12, 40, false);
      Plan plan = Planner.plan(problem, Limits.DEFAULT).plan();
      Problem end = Replay.after(problem, plan);
      Map<HostId, Resources> used = Replay.used(end);
      for (Plan.Step step : plan.steps()) {
        if (!(step.action() instanceof Action.Boot(MachineId machine, HostId on))) {
          continue;
        }
        for (Map.Entry<HostId, HostSlot> host : problem.hosts().entrySet()) {
          MachineSlot slot = problem.machines().get(machine);
          Resources left =
              host.getValue().capacity().minus(used.getOrDefault(host.getKey(), Resources.NONE));
          if (slot != null && !host.getKey().equals(on) && !slot.demand().fitsIn(left)) {
            tries++;
            Plan full =
                PlanCheckerTest.with(plan, step.id(), new Action.Boot(machine, host.getKey()));
            objections += PlanChecker.check(problem, full).isEmpty() ? 0 : 1;
          }
        }
      }
    }
    assertThat(tries).isGreaterThan(500);
    assertThat(objections).isEqualTo(tries);
  }

  private static boolean hasRoom(
      Problem problem, Map<HostId, Resources> used, MachineId machine, HostId on) {
    MachineSlot slot = problem.machines().get(machine);
    HostSlot host = problem.hosts().get(on);
    return slot != null
        && host != null
        && slot.demand().fitsIn(host.capacity().minus(used.getOrDefault(on, Resources.NONE)));
  }
}
