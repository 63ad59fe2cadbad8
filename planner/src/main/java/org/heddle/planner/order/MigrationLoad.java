package org.heddle.planner.order;

/**
 * What a live migration has to copy.
 *
 * @param usedMiB memory in use
 * @param coldMiBPerS at which memory that was copied is written anew, all over
 * @param hotMiB of pages that are written again and again, so that they go last
 */
public record MigrationLoad(double usedMiB, double coldMiBPerS, double hotMiB) {
  public MigrationLoad {
    if (!(usedMiB >= 0) || !(coldMiBPerS >= 0) || !(hotMiB >= 0)) {
      throw new IllegalArgumentException(
          "a migration load below zero: " + usedMiB + " " + coldMiBPerS + " " + hotMiB);
    }
  }
}
