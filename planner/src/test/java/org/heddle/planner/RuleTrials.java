package org.heddle.planner;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Map;
import java.util.SortedSet;
import java.util.TreeSet;
import java.util.function.LongFunction;
import org.heddle.model.Action;
import org.heddle.model.HostId;
import org.heddle.model.MachineId;
import org.heddle.model.Plan;
import org.heddle.model.VjobId;
import org.heddle.planner.Problem.Target;
import org.heddle.planner.Problem.Wish;

/** What holds whatever the rules are; each problem is drawn by its seed, which a failure names. */
final class RuleTrials {
  private RuleTrials() {}

  /** Every plan passes the checker and keeps the rules in the end, as read by hand. */
  static void everyPlanKeepsTheRules(int problems, LongFunction<Problem> draw) {
    int broken = 0;
    for (long seed = 0; seed < problems; seed++) {
      Problem problem = draw.apply(seed);
      Answer answer = Planner.plan(problem, Limits.DEFAULT);
      assertThat(PlanChecker.check(problem, answer.plan())).as("seed %d", seed).isEmpty();
      broken += PlanChecker.misplaced(problem).isEmpty() ? 0 : 1;
      Map<MachineId, HostId> end = Replay.running(Replay.after(problem, answer.plan()));
      for (Rule rule : problem.rules()) {
        assertThat(kept(rule, end, problem)).as("seed %d: %s", seed, rule).isTrue();
      }
    }
    assertThat(broken).as("problems that break rules already").isGreaterThan(problems / 10);
  }

  /** A machine that runs need not stay for a root: its vjob may be suspended. */
  private static boolean kept(Rule rule, Map<MachineId, HostId> end, Problem problem) {
    return rule.form() == Rule.Form.ROOT || RulesByHand.kept(rule, end, problem);
  }

  /**
   * Exactly those vjobs are admitted that can be beside those before them.
   *
   * @param free problems without rules
   * @param ruled gives the problem of a seed its rules
   * @param mattering in so many problems at least the rules matter
   */
  static void exactlyThoseAreAdmittedThatCanBe(
      int problems, LongFunction<Problem> free, Ruled ruled, int mattering) {
    int byRules = 0;
    for (long seed = 0; seed < problems; seed++) {
      Problem without = free.apply(seed);
      Problem problem = ruled.of(seed, without);
      Answer answer = Planner.plan(problem, Limits.DEFAULT);
      SortedSet<VjobId> admitted = admitted(problem, answer);
      assertThat(admitted)
          .as("seed %d: %s, refused %s", seed, problem.rules(), answer.refused())
          .isEqualTo(BruteForce.admitted(problem));
      byRules += admitted.equals(BruteForce.admitted(without)) ? 0 : 1;
    }
    assertThat(byRules).as("problems in which the rules matter").isGreaterThan(mattering);
  }

  /** A problem with rules that belong to its seed. */
  interface Ruled {
    Problem of(long seed, Problem problem);
  }

  private static SortedSet<VjobId> admitted(Problem problem, Answer answer) {
    SortedSet<VjobId> admitted = new TreeSet<>();
    for (Wish wish : problem.wishes()) {
      String refusal = answer.refused().getOrDefault(wish.vjob(), "it starts next");
      boolean later = refusal.endsWith("it is resumed next") || refusal.endsWith("it starts next");
      if (wish.target() == Target.RUN && later) {
        admitted.add(wish.vjob());
      }
    }
    return admitted;
  }

  /**
   * The checker objects whenever a machine is started where a rule forbids it: one that accepted
   * everything would pass all other trials.
   *
   * @param atLeast so many plans have to be objected to
   */
  static void theCheckerObjects(int problems, LongFunction<Problem> draw, int atLeast) {
    int tries = 0;
    for (long seed = 0; seed < problems; seed++) {
      Problem problem = draw.apply(seed);
      Plan plan = Planner.plan(problem, Limits.DEFAULT).plan();
      for (Plan.Step step : plan.steps()) {
        if (step.action() instanceof Action.Boot(MachineId machine, HostId on)) {
          for (HostId host : problem.hosts().keySet()) {
            Plan other = PlanCheckerTest.with(plan, step.id(), new Action.Boot(machine, host));
            Map<MachineId, HostId> end = Replay.running(Replay.after(problem, other));
            if (!host.equals(on)
                && !problem.rules().stream().allMatch(rule -> kept(rule, end, problem))) {
              tries++;
              assertThat(PlanChecker.check(problem, other))
                  .as("seed %d: %s", seed, step)
                  .isNotEmpty();
            }
          }
        }
      }
    }
    assertThat(tries).isGreaterThan(atLeast);
  }
}
