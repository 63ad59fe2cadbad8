package org.heddle.agent;

import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Optional;
import org.heddle.api.AgentApi.Offer;
import org.heddle.drivers.Capability.Suspending;
import org.heddle.drivers.DriverException;
import org.heddle.drivers.MachineConfig;
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
  private final Copies copies;
  private final Runnable changed;

  /**
   * @param changed told after a state was saved or discarded; must not block
   */
  Restores(
      Machines machines,
      Images images,
      StateFetch states,
      SavedDigests digests,
      Copies copies,
      Runnable changed) {
    this.machines = machines;
    this.images = images;
    this.states = states;
    this.digests = digests;
    this.copies = copies;
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
    drop(what.machine(), what.stateId());
    try {
      copies.remove(what.machine(), what.stateId());
    } catch (IOException failed) {
      throw Machines.disk(failed);
    }
    changed.run();
  }

  /** The state itself, but not the copy that this host may keep of it. */
  private void drop(MachineId machine, String stateId) throws DriverException {
    machines.driver().require(Suspending.class).discard(machine, stateId);
    try {
      digests.remove(machine, stateId);
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
    boolean here = machines.report(machine).savedStates().contains(what.stateId());
    Images.Local image =
        here
            ? images.restedOn(launch.image(), digest(machine, what.stateId()))
            : images.provide(launch.image());
    boolean fetched = !here && fetch(driver, what, task);
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
      drop(machine, what.stateId());
    }
  }

  private String digest(MachineId machine, String stateId) throws DriverException {
    try {
      return digests.find(machine, stateId);
    } catch (IOException failed) {
      throw Machines.disk(failed);
    }
  }

  /** Whether it could be had: from the host that is named, or from the copy here. */
  private boolean fetch(Suspending driver, Operation.Restore what, Task task)
      throws DriverException, InterruptedException {
    MachineId machine = what.machine();
    String stateId = what.stateId();
    try {
      Optional<Offer> copy = copies.find(machine, stateId);
      if (copy.isEmpty() && what.source().isEmpty()) {
        return false;
      }
      Path folder = driver.receiving(machine, stateId);
      String digest =
          copy.isPresent()
              ? states.fromCopy(machine, stateId, copy.get(), folder)
              : states.fetch(machine, stateId, what.source().orElseThrow(), folder, task);
      digests.put(machine, stateId, digest);
    } catch (IOException failed) {
      throw Machines.disk(failed);
    }
    driver.admit(machine, stateId);
    return true;
  }
}
