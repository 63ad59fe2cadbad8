package org.heddle.agent;

import java.io.IOException;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.TreeSet;
import java.util.function.Supplier;
import org.heddle.drivers.Driver;
import org.heddle.drivers.DriverException;
import org.heddle.drivers.MachineConfig;
import org.heddle.model.Launch;
import org.heddle.model.MachineId;
import org.heddle.model.MachineKind;
import org.heddle.model.MachineReport;
import org.heddle.model.MachineReport.Live;
import org.heddle.model.NetworkAttachment;
import org.heddle.model.Outcome;

/**
 * The machines of this host: what the driver has of them, what the agent remembers, and their
 * network. Thread-safe; whoever changes a machine holds its lock.
 */
final class Machines {
  private final Driver driver;
  private final PrivateNetwork network;
  private final MachineRecords records;
  private final Supplier<List<String>> peers;

  /**
   * @param peers addresses of the grid's hosts as last heard; empty when never heard
   */
  Machines(
      Driver driver, PrivateNetwork network, MachineRecords records, Supplier<List<String>> peers) {
    this.driver = driver;
    this.network = network;
    this.records = records;
    this.peers = peers;
  }

  Driver driver() {
    return driver;
  }

  MachineRecords records() {
    return records;
  }

  /** All that the host has something of. */
  List<MachineReport> reports() {
    return driver.machines().stream().map(this::withRun).toList();
  }

  /** What the host has of the machine; nothing at all is a report too. */
  MachineReport report(MachineId machine) {
    return driver.machines().stream()
        .filter(report -> report.machine().equals(machine))
        .findFirst()
        .map(this::withRun)
        .orElseGet(() -> new MachineReport(machine, 0, Live.NONE, List.of(), Optional.empty()));
  }

  private MachineReport withRun(MachineReport report) {
    Optional<MachineReport.RunStatus> run =
        records
            .find(report.machine())
            .filter(machine -> machine.launch().incarnation() == report.incarnation())
            .flatMap(MachineRecord::status);
    return new MachineReport(
        report.machine(),
        report.incarnation(),
        report.live(),
        report.savedStates(),
        report.copies(),
        run);
  }

  /**
   * Sees to it that nothing of an older life of the machine is in the way.
   *
   * @return what is here of this very incarnation
   */
  Live makeWay(Launch launch) throws DriverException {
    if (launch.kind() != MachineKind.VM) {
      throw new DriverException(
          Outcome.Code.UNSUPPORTED,
          driver.name() + " runs no machines of kind " + launch.kind() + ", only VM");
    }
    MachineReport here = report(launch.machine());
    return switch (here.live()) {
      case NONE -> Live.NONE;
      case RUNNING, PAUSED -> {
        if (here.incarnation() == launch.incarnation()) {
          yield here.live();
        }
        if (here.incarnation() > launch.incarnation()) {
          throw new DriverException(
              Outcome.Code.WRONG_STATE,
              launch.machine() + " is here in a later life than the one that is asked for");
        }
        end(launch.machine(), Duration.ZERO);
        yield Live.NONE;
      }
      case INCOMING, GONE, DEAD -> {
        end(launch.machine(), Duration.ZERO);
        yield Live.NONE;
      }
    };
  }

  /** Remembers the machine, gives it its network, and says how a driver starts it. */
  MachineConfig admit(MachineRecord machine, Images.Local image) throws DriverException {
    Launch launch = machine.launch();
    remember(machine);
    NetworkAttachment attachment = current(launch.network());
    return new MachineConfig(
        launch.machine(),
        launch.incarnation(),
        launch.demand(),
        image.files(),
        Seed.of(launch),
        network.attach(launch.machine(), attachment));
  }

  private void remember(MachineRecord machine) throws DriverException {
    try {
      records.put(machine);
    } catch (IOException failed) {
      throw disk(failed);
    }
  }

  static DriverException disk(IOException failed) {
    return new DriverException(
        Outcome.Code.NO_ROOM, "the agent's state folder: " + failed.getMessage(), failed);
  }

  /** Ends what lives of the machine here and gives up its network; its saved states stay. */
  void end(MachineId machine, Duration grace) throws DriverException {
    driver.stop(machine, grace);
    forget(machine);
  }

  /** Gives up the network of a machine that no longer lives here. */
  void forget(MachineId machine) throws DriverException {
    network.detach(machine);
    try {
      records.remove(machine);
    } catch (IOException failed) {
      throw disk(failed);
    }
  }

  /**
   * After a start: makes the host's networks those of the machines that live here, and drops the
   * records of those of which nothing lives any more.
   */
  void reconcile() throws DriverException {
    TreeSet<MachineId> living = new TreeSet<>();
    for (MachineReport report : driver.machines()) {
      if (report.live() != Live.NONE) {
        living.add(report.machine());
      }
    }
    network.reconcile(living);
    for (MachineId machine : records.all().keySet()) {
      if (!living.contains(machine)) {
        forget(machine);
      }
    }
  }

  private NetworkAttachment current(NetworkAttachment attachment) {
    List<String> heard = peers.get();
    return heard.isEmpty() ? attachment : attachment.withPeers(heard);
  }
}
