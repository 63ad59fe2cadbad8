package org.heddle.engine;

import org.heddle.model.Operation;

/** Every bound of the engine, in milliseconds unless named otherwise, with its reason. */
final class Timing {
  /**
   * Pauses and continues of a vjob's machines are set for one instant this far ahead: time enough
   * for the command to reach every host, so that all act at the same time, and to have the machines
   * ready for it.
   */
  private static final long LEAD = 250;

  /** A guest under software emulation boots in well under a minute on a loaded host. */
  static final long BOOT = 180_000;

  static final long PAUSE = 20_000;

  /** Some GiB over a slow disk or link. */
  static final long TRANSFER = 600_000;

  /** Graceful shut down, then by force. */
  static final long STOP = 60_000;

  static final long START_RUN = 60_000;

  /** An operation is sent at most this often; then its host is taken not to be able to do it. */
  static final int MAX_SENDS = 3;

  /** Tries of one operation on one host for failures that may pass. */
  static final int MAX_ATTEMPTS = 3;

  /** Pause before another try, times the number of the try. */
  static final long RETRY = 2_000;

  /** How long a machine stays away from a host on which it failed. */
  static final long BAN = 300_000;

  /** The same when it cannot go well there before a person did something. */
  static final long LONG_BAN = 3_600_000;

  /** Failed starts of a vjob in a row that are tried again at once. */
  static final int QUICK_FAILURES = 2;

  /** First back-off of a vjob whose starts fail; doubles each time. */
  static final long BACK_OFF = 30_000;

  static final long MAX_BACK_OFF = 900_000;

  /** A vjob that ran so long before it failed is not counted among those that always fail. */
  static final long STABLE = 300_000;

  /** Starts that found a broken saved state, after which the vjob begins anew without it. */
  static final int BAD_STATES = 3;

  /**
   * A vjob whose command cannot be started ends when so many of its starts in a row have failed:
   * the pauses before the last two outlast a host that is overloaded for a minute, and an image
   * whose guests cannot start a command will not learn it.
   */
  static final int RUN_FAILURES = 5;

  /** How often each host is asked what it has, against whatever was missed. */
  static final long INSPECT = 30_000;

  /** The same while something hangs on the answer. */
  static final long INSPECT_SOON = 3_000;

  /** A machine that was sent here starts within this time, or it never will. */
  static final long ARRIVAL = 60_000;

  /**
   * Planning waits so long for a broken vjob to be cleared away, so as not to give off its room.
   */
  static final long CLEARING = 20_000;

  /** A plan that does not come within this time is asked for again. */
  static final long PLAN = 120_000;

  /** Pause of planning after a failed switch; doubles each time. */
  static final long SWITCH_PAUSE = 1_000;

  static final long MAX_SWITCH_PAUSE = 60_000;

  /** Nobody waits for a machine that is alone. */
  static long lead(int machines) {
    return machines > 1 ? LEAD : 0;
  }

  private Timing() {}

  static long of(Operation operation) {
    return switch (operation) {
      case Operation.Boot _ -> BOOT;
      case Operation.Stop _ -> STOP;
      case Operation.Pause _, Operation.Continue _ -> PAUSE;
      case Operation.Save _, Operation.Restore _, Operation.Migrate _ -> TRANSFER;
      case Operation.Discard _ -> STOP;
      case Operation.StartRun _ -> START_RUN;
    };
  }

  /** {@code first} doubled for each further failure, up to a bound. */
  static long doubled(long first, int times, long max) {
    return Math.min(max, first << Math.min(times, 20));
  }
}
