package org.heddle.planner;

import java.util.Collections;
import java.util.List;
import java.util.Optional;
import java.util.SortedMap;
import java.util.SortedSet;
import java.util.TreeMap;
import java.util.TreeSet;
import org.heddle.model.HostId;
import org.heddle.model.MachineId;
import org.heddle.model.Placement;
import org.heddle.model.Resources;
import org.heddle.model.SiteId;
import org.heddle.model.VjobId;

/**
 * Where everything is and what the grid should become. Hosts that are not on line are not listed;
 * machines of hosts that are not listed cannot be in {@link Placement.Running} there.
 *
 * @param hosts every host that can be used, in order of name
 * @param machines every machine of every vjob in {@code wishes}
 * @param wishes vjobs in order of precedence: an earlier one gets its room first
 * @param rules where machines may run, and in which order they change; a sequence that closes a
 *     circle with those before it is left out, since no order could keep them all
 * @param bystanders machines that nobody decides about now, on listed hosts; their use is no longer
 *     in the hosts' capacities
 */
public record Problem(
    SortedMap<HostId, HostSlot> hosts,
    SortedMap<MachineId, MachineSlot> machines,
    List<Wish> wishes,
    List<Rule> rules,
    List<Bystander> bystanders) {
  public Problem {
    hosts = Collections.unmodifiableSortedMap(new TreeMap<>(hosts));
    machines = Collections.unmodifiableSortedMap(new TreeMap<>(machines));
    wishes = List.copyOf(wishes);
    rules = List.copyOf(Sequences.opened(rules));
    bystanders = List.copyOf(bystanders);
  }

  /** Without bystanders. */
  public Problem(
      SortedMap<HostId, HostSlot> hosts,
      SortedMap<MachineId, MachineSlot> machines,
      List<Wish> wishes,
      List<Rule> rules) {
    this(hosts, machines, wishes, rules, List.of());
  }

  /** Without rules. */
  public Problem(
      SortedMap<HostId, HostSlot> hosts,
      SortedMap<MachineId, MachineSlot> machines,
      List<Wish> wishes) {
    this(hosts, machines, wishes, List.of());
  }

  /**
   * A host as the planner sees it.
   *
   * @param drained nothing may come here, and what runs here shall leave
   * @param company what else is there, that the planner has no say about
   */
  public record HostSlot(SiteId site, Resources capacity, boolean drained, Company company) {
    /** With nothing else there. */
    public HostSlot(SiteId site, Resources capacity, boolean drained) {
      this(site, capacity, drained, Company.NONE);
    }
  }

  /** Machines on a host that are in none of the wishes. */
  public enum Company {
    NONE,
    /** There are some: no lonely machine may come. */
    SOME,
    /** One of them is lonely: nothing may come. */
    LONELY
  }

  /**
   * A machine that is being changed: it stays where it is, for the planner.
   *
   * @param on a host where it is, or may be; one that migrates is listed twice
   */
  public record Bystander(MachineId machine, Resources demand, HostId on) {}

  /**
   * A machine as the planner sees it.
   *
   * @param banned hosts on which it must not be started, resumed or moved to (they failed lately)
   * @param pinned the only host on which it may run, if asked by hand
   */
  public record MachineSlot(
      Resources demand, Placement now, SortedSet<HostId> banned, Optional<HostId> pinned) {
    public MachineSlot {
      banned = Collections.unmodifiableSortedSet(new TreeSet<>(banned));
    }
  }

  /** What is wanted of one vjob; its machines in the fixed order of pause and continue. */
  public record Wish(VjobId vjob, List<MachineId> machines, Target target) {
    public Wish {
      machines = List.copyOf(machines);
    }
  }

  /** What a vjob shall become. */
  public enum Target {
    /** Run as a whole if there is room after all earlier wishes; else sleep or wait as a whole. */
    RUN,
    /** Sleep as a whole if it runs; else stay as it is. */
    SLEEP,
    /** End: every machine is shut down, saved states are given up. */
    END,
    /** Shut down every machine that runs, so that the vjob can start again from what it has. */
    RESET
  }
}
