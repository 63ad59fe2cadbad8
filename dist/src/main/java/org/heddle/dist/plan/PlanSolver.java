package org.heddle.dist.plan;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.BooleanSupplier;
import java.util.function.LongSupplier;
import org.heddle.planner.instance.Indices;
import org.heddle.planner.instance.Instance;
import org.heddle.planner.instance.InstanceChecker;
import org.heddle.planner.instance.Violation;
import org.heddle.planner.order.Order;
import org.heddle.planner.order.OrderLimits;
import org.heddle.planner.order.Ordering;
import org.heddle.planner.search.Goal;
import org.heddle.planner.search.Outcome;
import org.heddle.planner.search.Search;
import org.heddle.planner.search.SearchLimits;

/**
 * Search, order and check, one after the other within a time box: a first plan as soon as possible,
 * then as good a one as the time allows. Where the box is too short for any plan, the first one is
 * looked for in overtime. A placement that cannot be ordered is given up for another one.
 */
final class PlanSolver {
  /** Of the time box, for searching; the rest is for ordering. */
  private static final double SEARCH_SHARE = 0.8;

  /** Placements that cannot be ordered, until it is said that there is no plan. */
  private static final int ATTEMPTS = 12;

  private final LongSupplier nanos;
  private final BooleanSupplier interrupted;

  /**
   * @param nanos a clock
   * @param interrupted ends the search early: the best plan so far counts
   */
  PlanSolver(LongSupplier nanos, BooleanSupplier interrupted) {
    this.nanos = nanos;
    this.interrupted = interrupted;
  }

  /** What is asked, besides the instance. */
  record Task(List<Goal> goals, Time time, long iterations, long seed, OrderLimits order) {}

  /**
   * The time box.
   *
   * @param limitMs after that the best plan so far counts
   * @param overtimeMs so much later it is given up when there is no plan yet
   */
  record Time(long limitMs, long overtimeMs) {
    long allMs() {
      return limitMs + overtimeMs;
    }

    String words() {
      return limitMs + " ms" + (overtimeMs > 0 ? " and " + overtimeMs + " ms of overtime" : "");
    }
  }

  Solution solve(Instance instance, Task task) {
    long start = nanos.getAsLong();
    BooleanSupplier searchEnd = after(start, (long) (task.time.limitMs * SEARCH_SHARE));
    BooleanSupplier end = after(start, task.time.limitMs);
    BooleanSupplier giveUp = after(start, task.time.allMs());
    SearchLimits limits =
        SearchLimits.of(0, task.seed).with(searchEnd, giveUp).with(PlanSolver::inParallel);
    Outcome first = Search.solve(instance, task.goals, limits, task.order);
    Tried tried = ordered(instance, first, task.order.iterations(0).stop(end), start, -1);
    Solution best = tried.solution;
    long firstMs = best instanceof Solution.Plan ? elapsed(start) : -1;
    // a second plan takes about as long as the first
    boolean late = firstMs >= 0 && elapsed(start) + firstMs > task.time.limitMs;
    boolean enough = task.iterations == 0 && firstMs >= 0;
    if (enough || certainlyNone(best) || late) {
      return best;
    }
    Lessons lessons = new Lessons(instance);
    tried.refused.ifPresent(lessons::of);
    for (int attempt = 0; attempt < ATTEMPTS && !giveUp.getAsBoolean(); attempt++) {
      SearchLimits longer =
          SearchLimits.of(task.iterations, task.seed + attempt)
              .with(searchEnd, best instanceof Solution.Plan ? searchEnd : giveUp)
              .with(PlanSolver::inParallel);
      Instance asked = lessons.next();
      Outcome outcome = Search.solve(asked, task.goals, longer, task.order);
      if (asked != instance) {
        if (outcome instanceof Outcome.Refused) {
          continue; // the lesson asks too much
        }
        outcome = ofAll(first, outcome);
      }
      tried = ordered(instance, outcome, task.order.stop(end), start, firstMs);
      best = better(best, tried.solution);
      if (best instanceof Solution.Plan || certainlyNone(best)) {
        return best;
      }
      tried.refused.ifPresent(lessons::of);
    }
    return best instanceof Solution.None none && giveUp.getAsBoolean()
        ? tooLate(none, start, task.time)
        : best;
  }

  private Solution tooLate(Solution.None none, long start, Time time) {
    List<String> reasons = new ArrayList<>(none.reasons());
    String words =
        interrupted.getAsBoolean()
            ? "interrupted before there was a plan"
            : "no plan within " + time.words() + ": give more time (--time-limit, --overtime)";
    reasons.addFirst(words);
    return new Solution.None(false, reasons, elapsed(start));
  }

  private static boolean certainlyNone(Solution solution) {
    return solution instanceof Solution.None none && none.certain();
  }

  private BooleanSupplier after(long start, long ms) {
    long end = start + ms * 1_000_000;
    return () -> nanos.getAsLong() - end >= 0 || interrupted.getAsBoolean();
  }

  private long elapsed(long start) {
    return (nanos.getAsLong() - start) / 1_000_000;
  }

  private static void inParallel(List<Runnable> tasks) {
    List<Thread> threads = new ArrayList<>();
    List<Throwable> failures = new ArrayList<>();
    for (Runnable task : tasks) {
      Thread thread = Thread.ofVirtual().unstarted(task);
      thread.setUncaughtExceptionHandler((_, failure) -> {
        synchronized (failures) {
          failures.add(failure);
        }
      });
      thread.start();
      threads.add(thread);
    }
    for (Thread thread : threads) {
      join(thread);
    }
    synchronized (failures) {
      if (!failures.isEmpty()) {
        throw new IllegalStateException("a part of the search failed", failures.getFirst());
      }
    }
  }

  private static void join(Thread thread) {
    boolean told = false;
    while (true) {
      try {
        thread.join();
        break;
      } catch (InterruptedException _) {
        told = true;
      }
    }
    if (told) {
      Thread.currentThread().interrupt();
    }
  }

  /**
   * What an order of a placement led to.
   *
   * @param refused the placement and who did not come to its place in it, when there is no order
   */
  private record Tried(Solution solution, Optional<Lessons.Refused> refused) {}

  /** An answer to a narrower question: what it proves, it does not prove of all placements. */
  private static Outcome ofAll(Outcome first, Outcome narrower) {
    long bound = first instanceof Outcome.Found all ? all.bound() : 0;
    return narrower instanceof Outcome.Found found
        ? new Outcome.Found(found.arrangement(), found.objective(), bound)
        : narrower;
  }

  private Tried ordered(
      Instance instance, Outcome outcome, OrderLimits limits, long start, long firstMs) {
    return switch (outcome) {
      case Outcome.Refused(boolean certain, var reasons) ->
          new Tried(new Solution.None(certain, reasons, elapsed(start)), Optional.empty());
      case Outcome.Found found -> {
        Ordering ordering = Order.schedule(instance, found.arrangement(), limits);
        yield switch (ordering) {
          case Ordering.Refused(var reasons, var _, Indices hindered) ->
              new Tried(
                  new Solution.None(false, reasons, elapsed(start)),
                  Optional.of(new Lessons.Refused(found.arrangement(), hindered)));
          case Ordering.Done done -> {
            long now = elapsed(start); // the plan is there; that it is right, is said later
            check(instance, done);
            long first = firstMs < 0 ? now : firstMs;
            yield new Tried(new Solution.Plan(found, done, first, now), Optional.empty());
          }
        };
      }
    };
  }

  private static void check(Instance instance, Ordering.Done done) {
    List<Violation> violations = InstanceChecker.check(instance, done.schedule());
    if (!violations.isEmpty()) {
      throw new IllegalStateException(
          "the plan that was found is not right: " + violations.getFirst());
    }
  }

  private static Solution better(Solution one, Solution other) {
    if (!(one instanceof Solution.Plan a)) {
      return other;
    }
    if (!(other instanceof Solution.Plan b)) {
      return a;
    }
    boolean keep =
        a.found().objective() < b.found().objective()
            || (a.found().objective() == b.found().objective()
                && a.schedule().sumOfEndsMs() < b.schedule().sumOfEndsMs());
    Solution.Plan kept = keep ? a : b;
    // The bound holds for all: the best one known is said.
    long bound = Math.max(a.found().bound(), b.found().bound());
    Outcome.Found found =
        new Outcome.Found(kept.found().arrangement(), kept.found().objective(), bound);
    return new Solution.Plan(found, kept.ordering(), a.firstMs(), b.solveMs());
  }
}
