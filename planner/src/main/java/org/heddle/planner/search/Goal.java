package org.heddle.planner.search;

/** What is made as small as possible; a list of goals counts in its order. */
public enum Goal {
  /**
   * MiB that have to be written or sent: migration, suspend and resume on the spot the memory,
   * resume elsewhere twice that, boot and stop nothing (the costs of the context-switch papers).
   */
  MOVED_MEMORY,
  /** Machines that are migrated or resumed elsewhere. */
  MOVES,
  /** Hosts that run at least one machine. */
  HOSTS_USED,
  /**
   * Use of the most loaded host: its fullest resource, in millionths of the usable capacity; then
   * how many hosts are near it.
   */
  BALANCE,
  /** Mean time to repair: sum of the durations of the actions that depend on the placement, ms. */
  SOONEST_END;

  /** Whether it is a sum over machines; the others look at hosts. */
  public boolean isSum() {
    return this != HOSTS_USED && this != BALANCE;
  }
}
