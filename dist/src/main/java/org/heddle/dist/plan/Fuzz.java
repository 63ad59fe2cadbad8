package org.heddle.dist.plan;

import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
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

  private final int maxHosts;
  private final int maxMachines;

  /** What happened how often. */
  static final class Report {
    long runs;
    long feasible;
    long proven;
    long optimal;
    long missed;
    long unreachable;
    long ordered;
    long unordered;
    long overlooked;
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
          + optimal
          + " of them the best one, "
          + proven
          + " proven), "
          + ordered
          + " plans with "
          + actions
          + " actions executed, "
          + unordered
          + " placements without a plan ("
          + overlooked
          + " overlooked); "
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

  Instance instance(long seed) {
    return new RandomInstances(new SplittableRandom(seed), maxHosts, maxMachines).next();
  }

  private void one(long seed, Instance instance, Report report) {
    report.runs++;
    OptionalLong best = Exhaustive.leastMovedMemory(instance, _ -> true);
    report.feasible += best.isPresent() ? 1 : 0;
    Outcome outcome =
        Search.solve(instance, List.of(Goal.MOVED_MEMORY), SearchLimits.of(ITERATIONS, seed));
    switch (outcome) {
      case Outcome.Refused(boolean certain, var reasons) -> {
        OptionalLong reached = best.isPresent() ? reachable(instance) : best;
        if (reached.isPresent() && certain) {
          throw new IllegalStateException("refused as impossible, but it is not: " + reasons);
        }
        report.unreachable += best.isPresent() && reached.isEmpty() ? 1 : 0;
        report.missed += reached.isPresent() ? 1 : 0;
      }
      case Outcome.Found found -> {
        found(instance, found, best, report);
        ordered(seed, instance, found, report);
      }
    }
  }

  /** The least cost of a placement to which a plan leads; continuous constraints bar some. */
  private static OptionalLong reachable(Instance instance) {
    OrderLimits limits = OrderLimits.of(new AttributeDurations(instance)).iterations(0);
    return Exhaustive.leastMovedMemory(
        instance,
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
      Instance instance, Outcome.Found found, OptionalLong best, Report report) {
    List<Violation> violations = InstanceChecker.check(instance, found.arrangement());
    if (!violations.isEmpty()) {
      throw new IllegalStateException("the placement is not right: " + violations);
    }
    if (best.isEmpty()) {
      throw new IllegalStateException("a placement was found where there is none");
    }
    long cost = 0;
    for (int m = 0; m < instance.machines(); m++) {
      cost += Exhaustive.cost(instance, m, found.arrangement().host(m));
    }
    if (cost != found.objective()) {
      throw new IllegalStateException(
          "the placement costs " + cost + ", it is said to cost " + found.objective());
    }
    if (found.bound() > best.getAsLong()
        && found.bound() > reachable(instance).orElse(Long.MAX_VALUE)) {
      throw new IllegalStateException(
          "bound " + found.bound() + " is above the optimum " + best.getAsLong());
    }
    report.proven += found.proven() ? 1 : 0;
    report.optimal += found.objective() <= best.getAsLong() ? 1 : 0;
  }

  private static void ordered(long seed, Instance instance, Outcome.Found found, Report report) {
    AttributeDurations durations = new AttributeDurations(instance);
    switch (Order.schedule(
        instance, found.arrangement(), OrderLimits.of(durations).iterations(2))) {
      case Ordering.Done(Schedule schedule, _, _, _, _) ->
          executed(seed, instance, found, schedule, report);
      case Ordering.Refused _ -> {
        report.unordered++;
        report.overlooked +=
            OneByOne.find(instance, found.arrangement(), durations).isPresent() ? 1 : 0;
      }
    }
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
