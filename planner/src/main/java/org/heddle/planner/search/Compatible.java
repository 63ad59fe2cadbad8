package org.heddle.planner.search;

/**
 * Whether units may stay on a host together, as far as rules go: asked of the empty state, so that
 * a no holds whatever else is placed.
 */
final class Compatible {
  private final State empty;
  private final Dense dense;

  /**
   * @param empty a state in which nothing is placed, now and whenever this is asked
   */
  Compatible(State empty) {
    this.empty = empty;
    dense = empty.dense;
  }

  /** Whether rules can keep any of the units from staying together. */
  boolean matters(int host, int[] units) {
    if (dense.commonRules.length > 0 || dense.hostRules[host].length > 0) {
      return true;
    }
    for (int u : units) {
      if (dense.unitRules[u].length > 0) {
        return true;
      }
    }
    return false;
  }

  /** Whether those of the units that do not leave may be on the host together. */
  boolean stay(int host, int[] units, boolean[] leaves) {
    int placed = 0;
    boolean together = true;
    for (; placed < units.length && together; placed++) {
      if (!leaves[placed]) {
        together = empty.rulesAllow(units[placed], host);
        if (!together) {
          break;
        }
        empty.place(units[placed], host);
      }
    }
    for (int i = 0; i < placed; i++) {
      if (!leaves[i]) {
        empty.remove(units[i]);
      }
    }
    return together;
  }
}
