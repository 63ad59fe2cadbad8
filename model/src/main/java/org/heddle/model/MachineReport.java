package org.heddle.model;

import java.util.List;
import java.util.Optional;

/**
 * What a host says of one machine that it has something of.
 *
 * @param incarnation of the live process, 0 when there is none
 * @param savedStates ids of its saved states that lie on the host, complete and durable
 * @param copies ids of its saved states of which the host, being its site's repository, has a
 *     complete copy in its content store
 * @param run how the vjob's command stands, when the host knows
 */
public record MachineReport(
    MachineId machine,
    long incarnation,
    Live live,
    List<String> savedStates,
    List<String> copies,
    Optional<RunStatus> run) {
  public MachineReport {
    savedStates = List.copyOf(savedStates);
    copies = List.copyOf(copies);
  }

  /** Of a host that has no copies. */
  public MachineReport(
      MachineId machine,
      long incarnation,
      Live live,
      List<String> savedStates,
      Optional<RunStatus> run) {
    this(machine, incarnation, live, savedStates, List.of(), run);
  }

  /** The same with these copies. */
  public MachineReport withCopies(List<String> ids) {
    return new MachineReport(machine, incarnation, live, savedStates, ids, run);
  }

  /** What lives of the machine on the host. */
  public enum Live {
    /** No process. */
    NONE,
    /** Processors run. */
    RUNNING,
    /** Processors stopped; memory is complete. */
    PAUSED,
    /** Being filled by a live migration or a restore that has not ended. */
    INCOMING,
    /** Sent away by a completed live migration; the process only waits to be removed. */
    GONE,
    /** Process ended by itself (crash, or guest powered off). */
    DEAD
  }

  /**
   * How the vjob's command stands in the guest.
   *
   * @param exitCode empty while it runs
   * @param output the end of what it printed, at most 64 KiB
   */
  public record RunStatus(Optional<Integer> exitCode, String output) {}
}
