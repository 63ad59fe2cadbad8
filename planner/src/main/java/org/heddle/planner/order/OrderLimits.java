package org.heddle.planner.order;

import java.util.Comparator;
import java.util.function.BooleanSupplier;
import org.heddle.planner.instance.Indices;
import org.heddle.planner.instance.Instance;
import org.heddle.planner.instance.TimedAction.Kind;

/**
 * What bounds a plan and the search for it.
 *
 * @param durations of the actions
 * @param perHost actions at once on a host, coming and going; 1 or more
 * @param perLink migrations at once over a link, in each direction; 1 or more
 * @param relaunch whether stateless machines may be relocated by starting them anew
 * @param iterations how many orders are tried beyond the first; 0 or more
 * @param seed of the order in which they are tried
 * @param stop true ends the search for a better order: the best one found counts
 * @param interrupts which vjob sleeps for a while where nothing else helps
 */
public record OrderLimits(
    Durations durations,
    int perHost,
    int perLink,
    boolean relaunch,
    int iterations,
    long seed,
    BooleanSupplier stop,
    Interrupts interrupts) {

  /** Chooses the vjob that sleeps for a while when no machine can move and no detour is left. */
  @FunctionalInterface
  public interface Interrupts {
    int NONE = -1;

    /** The vjob of the machine with the least memory. */
    Interrupts SMALLEST = Interrupts::smallest;

    /**
     * @param inTheWay machines that cannot move, whose room others wait for
     * @return a vjob, or {@link #NONE} to have the plan refused
     */
    int choose(Instance instance, Indices inTheWay);

    private static int smallest(Instance instance, Indices inTheWay) {
      return inTheWay.stream()
          .filter(m -> instance.vjob(m) >= 0)
          .boxed()
          .min(Comparator.comparingLong(instance::memory))
          .map(instance::vjob)
          .orElse(NONE);
    }
  }

  public static final int UNLIMITED = Integer.MAX_VALUE;

  /** Orders tried by default; each takes about as long as the first. */
  private static final int DEFAULT_ITERATIONS = 20;

  public OrderLimits {
    if (perHost < 1 || perLink < 1 || iterations < 0) {
      throw new IllegalArgumentException(
          "limits per host and link start at 1, iterations at 0; given "
              + perHost
              + ", "
              + perLink
              + ", "
              + iterations);
    }
  }

  /** No bound of actions at once, relaunch allowed, never stopped. */
  public static OrderLimits of(Durations durations) {
    return new OrderLimits(
        durations,
        UNLIMITED,
        UNLIMITED,
        true,
        DEFAULT_ITERATIONS,
        1,
        () -> false,
        Interrupts.SMALLEST);
  }

  public OrderLimits atOnce(int hosts, int links) {
    return new OrderLimits(durations, hosts, links, relaunch, iterations, seed, stop, interrupts);
  }

  public OrderLimits relaunch(boolean allowed) {
    return new OrderLimits(
        durations, perHost, perLink, allowed, iterations, seed, stop, interrupts);
  }

  /**
   * Whether the machine, which runs, would be relocated by starting it anew: where that is sooner.
   */
  public boolean startsAnew(Instance instance, int machine, int from, int to) {
    return relaunch
        && instance.stateless(machine)
        && durations.ms(Kind.RELAUNCH, machine, from, to, Durations.UNBOUNDED)
            < durations.ms(Kind.MIGRATE, machine, from, to, Durations.UNBOUNDED);
  }

  public OrderLimits iterations(int tries) {
    return new OrderLimits(durations, perHost, perLink, relaunch, tries, seed, stop, interrupts);
  }

  public OrderLimits stop(BooleanSupplier when) {
    return new OrderLimits(
        durations, perHost, perLink, relaunch, iterations, seed, when, interrupts);
  }

  public OrderLimits interrupts(Interrupts chosen) {
    return new OrderLimits(durations, perHost, perLink, relaunch, iterations, seed, stop, chosen);
  }
}
