package org.heddle.dist.plan;

import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.SplittableRandom;
import java.util.random.RandomGenerator;
import org.heddle.planner.instance.Indices;
import org.heddle.planner.instance.Instance;
import org.heddle.planner.instance.InstanceChecker;
import org.heddle.planner.instance.MachineState;
import org.heddle.planner.instance.Schedule;
import org.heddle.planner.instance.TimedAction;
import org.heddle.planner.instance.Violation;
import org.heddle.planner.order.AttributeDurations;
import org.heddle.planner.order.Order;
import org.heddle.planner.order.OrderLimits;
import org.heddle.planner.order.Ordering;
import org.heddle.planner.search.Goal;
import org.heddle.planner.search.Outcome;
import org.heddle.planner.search.Search;
import org.heddle.planner.search.SearchLimits;

/**
 * Holds search, order, checker and an executor in memory against each other, and against trying
 * everything, on small random instances. Each instance has a seed of its own, which is in the
 * message when something does not fit.
 */
final class Fuzz {
  private static final long ITERATIONS = 50_000;
  private static final int MUTATIONS = 4;
  private static final long FOREVER_MS = 1L << 40;

  /** As many placements the search tries all. */
  private static final double TRIED = 20_000;

  /** Some instances have amounts with which several goals do not fit into one number. */
  private static final long LARGE = 1L << 38;

  private static final int LARGE_EVERY = 16;

  private final int maxHosts;
  private final int maxMachines;

  /** What happened how often. */
  static final class Report {
    long runs;
    long feasible;
    long proven;
    long worse;
    long missed;
    long unreachable;
    long ordered;
    long unordered;
    long overlooked;
    long elsewhere;
    long stranded;
    long actions;
    long mutants;
    long rightMutants;

    @Override
    public String toString() {
      return runs
          + " instances: "
          + feasible
          + " have a placement ("
          + (feasible - missed - unreachable)
          + " found, "
          + unreachable
          + " barred by what holds always, "
          + worse
          + " of them not the best by all goals, "
          + proven
          + " proven), "
          + ordered
          + " plans with "
          + actions
          + " actions executed, "
          + unordered
          + " placements without a plan ("
          + overlooked
          + " overlooked; another placement has one: "
          + elsewhere
          + " found, "
          + stranded
          + " not found); "
          + mutants
          + " changed plans judged alike, "
          + rightMutants
          + " of them right";
    }
  }

  Fuzz(int maxHosts, int maxMachines) {
    this.maxHosts = maxHosts;
    this.maxMachines = maxMachines;
  }

  /**
   * @throws IllegalStateException with the seed and the instance when something does not fit
   */
  Report run(long seed, long runs) {
    Report report = new Report();
    for (long s = seed; s < seed + runs; s++) {
      Instance instance = instance(s);
      try {
        one(s, instance, report);
      } catch (RuntimeException wrong) {
        throw new IllegalStateException(
            "seed " + s + ": " + wrong.getMessage() + "\n" + text(instance), wrong);
      }
    }
    return report;
  }

  private static boolean large(long seed) {
    return Math.floorMod(seed, LARGE_EVERY) == 0;
  }

  Instance instance(long seed) {
    long unit = large(seed) ? LARGE : 1;
    return new RandomInstances(new SplittableRandom(seed), maxHosts, maxMachines, unit).next();
  }

  /** One to three different goals. */
  private static List<Goal> goals(long seed) {
    List<Goal> left = new ArrayList<>(List.of(Goal.values()));
    List<Goal> goals = new ArrayList<>();
    SplittableRandom random = new SplittableRandom(~seed);
    for (int count = random.nextInt(1, 4); count > 0; count--) {
      goals.add(left.remove(random.nextInt(left.size())));
    }
    return goals;
  }

  private void one(long seed, Instance instance, Report report) {
    report.runs++;
    List<Goal> goals = goals(seed);
    Optional<long[]> best = Exhaustive.best(instance, goals, _ -> true);
    report.feasible += best.isPresent() ? 1 : 0;
    switch (Search.solve(instance, goals, SearchLimits.of(ITERATIONS, seed))) {
      case Outcome.Refused(boolean certain, var reasons) -> {
        Optional<long[]> reached = best.isPresent() ? reachable(instance, goals) : best;
        if (reached.isPresent() && certain) {
          throw new IllegalStateException("refused as impossible, but it is not: " + reasons);
        }
        report.unreachable += best.isPresent() && reached.isEmpty() ? 1 : 0;
        report.missed += reached.isPresent() ? 1 : 0;
      }
      case Outcome.Found found -> {
        found(seed, instance, found, best, report);
        ordered(seed, instance, goals, found, report);
      }
    }
  }

  /** The best placement to which a plan leads; continuous constraints bar some. */
  private static Optional<long[]> reachable(Instance instance, List<Goal> goals) {
    OrderLimits limits = OrderLimits.of(new AttributeDurations(instance)).iterations(0);
    return Exhaustive.best(
        instance,
        goals,
        end ->
            Order.schedule(instance, end, limits)
                    instanceof Ordering.Done(Schedule schedule, _, _, _, _)
                && schedule.actions().stream().noneMatch(a -> interrupts(instance, a)));
  }

  /** The search does not count on machines being suspended to get around a constraint. */
  private static boolean interrupts(Instance instance, TimedAction action) {
    return action.kind() == TimedAction.Kind.SUSPEND
        && instance.wanted(action.machine()) == MachineState.RUNNING;
  }

  private static void found(
      long seed, Instance instance, Outcome.Found found, Optional<long[]> best, Report report) {
    List<Violation> violations = InstanceChecker.check(instance, found.arrangement());
    if (!violations.isEmpty()) {
      throw new IllegalStateException("the placement is not right: " + violations);
    }
    if (best.isEmpty()) {
      throw new IllegalStateException("a placement was found where there is none");
    }
    List<Goal> goals = goals(seed);
    long[] values = Values.of(instance, goals, found.arrangement().toHosts());
    long least = best.get()[0];
    if (values[0] != found.objective()) {
      throw new IllegalStateException(
          goals + ": it costs " + values[0] + ", it is said to cost " + found.objective());
    }
    if (found.bound() > least
        && found.bound() > reachable(instance, goals).map(b -> b[0]).orElse(Long.MAX_VALUE)) {
      throw new IllegalStateException(
          goals + ": bound " + found.bound() + " is above the optimum " + least);
    }
    report.proven += found.proven() ? 1 : 0;
    if (Exhaustive.better(best.get(), values)) {
      worse(seed, instance, values, report);
    }
  }

  /**
   * What is found has to be the best that can be reached, where everything can be tried; goals
   * behind the first one may be too large to be counted.
   */
  private static void worse(long seed, Instance instance, long[] values, Report report) {
    List<Goal> goals = goals(seed);
    Optional<long[]> reached = reachable(instance, goals);
    if (reached.isPresent() && Exhaustive.better(reached.get(), values)) {
      boolean counted = !large(seed) || values[0] > reached.get()[0];
      if (counted && Math.pow(instance.hosts(), instance.machines()) < TRIED) {
        throw new IllegalStateException(
            goals
                + ": found "
                + Arrays.toString(values)
                + ", the best is "
                + Arrays.toString(reached.get()));
      }
      report.worse++;
    }
  }

  private static void ordered(
      long seed, Instance instance, List<Goal> goals, Outcome.Found found, Report report) {
    AttributeDurations durations = new AttributeDurations(instance);
    switch (Order.schedule(
        instance, found.arrangement(), OrderLimits.of(durations).iterations(2))) {
      case Ordering.Done(Schedule schedule, _, _, _, _) ->
          executed(seed, instance, found, schedule, report);
      case Ordering.Refused _ -> {
        report.unordered++;
        report.overlooked +=
            OneByOne.find(instance, found.arrangement(), durations).isPresent() ? 1 : 0;
        elsewhere(seed, instance, goals, report);
      }
    }
  }

  /** A placement without a plan is given up for one that has a plan. */
  private static void elsewhere(long seed, Instance instance, List<Goal> goals, Report report) {
    PlanSolver.Task task =
        new PlanSolver.Task(
            goals,
            new PlanSolver.Time(FOREVER_MS, 0),
            ITERATIONS,
            seed,
            OrderLimits.of(new AttributeDurations(instance)).iterations(2));
    Solution solution = new PlanSolver(() -> 0, () -> false).solve(instance, task);
    boolean found = solution instanceof Solution.Plan;
    report.elsewhere += found ? 1 : 0;
    report.stranded += !found && reachable(instance, goals).isPresent() ? 1 : 0;
  }

  private static void executed(
      long seed, Instance instance, Outcome.Found found, Schedule schedule, Report report) {
    List<Violation> violations = InstanceChecker.check(instance, schedule);
    if (!violations.isEmpty()) {
      throw new IllegalStateException("the plan is not right: " + violations + "\n" + schedule);
    }
    MemoryGrid.Run run = MemoryGrid.execute(instance, schedule);
    if (run.failure().isPresent()) {
      throw new IllegalStateException(
          "the plan cannot be executed: " + run.failure().get() + "\n" + schedule);
    }
    if (!run.end().equals(found.arrangement())) {
      throw new IllegalStateException("the plan leads elsewhere than the search said\n" + schedule);
    }
    report.ordered++;
    report.actions += schedule.actions().size();
    RandomGenerator random = new SplittableRandom(seed * 31 + 7);
    for (int i = 0; i < MUTATIONS && !schedule.actions().isEmpty(); i++) {
      mutant(instance, mutated(random, instance, schedule), report);
    }
  }

  /** Both must say the same of what both look at: states, hosts, room. */
  private static void mutant(Instance instance, Schedule schedule, Report report) {
    List<Violation> physical =
        InstanceChecker.check(instance, schedule).stream()
            .filter(
                violation -> List.of("transition", "online", "capacity").contains(violation.rule()))
            .filter(violation -> violation.words().contains(" ms"))
            .toList();
    Optional<String> failure = MemoryGrid.execute(instance, schedule).failure();
    if (physical.isEmpty() != failure.isEmpty()) {
      throw new IllegalStateException(
          "checker says " + physical + ", executor says " + failure + "\n" + schedule);
    }
    report.mutants++;
    report.rightMutants += physical.isEmpty() ? 1 : 0;
  }

  /** An action earlier, longer, elsewhere, or left out. */
  private static Schedule mutated(RandomGenerator random, Instance instance, Schedule schedule) {
    List<TimedAction> actions = new ArrayList<>();
    int which = random.nextInt(schedule.actions().size());
    int change = random.nextInt(4);
    for (int i = 0; i < schedule.actions().size(); i++) {
      TimedAction a = schedule.actions().get(i);
      long start = a.startMs();
      long end = a.endMs();
      int to = a.to();
      if (i == which && change == 3) {
        continue;
      }
      if (i == which && change == 0) {
        long earlier = Math.min(start, random.nextInt(1, 4) * 500L);
        start -= earlier;
        end -= earlier;
      } else if (i == which && change == 1) {
        end += random.nextInt(1, 4) * 500L;
      } else if (i == which && to >= 0 && !a.kind().ofHost()) {
        to = random.nextInt(instance.hosts());
      }
      actions.add(new TimedAction(a.kind(), a.machine(), a.from(), to, start, end, Indices.NONE));
    }
    return new Schedule(actions);
  }

  static String text(Instance instance) {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    PrintStream out = new PrintStream(bytes, true, StandardCharsets.UTF_8);
    new HeddleInstanceWriter(instance, SolveCommand.generator(out)).write();
    return bytes.toString(StandardCharsets.UTF_8);
  }
}
