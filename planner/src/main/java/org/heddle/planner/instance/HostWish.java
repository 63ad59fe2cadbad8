package org.heddle.planner.instance;

/** What a host shall be in the end. */
public enum HostWish {
  ONLINE,
  OFFLINE,
  /** Whatever suits the plan; left as it is when nothing speaks for a change. */
  EITHER
}
