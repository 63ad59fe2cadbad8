package org.heddle.dist.bench;

import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.lang.management.ThreadMXBean;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.function.BooleanSupplier;
import org.heddle.dist.plan.InstanceFile;
import org.heddle.planner.instance.Instance;
import org.heddle.planner.instance.InstanceChecker;
import org.heddle.planner.instance.Schedule;
import org.heddle.planner.instance.Violation;
import org.heddle.planner.order.AttributeDurations;
import org.heddle.planner.order.Costs;
import org.heddle.planner.order.Order;
import org.heddle.planner.order.OrderLimits;
import org.heddle.planner.order.Ordering;
import org.heddle.planner.search.Goal;
import org.heddle.planner.search.Outcome;
import org.heddle.planner.search.Search;
import org.heddle.planner.search.SearchLimits;

/** Solves one instance in this process: the first plan, the same once more, then the best one. */
final class PlanTrial {
  private static final long SEED = 1;
  private static final int ORDERS = 20;

  /**
   * What was reached; times in ms.
   *
   * @param firstCpuMs of the thread that planned: less than the time where others take the machine
   */
  record Result(
      String name,
      boolean solved,
      String why,
      int hosts,
      int machines,
      long parseMs,
      double firstPlanMs,
      double firstCpuMs,
      double secondPlanMs,
      long peakMiB,
      Plan first,
      Plan best) {}

  /**
   * A plan; times of actions in ms.
   *
   * @param objective of the placement, in the unit of the goal
   * @param bound of the placement's objective
   * @param leastSum of the ends of actions for this placement
   * @param wrong what the checker found; empty for nothing
   */
  record Plan(
      long migrations,
      long moved,
      long endMs,
      long sumOfEndsMs,
      long leastSum,
      int detours,
      long objective,
      long bound,
      String wrong) {
    static final Plan NONE = new Plan(0, 0, 0, 0, 0, 0, 0, 0, "");

    /** How far the objective is from its bound. */
    double gap() {
      return objective <= bound ? 0 : (objective - bound) / Math.max(1.0, (double) bound);
    }
  }

  private final Instance instance;
  private final List<Goal> goals;

  private PlanTrial(Instance instance, List<Goal> goals) {
    this.instance = instance;
    this.goals = goals;
  }

  /**
   * @param what a file, or {@code generated:HOSTS:MACHINES:SEED}
   * @param moved whether least moved memory is the goal, else the soonest end of all actions
   * @param seconds for making the plan better; 0 for the first one only
   */
  static Result run(String what, boolean moved, int seconds) throws IOException {
    long begin = System.nanoTime();
    Instance instance = read(what);
    long parseMs = (System.nanoTime() - begin) / 1_000_000;
    List<Goal> goals = moved ? List.of(Goal.MOVED_MEMORY, Goal.MOVES) : List.of(Goal.SOONEST_END);
    return new PlanTrial(instance, goals).run(name(what), parseMs, seconds);
  }

  private static Instance read(String what) throws IOException {
    if (!what.startsWith("generated:")) {
      return InstanceFile.instance(Path.of(what));
    }
    String[] parts = what.split(":", -1);
    return GeneratedInstances.loadIncrease(
        Integer.parseInt(parts[1]), Integer.parseInt(parts[2]), Long.parseLong(parts[3]));
  }

  static String name(String what) {
    String file = String.valueOf(Path.of(what).getFileName());
    return file.replaceAll("\\.json(\\.gz)?$", "");
  }

  private Result run(String name, long parseMs, int seconds) throws IOException {
    ThreadMXBean threads = ManagementFactory.getThreadMXBean();
    long cpu = threads.getCurrentThreadCpuTime();
    long begin = System.nanoTime();
    Tried first = plan(SearchLimits.of(0, SEED), OrderLimits.UNLIMITED, 0, () -> false);
    double firstMs = (System.nanoTime() - begin) / 1e6;
    double firstCpuMs = (threads.getCurrentThreadCpuTime() - cpu) / 1e6;
    begin = System.nanoTime();
    Tried second = plan(SearchLimits.of(0, SEED), OrderLimits.UNLIMITED, 0, () -> false);
    double secondMs = (System.nanoTime() - begin) / 1e6;
    Tried best = second;
    if (seconds > 0) {
      long end = System.nanoTime() + seconds * 1_000_000_000L;
      BooleanSupplier stop = () -> System.nanoTime() - end > 0;
      SearchLimits limits = SearchLimits.of(SearchLimits.DEFAULT_ITERATIONS, SEED).with(stop);
      best = plan(limits, OrderLimits.UNLIMITED, ORDERS, stop);
    }
    boolean solved = best.why().isEmpty();
    return new Result(
        name,
        solved,
        first.why().isEmpty() ? best.why() : first.why(),
        instance.hosts(),
        instance.machines(),
        parseMs,
        firstMs,
        firstCpuMs,
        secondMs,
        peakMiB(),
        first.checked(instance),
        best.checked(instance));
  }

  /** A schedule that is not checked yet, or why there is none. */
  private record Tried(Schedule schedule, Plan plan, String why) {
    static Tried refused(List<String> reasons) {
      return new Tried(Schedule.EMPTY, Plan.NONE, String.join("; ", reasons));
    }

    Plan checked(Instance instance) {
      if (!why.isEmpty()) {
        return plan;
      }
      List<Violation> wrong = InstanceChecker.check(instance, schedule);
      String words =
          wrong.isEmpty() ? "" : wrong.size() + " violations, the first: " + wrong.getFirst();
      return new Plan(
          plan.migrations,
          plan.moved,
          plan.endMs,
          plan.sumOfEndsMs,
          plan.leastSum,
          plan.detours,
          plan.objective,
          plan.bound,
          words);
    }
  }

  private Tried plan(SearchLimits limits, int atOnce, int orders, BooleanSupplier stop) {
    return switch (Search.solve(instance, goals, limits)) {
      case Outcome.Refused refused -> Tried.refused(refused.reasons());
      case Outcome.Found found -> {
        OrderLimits order =
            OrderLimits.of(new AttributeDurations(instance))
                .atOnce(atOnce, atOnce)
                .iterations(orders)
                .stop(stop);
        yield switch (Order.schedule(instance, found.arrangement(), order)) {
          case Ordering.Refused refused -> Tried.refused(refused.reasons());
          case Ordering.Done done -> new Tried(done.schedule(), plan(found, done), "");
        };
      }
    };
  }

  private Plan plan(Outcome.Found found, Ordering.Done done) {
    Schedule schedule = done.schedule();
    return new Plan(
        schedule.actions().stream().filter(action -> action.kind().relocates()).count(),
        Costs.PAPERS.moved(instance, schedule),
        schedule.endMs(),
        schedule.sumOfEndsMs(),
        done.leastSumOfEndsMs(),
        done.detours(),
        found.objective(),
        found.bound(),
        "");
  }

  /** The most memory that this process ever had, as the kernel counts it. */
  private static long peakMiB() throws IOException {
    return Files.readAllLines(Path.of("/proc/self/status")).stream()
        .filter(line -> line.startsWith("VmHWM:"))
        .mapToLong(line -> Long.parseLong(line.replaceAll("\\D+", "")) / 1024)
        .findFirst()
        .orElse(0);
  }

  /** Seconds with as many decimals as matter. */
  static String seconds(double ms) {
    return String.format(Locale.ROOT, ms < 10_000 ? "%.3f" : "%.1f", ms / 1000);
  }
}
