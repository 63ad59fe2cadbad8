package org.heddle.model;

/** Where a machine is, as the planner sees it: between context switches. */
public sealed interface Placement {
  /** Not started; uses nothing. */
  record Waiting() implements Placement {}

  record Running(HostId host) implements Placement {}

  /** Suspended, its state on that host's disk; uses no memory. */
  record Sleeping(HostId host) implements Placement {}

  record Terminated() implements Placement {}
}
