package org.heddle.planner.search;

/**
 * The meaning of a constraint for the search: counters that say in little time whether a unit may
 * come to a host. What is asked about is placed nowhere at that time. A rule never takes back a yes
 * because of a later departure, so that leaving is always allowed.
 */
interface Rule {
  /** Whether the unit, placed nowhere now, may come to the host. */
  boolean allows(int unit, int host);

  void enter(int unit, int host);

  void leave(int unit, int host);

  /** Index of the constraint in the instance, for reasons. */
  int constraint();
}
