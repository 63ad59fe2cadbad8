package org.heddle.agent;

/** What the one who does an operation may tell and ask meanwhile. Thread-safe. */
interface Task {
  /** How far it is, 0 to 1. */
  void progress(double share);

  /** A stop of the same machine waits behind this: what only waits should give up. */
  boolean stopWanted();

  /**
   * The agent is being stopped: whatever fails now fails for that reason, is not to be undone, and
   * will be asked again after the restart.
   */
  boolean closing();
}
