package org.heddle.model;

/** How an operation ended. Times are milliseconds of the epoch by the host's clock. */
public sealed interface Outcome {
  /**
   * @param startedMs when the agent began
   * @param endedMs when it was done
   * @param effectMs the instant at which the machine's processors stopped or started (pause,
   *     continue), else {@code endedMs}
   * @param downtimeMs how long no processor of the machine ran (migrate), else 0
   */
  record Done(long startedMs, long endedMs, long effectMs, long downtimeMs) implements Outcome {}

  /**
   * @param code closed list of what can go wrong
   * @param message one sentence for a person: what, where, what to do
   */
  record Failed(Code code, String message) implements Outcome {}

  /** What can go wrong with an operation. */
  enum Code {
    /** The host lacks memory, disk or another resource. */
    NO_ROOM,
    /** The host has no such image. */
    NO_IMAGE,
    /** The machine is not there, or not in a state that allows the operation. */
    WRONG_STATE,
    /** The saved state is missing or does not match its digest. */
    BAD_STATE,
    /** The guest did not come up or did not answer in time. */
    TIMED_OUT,
    /** Another host could not be reached. */
    UNREACHABLE,
    /** The driver cannot do this at all (for example a live migration with too old a QEMU). */
    UNSUPPORTED,
    /** Anything else; worth another try. */
    DRIVER;

    /** Whether the same on the same host cannot go well later. */
    public boolean permanent() {
      return this == NO_IMAGE || this == UNSUPPORTED || this == BAD_STATE;
    }
  }
}
