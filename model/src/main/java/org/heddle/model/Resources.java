package org.heddle.model;

/**
 * An amount of what hosts have and machines want. Used for capacities and for demands.
 *
 * @param cores virtual processors
 * @param memoryMiB memory in MiB
 * @param diskMiB disk in MiB
 */
public record Resources(int cores, long memoryMiB, long diskMiB) {
  public static final Resources NONE = new Resources(0, 0, 0);

  public Resources plus(Resources other) {
    return new Resources(cores + other.cores, memoryMiB + other.memoryMiB, diskMiB + other.diskMiB);
  }

  /** The difference, which may be negative (over capacity). */
  public Resources minus(Resources other) {
    return new Resources(cores - other.cores, memoryMiB - other.memoryMiB, diskMiB - other.diskMiB);
  }

  /** Whether this demand can be met from what is free, in every resource. */
  public boolean fitsIn(Resources free) {
    return cores <= free.cores && memoryMiB <= free.memoryMiB && diskMiB <= free.diskMiB;
  }
}
