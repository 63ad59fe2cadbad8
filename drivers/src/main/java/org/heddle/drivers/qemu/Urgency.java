package org.heddle.drivers.qemu;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.heddle.drivers.LiveProcess;

/**
 * How soon the kernel lets a machine run among others. Machines of a vjob that are to be paused at
 * one instant are urgent before it: on a host whose processors are all taken, they may else wait
 * some tens of milliseconds for their turn to stop, each another time.
 *
 * <p>Each machine is a session of its own, and where the kernel shares processors among sessions
 * (autogroup, {@code sched(7)}) only the session's nice value counts against other machines.
 */
enum Urgency {
  NORMAL(0),
  URGENT(-10);

  private final int nice;

  Urgency(int nice) {
    this.nice = nice;
  }

  /**
   * Sets it. A host that does not let us, for want of privilege or of such groups, is no worse than
   * before.
   */
  void give(LiveProcess process) {
    try {
      Files.writeString(Path.of("/proc", "" + process.pid(), "autogroup"), "" + nice);
    } catch (IOException e) {
      return; // Nothing depends on it.
    }
  }
}
