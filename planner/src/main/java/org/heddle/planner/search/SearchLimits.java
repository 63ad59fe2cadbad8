package org.heddle.planner.search;

import java.util.List;
import java.util.function.BooleanSupplier;

/**
 * How long and how the search may work. Without {@code stop} the same instance, iterations and seed
 * give the same answer, whatever the machine.
 *
 * @param iterations steps of improvement after the first answer (one step is about a microsecond to
 *     a millisecond of work); 0 asks for the first answer only
 * @param seed of its random choices
 * @param stop asked often; once true the best answer so far is given as soon as possible
 * @param giveUp asked instead of {@code stop} as long as there is no answer; once true there is
 *     none
 * @param progress told of every better answer and every better bound
 * @param parallel runs independent parts; {@link Parallel#NONE} one after the other
 */
public record SearchLimits(
    long iterations,
    long seed,
    BooleanSupplier stop,
    BooleanSupplier giveUp,
    Progress progress,
    Parallel parallel) {

  /** Enough for proven optima where hosts have room. */
  public static final long DEFAULT_ITERATIONS = 20_000_000;

  /** Hears of each better answer. */
  @FunctionalInterface
  public interface Progress {
    /**
     * Called on the thread of the search (or of one of its parts, one call at a time).
     *
     * @param objective of the best answer, {@link Long#MAX_VALUE} as long as there is none
     * @param bound no answer can be better
     */
    void report(long objective, long bound);
  }

  /** Runs tasks and returns when all have ended. */
  @FunctionalInterface
  public interface Parallel {
    Parallel NONE = tasks -> tasks.forEach(Runnable::run);

    void run(List<Runnable> tasks);
  }

  public static SearchLimits of(long iterations, long seed) {
    return new SearchLimits(
        iterations, seed, () -> false, () -> false, (_, _) -> {}, Parallel.NONE);
  }

  /** The same limits with another number of iterations. */
  public SearchLimits withIterations(long newIterations) {
    return new SearchLimits(newIterations, seed, stop, giveUp, progress, parallel);
  }

  /** The same limits with another stop, which also ends the search for a first answer. */
  public SearchLimits with(BooleanSupplier newStop) {
    return with(newStop, newStop);
  }

  public SearchLimits with(BooleanSupplier newStop, BooleanSupplier newGiveUp) {
    return new SearchLimits(iterations, seed, newStop, newGiveUp, progress, parallel);
  }

  public SearchLimits with(Progress newProgress) {
    return new SearchLimits(iterations, seed, stop, giveUp, newProgress, parallel);
  }

  public SearchLimits with(Parallel newParallel) {
    return new SearchLimits(iterations, seed, stop, giveUp, progress, newParallel);
  }
}
