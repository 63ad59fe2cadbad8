package org.heddle.drivers;

import java.time.Duration;
import java.util.List;
import java.util.Optional;
import org.heddle.model.MachineId;
import org.heddle.model.MachineReport;

/**
 * One virtualization solution on one host. Every method blocks until its effect is there, may be
 * called again with the same arguments without harm, and throws {@link DriverException} with a
 * code. Methods for different machines may be called at the same time; for one machine one at a
 * time, except that {@link #stop}, reading the console and running programs in the guest may come
 * at any time: what a stop cuts short fails. Machines outlive the driver: a new driver object over
 * the same state folder finds them again.
 */
public interface Driver extends AutoCloseable {
  /** Name of the solution, such as {@code qemu}. */
  String name();

  /** Version of the solution as users know it. */
  String version();

  /** The capability, if this driver on this host has it. */
  <C extends Capability> Optional<C> capability(Class<C> type);

  /** The capability, or an exception {@link org.heddle.model.Outcome.Code#UNSUPPORTED}. */
  default <C extends Capability> C require(Class<C> type) throws DriverException {
    return capability(type)
        .orElseThrow(() ->
            new DriverException(
                org.heddle.model.Outcome.Code.UNSUPPORTED,
                name() + " " + version() + " has no " + type.getSimpleName()));
  }

  /**
   * Starts the machine from its image; done when its process runs (not: when the guest is ready).
   * Leftovers of a dead or departed one are removed first; one that lives with the same incarnation
   * is left alone, with another it is {@code WRONG_STATE}.
   */
  void boot(MachineConfig config) throws DriverException;

  /** Waits until the guest's agent answers. */
  void awaitReady(MachineId machine, Duration timeout) throws DriverException;

  /**
   * Ends the machine: asks the guest first if grace is not zero, then by force. Removes its live
   * memory and disk from the host; saved states stay. Does nothing when there is none.
   */
  void stop(MachineId machine, Duration grace) throws DriverException;

  /** All that the host has something of; {@code run} is always empty here. */
  List<MachineReport> machines();

  /**
   * Called when a machine's process ends without having been asked to, on a thread of the driver's
   * own; must not block for long.
   */
  void onDeath(java.util.function.Consumer<MachineId> listener);

  /** Lets go of the machines, which go on. */
  @Override
  void close();
}
