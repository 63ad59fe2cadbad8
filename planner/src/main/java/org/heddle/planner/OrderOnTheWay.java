package org.heddle.planner;

import java.util.ArrayList;
import java.util.BitSet;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.function.Predicate;
import org.heddle.model.Action;
import org.heddle.model.MachineId;
import org.heddle.model.Plan;

/**
 * Checks a rule of order against what the steps of a plan wait for. Suspends and resumes are of
 * whole vjobs at once, and not counted.
 */
final class OrderOnTheWay {
  private final Rule rule;
  private final Plan plan;
  private final List<BitSet> before;
  private final List<String> violations = new ArrayList<>();

  /**
   * @param before for each step all steps that have ended when it starts
   */
  OrderOnTheWay(Rule rule, Plan plan, List<BitSet> before) {
    this.rule = rule;
    this.plan = plan;
    this.before = before;
  }

  List<String> check() {
    switch (rule.form()) {
      case SEQUENCE -> sequence();
      case PRECEDENCE ->
          ordered(
              steps(rule.machines().getFirst(), OrderOnTheWay::migrates),
              steps(rule.machines().getLast(), OrderOnTheWay::migrates));
      case SERIALIZE -> oneByOne(steps(rule.machines().getFirst(), OrderOnTheWay::migrates));
      case SPREAD,
          GATHER,
          AMONG,
          SPLIT_AMONG,
          SPLIT,
          FENCE,
          BAN,
          ROOT,
          LONELY,
          QUARANTINE,
          CAPACITY,
          HOSTS_USED -> {
        // says nothing of order
      }
    }
    return violations;
  }

  private static boolean migrates(Action action) {
    return action instanceof Action.Migrate;
  }

  private static boolean counts(Action action) {
    return switch (action) {
      case Action.Boot _, Action.Shutdown _, Action.Migrate _ -> true;
      case Action.Suspend _, Action.Resume _ -> false;
    };
  }

  private List<Plan.Step> steps(List<MachineId> machines, Predicate<Action> counted) {
    Set<MachineId> set = new HashSet<>(machines);
    return plan.steps().stream()
        .filter(step -> set.contains(step.action().machine()) && counted.test(step.action()))
        .toList();
  }

  /** Each after the one before it in the list of which the plan has actions. */
  private void sequence() {
    List<Plan.Step> earlier = List.of();
    for (MachineId machine : rule.machines().getFirst()) {
      List<Plan.Step> own = steps(List.of(machine), OrderOnTheWay::counts);
      ordered(earlier, own);
      earlier = own.isEmpty() ? earlier : own;
    }
  }

  private void ordered(List<Plan.Step> first, List<Plan.Step> second) {
    for (Plan.Step later : second) {
      for (Plan.Step earlier : first) {
        boolean same = later.action().machine().equals(earlier.action().machine());
        if (!same && !before.get(later.id()).get(earlier.id())) {
          violations.add(wrong(later, earlier));
        }
      }
    }
  }

  private void oneByOne(List<Plan.Step> steps) {
    for (int i = 0; i < steps.size(); i++) {
      for (int j = i + 1; j < steps.size(); j++) {
        int one = steps.get(i).id();
        int other = steps.get(j).id();
        if (!before.get(one).get(other) && !before.get(other).get(one)) {
          violations.add(wrong(steps.get(j), steps.get(i)));
        }
      }
    }
  }

  private String wrong(Plan.Step later, Plan.Step earlier) {
    return RoomCheck.name(later)
        + " does not wait for "
        + RoomCheck.name(earlier)
        + ", against "
        + rule.words();
  }
}
