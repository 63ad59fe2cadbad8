package org.heddle.planner.order;

/**
 * How long a live migration lasts at a constant rate, and how much of a link's nominal rate it
 * gets.
 *
 * <pre>
 *   seconds = setup + (used + hotPasses * hot) / (goodput - cold)
 *   goodput = link rate * efficiency(link rate)          [MiB/s]
 * </pre>
 *
 * Memory in use goes over once, what is written meanwhile (cold pages) follows, hot pages go again
 * at the end. Where pages are written as fast as they are sent, hypervisors stop the machine after
 * {@value #MAX_PASSES} passes, which bounds the duration. The shape is that of mVM (Kherbache,
 * Hermenier, Madelaine: Scheduling Live Migration of Virtual Machines, 2017); the parameters of
 * {@link #MEASURED} are fitted to the executions measured for it, whose links had 1 Gbit/s or were
 * shaped to 500 Mbit/s. Between and beyond these two rates they are interpolated.
 *
 * @param efficiency500 share of a link of 500 Mbit/s that carries memory
 * @param efficiency1000 the same of 1 Gbit/s
 * @param hotPasses how often the hot pages are sent besides the first pass
 * @param setupSeconds before and after copying
 * @param receiving500 what is left of the receiving rate of a host with a link of 500 Mbit/s while
 *     it sends too
 * @param receiving1000 the same of 1 Gbit/s
 */
public record MigrationModel(
    double efficiency500,
    double efficiency1000,
    double hotPasses,
    double setupSeconds,
    double receiving500,
    double receiving1000) {

  /** Fitted by {@code heddle bench plan} on the scenarios of odd number; docs/planner.md. */
  public static final MigrationModel MEASURED =
      new MigrationModel(0.950, 0.914, 0.478, 0.546, 0.885, 0.983);

  /** After so many passes over memory hypervisors stop a machine whatever is left. */
  static final int MAX_PASSES = 30;

  private static final double SLOW = 500;
  private static final double FAST = 1000;
  private static final double MIB_PER_MBIT = 1e6 / 8 / (1 << 20);

  /** MiB/s of memory over a link that is used in one direction. */
  public double goodput(double linkMbitPerS) {
    return linkMbitPerS * MIB_PER_MBIT * between(efficiency500, efficiency1000, linkMbitPerS);
  }

  /** Factor of what a host receives over its link while it sends over it. */
  public double receivingWhileSending(double linkMbitPerS) {
    return between(receiving500, receiving1000, linkMbitPerS);
  }

  /** Seconds of a migration whose rate does not change. */
  public double seconds(MigrationLoad load, double goodputMiBPerS) {
    return setupSeconds + workMiB(load) / progress(load, goodputMiBPerS);
  }

  /** What has to be copied, without what is written meanwhile. */
  double workMiB(MigrationLoad load) {
    return load.usedMiB() + hotPasses * load.hotMiB();
  }

  /** MiB/s by which the work shrinks. */
  double progress(MigrationLoad load, double goodputMiBPerS) {
    return Math.max(goodputMiBPerS - load.coldMiBPerS(), goodputMiBPerS / MAX_PASSES);
  }

  private static double between(double atSlow, double atFast, double mbitPerS) {
    double share = Math.clamp((mbitPerS - SLOW) / (FAST - SLOW), 0, 1);
    return atSlow + share * (atFast - atSlow);
  }
}
