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
 * time. Machines outlive the driver: a new driver object over the same state folder finds them
 * again.
 */
public interface Driver extends AutoCloseable {
  /** Name of the solution, such as {@code qemu}. */
  String name();

  /** Version of the solution as users know it. */
  String version();

  /**
   * The capability, if this driver on this host has it; with why not in the exception otherwise.
   */
  <C extends Capability> Optional<C> capability(Class<C> type);

  /** The capability, or {@link org.heddle.model.Outcome.Code#UNSUPPORTED} with the reason. */
  default <C extends Capability> C require(Class<C> type) throws DriverException {
    return capability(type)
        .orElseThrow(() ->
            new DriverException(
                org.heddle.model.Outcome.Code.UNSUPPORTED,
                name() + " " + version() + " has no " + type.getSimpleName()));
  }

  /**
   * Starts the machine from its image; done when its process runs (not: when the guest is ready).
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

  /** Called on another thread when a machine's process ends without having been asked to. */
  void onDeath(java.util.function.Consumer<MachineId> listener);

  /** Lets go of the machines, which go on. */
  @Override
  void close();
}
