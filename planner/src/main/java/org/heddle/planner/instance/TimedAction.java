package org.heddle.planner.instance;

/**
 * One action of a schedule. Times in milliseconds after the start of the plan.
 *
 * @param machine its index, or -1 for the actions of hosts
 * @param from the host on which it runs, or on which its saved state lies; -1 where none
 * @param to the host on which it will run, or on which its saved state will lie; -1 where none
 * @param waitsFor positions in {@link Schedule#actions} that must have ended before it starts
 */
public record TimedAction(
    Kind kind, int machine, int from, int to, long startMs, long endMs, Indices waitsFor) {

  /** What is done, and which of {@code from} and {@code to} are set. */
  public enum Kind {
    /** READY to RUNNING; to. */
    BOOT,
    /** RUNNING to READY; from. */
    SHUTDOWN,
    /** RUNNING to SLEEPING; from, to (the same one for a local one). */
    SUSPEND,
    /** SLEEPING to RUNNING; from, to. */
    RESUME,
    /** RUNNING elsewhere; from, to. */
    MIGRATE,
    /** A stateless machine is started anew elsewhere, then stopped here; from, to. */
    RELAUNCH,
    /** To KILLED; from, -1 for a ready one. */
    KILL,
    /** A machine that stays gets its next demand; from and to are its host. */
    ALLOCATE,
    /** A host comes on line; to. */
    BOOT_HOST,
    /** A host goes off line; from. */
    SHUTDOWN_HOST;

    public boolean ofHost() {
      return this == BOOT_HOST || this == SHUTDOWN_HOST;
    }

    /** Whether the machine runs on another host afterwards without having stopped. */
    public boolean relocates() {
      return this == MIGRATE || this == RELAUNCH;
    }
  }

  public long durationMs() {
    return endMs - startMs;
  }
}
