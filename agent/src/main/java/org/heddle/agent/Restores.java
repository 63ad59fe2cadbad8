package org.heddle.agent;

import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Path;
import java.time.Duration;
import org.heddle.api.ApiException;
import org.heddle.drivers.Capability.Suspending;
import org.heddle.drivers.DriverException;
import org.heddle.drivers.MachineConfig;
import org.heddle.model.HostRef;
import org.heddle.model.Launch;
import org.heddle.model.MachineId;
import org.heddle.model.MachineReport.Live;
import org.heddle.model.Operation;
import org.heddle.model.Outcome;

/** Suspended machines: saved, fetched from another host, loaded, discarded. */
final class Restores {
  private static final double MIB = 1024.0 * 1024.0;

  private final Machines machines;
  private final Images images;
  private final Peers peers;
  private final SavedDigests digests;

  Restores(Machines machines, Images images, Peers peers, SavedDigests digests) {
    this.machines = machines;
    this.images = images;
    this.peers = peers;
    this.digests = digests;
  }

  void save(Operation.Save what) throws DriverException {
    Suspending driver = machines.driver().require(Suspending.class);
    MachineId machine = what.machine();
    var known = machines.records().find(machine);
    if (known.isPresent()) {
      note(machine, what.stateId(), known.get().imageDigest());
    }
    driver.save(machine, what.stateId());
    machines.forget(machine);
  }

  private void note(MachineId machine, String stateId, String digest) throws DriverException {
    try {
      digests.put(machine, stateId, digest);
    } catch (IOException failed) {
      throw Machines.disk(failed);
    }
  }

  void discard(Operation.Discard what) throws DriverException {
    machines.driver().require(Suspending.class).discard(what.machine(), what.stateId());
    try {
      digests.remove(what.machine(), what.stateId());
    } catch (IOException failed) {
      throw Machines.disk(failed);
    }
  }

  /**
   * Loads a saved state. One that came from another host for this is not kept: the one over there
   * is the one that counts.
   */
  void restore(Operation.Restore what, Task task) throws DriverException, InterruptedException {
    Suspending driver = machines.driver().require(Suspending.class);
    Launch launch = what.launch();
    MachineId machine = launch.machine();
    if (machines.makeWay(launch) != Live.NONE) {
      return;
    }
    Images.Local image = images.provide(launch.image());
    boolean here = machines.report(machine).savedStates().contains(what.stateId());
    boolean fetched = !here && what.source().isPresent();
    if (fetched) {
      fetch(driver, what, what.source().get(), task);
    }
    IncomingDesk.requireSame(image, digest(machine, what.stateId()));
    MachineConfig config =
        machines.admit(MachineRecord.arrived(launch, image.image().digest()), image);
    try {
      driver.restore(config, what.stateId());
    } catch (DriverException failed) {
      if (!task.closing()) {
        machines.end(machine, Duration.ZERO);
      }
      throw failed;
    }
    if (fetched) {
      discard(new Operation.Discard(machine, what.stateId()));
    }
  }

  private String digest(MachineId machine, String stateId) throws DriverException {
    try {
      return digests.find(machine, stateId);
    } catch (IOException failed) {
      throw Machines.disk(failed);
    }
  }

  private void fetch(Suspending driver, Operation.Restore what, HostRef source, Task task)
      throws DriverException, InterruptedException {
    MachineId machine = what.machine();
    Path folder = driver.receiving(machine, what.stateId());
    double whole = Math.max(1, what.launch().demand().memoryMiB()) * MIB;
    try (InputStream in = peers.at(source).savedState(machine, what.stateId())) {
      String digest =
          StateStream.receive(in, folder, bytes -> task.progress(Math.min(0.9, bytes / whole)));
      digests.put(machine, what.stateId(), digest);
    } catch (ApiException refused) {
      throw new DriverException(
          refused.status() == 404 ? Outcome.Code.BAD_STATE : Problems.code(refused.problem()),
          "host " + source.id() + ": " + refused.getMessage(),
          refused);
    } catch (IOException failed) {
      throw new DriverException(
          Outcome.Code.UNREACHABLE,
          "saved state "
              + what.stateId()
              + " of "
              + machine
              + " did not come whole from "
              + source.id()
              + ": "
              + failed.getMessage(),
          failed);
    }
    driver.admit(machine, what.stateId());
  }
}
