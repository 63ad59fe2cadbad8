package org.heddle.agent;

import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import org.heddle.drivers.Capability.Suspending;
import org.heddle.drivers.DriverException;
import org.heddle.drivers.MachineConfig;
import org.heddle.model.HostRef;
import org.heddle.model.Launch;
import org.heddle.model.MachineId;
import org.heddle.model.MachineReport.Live;
import org.heddle.model.Operation;

/** Suspended machines: saved, fetched from another host, loaded, discarded. */
final class Restores {
  private final Machines machines;
  private final Images images;
  private final StateFetch states;
  private final SavedDigests digests;
  private final Runnable changed;

  /**
   * @param changed told after a state was saved or discarded; must not block
   */
  Restores(
      Machines machines, Images images, StateFetch states, SavedDigests digests, Runnable changed) {
    this.machines = machines;
    this.images = images;
    this.states = states;
    this.digests = digests;
    this.changed = changed;
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
    changed.run();
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
    changed.run();
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
    String digest = states.fetch(machine, what.stateId(), source, folder, task);
    try {
      digests.put(machine, what.stateId(), digest);
    } catch (IOException failed) {
      throw Machines.disk(failed);
    }
    driver.admit(machine, what.stateId());
  }
}
