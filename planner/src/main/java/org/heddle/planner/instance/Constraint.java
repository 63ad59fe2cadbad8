package org.heddle.planner.instance;

import java.util.List;

/**
 * A rule of an instance, with BtrPlace's meaning of its name. A <i>discrete</i> rule holds for the
 * final placement, a <i>continuous</i> one at every instant of the plan too. Only machines that run
 * count for rules of placement. While a machine is relocated it counts on both hosts: on the old
 * one until its action ends, on the new one from its action's start.
 *
 * <p>A continuous rule that the origin breaks already may stay broken until the plan mends it, but
 * no action may break it anew.
 */
public sealed interface Constraint {

  /** Rules that may hold at every instant. */
  sealed interface Lasting extends Constraint {
    boolean continuous();
  }

  // Placement of machines.

  /** Running ones on hosts of their own: no two of them share one. */
  record Spread(Indices machines, boolean continuous) implements Lasting {}

  /**
   * All running ones on the same host. Continuous: they never part, so once together none moves.
   */
  record Gather(Indices machines, boolean continuous) implements Lasting {}

  /**
   * All running ones within one of the parts (sets of hosts, disjoint). Continuous: none leaves the
   * part once all are in it, since it would be in both on its way.
   */
  record Among(Indices machines, List<Indices> parts, boolean continuous) implements Lasting {
    public Among {
      parts = List.copyOf(parts);
    }
  }

  /** Each group within one part, and no two groups in the same one. */
  record SplitAmong(List<Indices> groups, List<Indices> parts, boolean continuous)
      implements Lasting {
    public SplitAmong {
      groups = List.copyOf(groups);
      parts = List.copyOf(parts);
    }
  }

  /** Machines of different groups share no host. */
  record Split(List<Indices> groups, boolean continuous) implements Lasting {
    public Split {
      groups = List.copyOf(groups);
    }
  }

  /** Each of the machines only on these hosts. */
  record Fence(Indices machines, Indices hosts, boolean continuous) implements Lasting {}

  /** Each of the machines on none of these hosts. */
  record Ban(Indices machines, Indices hosts, boolean continuous) implements Lasting {}

  /** A running one that goes on running does not move. */
  record Root(Indices machines) implements Constraint {}

  /** On hosts that run none but these machines. */
  record Lonely(Indices machines, boolean continuous) implements Lasting {}

  // Hosts.

  /** Nothing is started, resumed or moved to these hosts, nothing that runs there moves away. */
  record Quarantine(Indices hosts) implements Constraint {}

  /** At most so many running machines on these hosts together. */
  record RunningCapacity(Indices hosts, long amount, boolean continuous) implements Lasting {}

  /** At most so much use of a resource on these hosts together. */
  record ResourceCapacity(Indices hosts, int resource, long amount, boolean continuous)
      implements Lasting {}

  /**
   * The usable capacity of each of the hosts is its capacity times the ratio, rounded down ({@link
   * Instance#usable}); of several ratios the smallest counts. Holds as capacities do.
   */
  record Overbook(Indices hosts, int resource, double ratio) implements Constraint {}

  /** On line in the end. */
  record Online(Indices hosts) implements Constraint {}

  /** Off line in the end. */
  record Offline(Indices hosts) implements Constraint {}

  /** At most so many of the hosts on line. A booting or stopping host counts. */
  record MaxOnline(Indices hosts, long amount, boolean continuous) implements Lasting {}

  /** None of the hosts is on line in the end without running a machine. */
  record NoIdle(Indices hosts) implements Constraint {}

  // Machines.

  /** Each has at least this amount of the resource in the end: its {@link Instance#next}. */
  record Preserve(Indices machines, int resource, long amount) implements Constraint {}

  /**
   * Each is in this state in the end ({@code running}, {@code sleeping}, {@code ready}, {@code
   * killed}).
   */
  record InState(Indices machines, MachineState state) implements Constraint {}

  // Time. What stays as it is has no action and is passed over.

  /** The actions of each machine end before those of the next one in the list start. */
  record Sequence(Indices machines) implements Constraint {}

  /** Every migration of the first machines ends before one of the second starts. */
  record Precedence(Indices before, Indices after) implements Constraint {}

  /** No two of their migrations overlap in time. */
  record Serialize(Indices machines) implements Constraint {}

  /** Their migrations end at the same moment (they copy first and switch at the end). */
  record Synchronize(Indices machines) implements Constraint {}

  /** All actions of the machines have ended so many milliseconds after the plan's start. */
  record Deadline(Indices machines, long atMs) implements Constraint {}

  /** The first action of each machine starts when the plan starts. */
  record NoDelay(Indices machines) implements Constraint {}
}
