package org.heddle.planner;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.BitSet;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;
import java.util.TreeSet;
import org.heddle.model.Action;
import org.heddle.model.HostId;
import org.heddle.model.MachineId;
import org.heddle.model.Plan;
import org.junit.jupiter.api.Test;

/** Problems with rules, each out of its seed, which a failure names. */
final class RandomRulesTest {
  private static final int PROBLEMS = 1_000;
  private static final int TINY_PROBLEMS = 2_500;

  private static Problem problem(long seed, boolean always) {
    return RandomRules.with(seed, RandomProblems.problem(seed, 9, 10, 30, true), always);
  }

  @Test
  void everyPlanKeepsTheRulesInTheEndAndPassesTheChecker() {
    RuleTrials.everyPlanKeepsTheRules(PROBLEMS, seed -> problem(seed, true));
  }

  @Test
  void onTinyProblemsExactlyThoseAreAdmittedThatCanBeBesideThoseBeforeThem() {
    RuleTrials.exactlyThoseAreAdmittedThatCanBe(
        TINY_PROBLEMS,
        seed -> RandomProblems.problem(seed, 4, 5, 8, true),
        (seed, free) -> RandomRules.with(seed, free, false),
        TINY_PROBLEMS / 20);
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
    Map<MachineId, HostId> from = Replay.running(problem);
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

  @Test
  void theCheckerObjectsWhenAMachineIsSentWhereARuleForbidsIt() {
    RuleTrials.theCheckerObjects(600, seed -> problem(seed, false), 200);
  }
}
