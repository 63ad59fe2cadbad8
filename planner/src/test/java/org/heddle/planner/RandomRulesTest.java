package org.heddle.planner;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.BitSet;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.SortedSet;
import java.util.TreeMap;
import java.util.TreeSet;
import org.heddle.model.Action;
import org.heddle.model.HostId;
import org.heddle.model.MachineId;
import org.heddle.model.Placement;
import org.heddle.model.Plan;
import org.heddle.model.VjobId;
import org.heddle.planner.Problem.Target;
import org.heddle.planner.Problem.Wish;
import org.junit.jupiter.api.Test;

/** Problems with rules, each out of its seed, which a failure names. */
final class RandomRulesTest {
  private static final int PROBLEMS = 1_000;
  private static final int TINY_PROBLEMS = 2_500;

  private static Problem problem(long seed, boolean always) {
    return RandomRules.with(seed, RandomProblems.problem(seed, 9, 10, 30, true), always);
  }

  private static Map<MachineId, HostId> running(Problem problem) {
    Map<MachineId, HostId> running = new TreeMap<>();
    problem
        .machines()
        .forEach((id, slot) -> {
          if (slot.now() instanceof Placement.Running(HostId host)) {
            running.put(id, host);
          }
        });
    return running;
  }

  @Test
  void everyPlanKeepsTheRulesInTheEndAndPassesTheChecker() {
    int broken = 0;
    for (long seed = 0; seed < PROBLEMS; seed++) {
      Problem problem = problem(seed, true);
      Answer answer = Planner.plan(problem, Limits.DEFAULT);
      assertThat(PlanChecker.check(problem, answer.plan())).as("seed %d", seed).isEmpty();
      broken += PlanChecker.misplaced(problem).isEmpty() ? 0 : 1;
      Map<MachineId, HostId> end = running(Replay.after(problem, answer.plan()));
      for (Rule rule : problem.rules()) {
        assertThat(rule.form() == Rule.Form.ROOT || RulesByHand.kept(rule, end, problem))
            .as("seed %d: %s", seed, rule)
            .isTrue();
      }
    }
    assertThat(broken).as("problems that break rules already").isGreaterThan(PROBLEMS / 10);
  }

  @Test
  void onTinyProblemsExactlyThoseAreAdmittedThatCanBeBesideThoseBeforeThem() {
    int byRules = 0;
    for (long seed = 0; seed < TINY_PROBLEMS; seed++) {
      Problem free = RandomProblems.problem(seed, 4, 5, 8, true);
      Problem problem = RandomRules.with(seed, free, false);
      Answer answer = Planner.plan(problem, Limits.DEFAULT);
      SortedSet<VjobId> admitted = new TreeSet<>();
      for (Wish wish : problem.wishes()) {
        String refusal = answer.refused().getOrDefault(wish.vjob(), "it is resumed next");
        if (wish.target() == Target.RUN && refusal.endsWith("it is resumed next")) {
          admitted.add(wish.vjob());
        }
      }
      assertThat(admitted).as("seed %d", seed).isEqualTo(BruteForce.admitted(problem));
      byRules += admitted.equals(BruteForce.admitted(free)) ? 0 : 1;
    }
    assertThat(byRules).as("problems in which the rules matter").isGreaterThan(TINY_PROBLEMS / 20);
  }

  @Test
  void whatRunsApartStaysApartHoweverLongTheActionsLast() {
    int starts = 0;
    for (long seed = 0; seed < PROBLEMS; seed++) {
      Problem problem = problem(seed, true);
      Plan plan = Planner.plan(problem, Limits.DEFAULT).plan();
      Random random = new Random(seed);
      for (int i = 0; i < 3; i++) {
        starts += play(seed, problem, plan, random);
      }
    }
    assertThat(starts).isGreaterThan(PROBLEMS);
  }

  /** Starts and ends steps in any order that their waits allow. */
  private static int play(long seed, Problem problem, Plan plan, Random random) {
    List<Rule> lasting =
        problem.rules().stream()
            .filter(rule ->
                rule.form() == Rule.Form.SPREAD
                    || rule.form() == Rule.Form.SPLIT
                    || rule.form() == Rule.Form.LONELY)
            .toList();
    Map<MachineId, HostId> from = running(problem);
    Map<MachineId, HostId> to = new TreeMap<>(from);
    BitSet started = new BitSet();
    BitSet ended = new BitSet();
    while (ended.cardinality() < plan.steps().size()) {
      List<Plan.Step> may = new ArrayList<>();
      for (Plan.Step step : plan.steps()) {
        boolean ready = step.after().stream().allMatch(ended::get);
        if (!ended.get(step.id()) && (started.get(step.id()) || ready)) {
          may.add(step);
        }
      }
      Plan.Step step = may.get(random.nextInt(may.size()));
      MachineId machine = step.action().machine();
      if (!started.get(step.id())) {
        started.set(step.id());
        arrive(step.action(), to);
        for (Rule rule : lasting) {
          if (rule.everyMachine().anyMatch(machine::equals)) {
            assertThat(newlyBroken(rule, machine, from, to))
                .as("seed %d: %s at %s of %s", seed, rule.words(), step, plan)
                .isFalse();
          }
        }
      } else {
        ended.set(step.id());
        leave(step.action(), from, to);
      }
    }
    return plan.steps().size();
  }

  private static void arrive(Action action, Map<MachineId, HostId> to) {
    switch (action) {
      case Action.Boot a -> to.put(a.machine(), a.on());
      case Action.Resume a -> to.put(a.machine(), a.to());
      case Action.Migrate a -> to.put(a.machine(), a.to());
      case Action.Suspend _, Action.Shutdown _ -> {}
    }
  }

  private static void leave(Action action, Map<MachineId, HostId> from, Map<MachineId, HostId> to) {
    switch (action) {
      case Action.Boot a -> from.put(a.machine(), a.on());
      case Action.Resume a -> from.put(a.machine(), a.to());
      case Action.Migrate a -> from.put(a.machine(), a.to());
      case Action.Suspend a -> {
        from.remove(a.machine());
        to.remove(a.machine());
      }
      case Action.Shutdown a -> {
        from.remove(a.machine());
        to.remove(a.machine());
      }
    }
  }

  /** Whether somebody whom the rule keeps away from the machine is where it has just come. */
  private static boolean newlyBroken(
      Rule rule, MachineId machine, Map<MachineId, HostId> from, Map<MachineId, HostId> to) {
    HostId host = to.get(machine);
    if (host == null || host.equals(from.get(machine))) {
      return false;
    }
    TreeSet<MachineId> there = new TreeSet<>();
    from.forEach((other, on) -> {
      if (on.equals(host)) {
        there.add(other);
      }
    });
    to.forEach((other, on) -> {
      if (on.equals(host)) {
        there.add(other);
      }
    });
    there.remove(machine);
    return there.stream().anyMatch(other -> apart(rule, machine, other));
  }

  private static boolean apart(Rule rule, MachineId one, MachineId other) {
    List<MachineId> first = rule.machines().getFirst();
    if (rule.form() == Rule.Form.LONELY) {
      return first.contains(one) != first.contains(other);
    }
    if (rule.form() == Rule.Form.SPREAD) {
      return first.contains(one) && first.contains(other);
    }
    List<MachineId> second = rule.machines().getLast();
    return (first.contains(one) && second.contains(other) && !first.equals(second))
        || (first.contains(other) && second.contains(one) && !first.equals(second));
  }

  /** A checker that accepted everything would pass all other tests of this class. */
  @Test
  void theCheckerObjectsWhenAMachineIsSentWhereARuleForbidsIt() {
    int tries = 0;
    for (long seed = 0; seed < 600; seed++) {
      Problem problem = problem(seed, false);
      Plan plan = Planner.plan(problem, Limits.DEFAULT).plan();
      for (Plan.Step step : plan.steps()) {
        if (!(step.action() instanceof Action.Boot(MachineId machine, HostId on))) {
          continue;
        }
        for (HostId host : problem.hosts().keySet()) {
          Plan other = PlanCheckerTest.with(plan, step.id(), new Action.Boot(machine, host));
          Map<MachineId, HostId> end = running(Replay.after(problem, other));
          boolean kept =
              problem.rules().stream()
                  .allMatch(rule ->
                      rule.form() == Rule.Form.ROOT || RulesByHand.kept(rule, end, problem));
          if (!host.equals(on) && !kept) {
            tries++;
            assertThat(PlanChecker.check(problem, other))
                .as("seed %d: %s", seed, step)
                .isNotEmpty();
          }
        }
      }
    }
    assertThat(tries).isGreaterThan(200);
  }
}
