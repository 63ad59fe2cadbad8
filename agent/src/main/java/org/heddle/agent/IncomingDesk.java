package org.heddle.agent;

import java.time.Duration;
import java.time.Instant;
import org.heddle.api.AgentApi;
import org.heddle.drivers.Capability.LiveMigrating;
import org.heddle.drivers.DriverException;
import org.heddle.drivers.MachineConfig;
import org.heddle.model.Launch;
import org.heddle.model.MachineId;
import org.heddle.model.MachineReport;
import org.heddle.model.MachineReport.Live;
import org.heddle.model.Outcome;

/** The receiving side of live migrations. Thread-safe. */
final class IncomingDesk {
  /** Once all is sent a machine starts within milliseconds; the sender asks again if not. */
  private static final Duration ARRIVAL = Duration.ofSeconds(20);

  private final Machines machines;
  private final MachineLocks locks;
  private final Images images;
  private final String address;

  /**
   * @param address of this host, where memory and disk are to be sent
   */
  IncomingDesk(Machines machines, MachineLocks locks, Images images, String address) {
    this.machines = machines;
    this.locks = locks;
    this.images = images;
    this.address = address;
  }

  AgentApi.Incoming prepare(MachineId machine, AgentApi.IncomingRequest request)
      throws DriverException, InterruptedException {
    LiveMigrating driver = machines.driver().require(LiveMigrating.class);
    Launch launch = request.launch();
    Images.Local image = images.provide(launch.image());
    requireSame(image, request.imageDigest());
    try (MachineLocks.Held _ = locks.hold(machine)) {
      refuseLiving(launch);
      machines.makeWay(launch);
      MachineConfig config =
          machines.admit(MachineRecord.arrived(launch, image.image().digest()), image);
      LiveMigrating.Incoming incoming = driver.prepare(config, address);
      return new AgentApi.Incoming(incoming.address(), incoming.memoryPort(), incoming.diskPort());
    } catch (DriverException failed) {
      discardPrepared(machine);
      throw failed;
    }
  }

  static void requireSame(Images.Local image, String digest) throws DriverException {
    if (!digest.equals(SavedDigests.UNKNOWN) && !digest.equals(image.image().digest())) {
      throw new DriverException(
          Outcome.Code.BAD_STATE,
          "image '"
              + image.image().name()
              + "' on this host is not the one that the machine was started from: give changed"
              + " images another name");
    }
  }

  /** A machine that lives here, in whatever life, is never swept away for a newcomer. */
  private void refuseLiving(Launch launch) throws DriverException {
    MachineReport here = machines.report(launch.machine());
    if (here.live() == Live.RUNNING || here.live() == Live.PAUSED) {
      throw new DriverException(
          Outcome.Code.WRONG_STATE, launch.machine() + " is on this host already");
    }
  }

  private void discardPrepared(MachineId machine) throws DriverException, InterruptedException {
    try (MachineLocks.Held _ = locks.hold(machine)) {
      Live live = machines.report(machine).live();
      if (live == Live.INCOMING || live == Live.NONE) {
        machines.end(machine, Duration.ZERO);
      }
    }
  }

  AgentApi.Arrived arrived(MachineId machine) throws DriverException, InterruptedException {
    LiveMigrating driver = machines.driver().require(LiveMigrating.class);
    try (MachineLocks.Held _ = locks.hold(machine)) {
      Instant at = driver.arrive(machine, ARRIVAL);
      return new AgentApi.Arrived(at.toEpochMilli());
    }
  }

  /** Gives up what was prepared. Refused when the machine runs here. */
  void abandon(MachineId machine) throws DriverException, InterruptedException {
    try (MachineLocks.Held _ = locks.hold(machine)) {
      Live live = machines.report(machine).live();
      switch (live) {
        case RUNNING, PAUSED ->
            throw new DriverException(
                Outcome.Code.WRONG_STATE, machine + " has arrived on this host");
        case NONE, INCOMING, GONE, DEAD -> machines.end(machine, Duration.ZERO);
      }
    }
  }
}
