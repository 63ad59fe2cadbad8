package org.heddle.drivers.qemu;

import java.io.IOException;
import java.net.BindException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.LongConsumer;
import org.heddle.drivers.Capability.LiveMigrating.Incoming;
import org.heddle.drivers.DriverException;
import org.heddle.drivers.MachineConfig;
import org.heddle.drivers.qemu.MachineRecord.Phase;
import org.heddle.model.MachineReport.Live;
import org.heddle.model.Outcome.Code;

/**
 * The receiving side of a live migration, and the end of it on both: the machine's memory comes
 * over one TCP connection, its disk over another to an NBD server in the QEMU that waits.
 */
final class LiveMigration {
  private static final String IN_USE = "Address already in use";
  private static final long LOOK_EVERY_MS = 2;

  private final QemuMachine machine;
  private final AtomicInteger nextPort;

  /**
   * @param nextPort shared by the machines of a host, so that they do not try the same ports
   */
  LiveMigration(QemuMachine machine, AtomicInteger nextPort) {
    this.machine = machine;
    this.nextPort = nextPort;
  }

  Incoming prepare(MachineConfig config, String address) throws DriverException {
    Live live = machine.live();
    if (live == Live.RUNNING || live == Live.PAUSED) {
      throw new DriverException(
          Code.WRONG_STATE, "machine " + machine.id() + " lives on this host already");
    }
    machine.clear();
    QemuProgram.requireImage(config.image());
    try {
      return prepareOnce(config, address);
    } catch (PortTaken e) {
      return prepareAgain(config, address);
    }
  }

  /** Somebody was faster at a port that had been free; QEMU cannot try another in one life. */
  private Incoming prepareAgain(MachineConfig config, String address) throws DriverException {
    try {
      return prepareOnce(config, address);
    } catch (PortTaken e) {
      throw new DriverException(
          Code.DRIVER, "ports on " + address + " are taken as soon as they are found free", e);
    }
  }

  private static final class PortTaken extends Exception {
    private static final long serialVersionUID = 1;

    PortTaken(DriverException cause) {
      super(cause);
    }
  }

  private Incoming prepareOnce(MachineConfig config, String address)
      throws DriverException, PortTaken {
    try {
      machine.note(config);
      machine.program().layOut(config, machine.files());
      machine.program().createDisk(config, machine.files());
      Session session = machine.start(config, CommandLine.Start.RECEIVE);
      session.migrationCapabilities(false, false);
      int disk = config.image().disk().isPresent() ? listenForDisk(session.qmp(), address) : 0;
      return new Incoming(address, listenForMemory(session.qmp(), address), disk);
    } catch (IOException e) {
      machine.clear();
      throw new DriverException(
          Code.DRIVER, "cannot prepare for " + machine.id() + ": " + e.getMessage(), e);
    } catch (DriverException e) {
      machine.clear();
      if (String.valueOf(e.getMessage()).contains(IN_USE)) {
        throw new PortTaken(e);
      }
      throw e;
    }
  }

  private int listenForDisk(Qmp qmp, String address) throws DriverException, IOException {
    int port = freePort(address);
    qmp.execute("nbd-server-start", Map.of("addr", inet(address, port), "max-connections", 1));
    qmp.execute(
        "block-export-add",
        Map.of(
            "type", "nbd",
            "id", CommandLine.DISK,
            "node-name", CommandLine.DISK,
            "name", CommandLine.DISK,
            "writable", true));
    return port;
  }

  private int listenForMemory(Qmp qmp, String address) throws DriverException, IOException {
    int port = freePort(address);
    qmp.execute("migrate-incoming", Map.of("uri", tcp(address, port)));
    return port;
  }

  private int freePort(String address) throws DriverException, IOException {
    QemuConfig.PortRange range = machine.program().config().ports();
    int count = range.last() - range.first() + 1;
    InetAddress host = InetAddress.getByName(address);
    for (int attempt = 0; attempt < count; attempt++) {
      int port = range.first() + Math.floorMod(nextPort.getAndIncrement(), count);
      try (ServerSocket _ = new ServerSocket(port, 1, host)) {
        return port;
      } catch (BindException e) {
        if (!String.valueOf(e.getMessage()).contains(IN_USE)) {
          throw new IOException("cannot listen on " + address, e);
        }
      }
    }
    throw new DriverException(
        Code.NO_ROOM,
        "no free port for a live migration between " + range.first() + " and " + range.last());
  }

  static Map<String, ?> inet(String address, int port) {
    return Map.of("type", "inet", "data", Map.of("host", address, "port", Integer.toString(port)));
  }

  static String tcp(String address, int port) {
    String host = address.contains(":") ? "[" + address + "]" : address;
    return "tcp:" + host + ":" + port;
  }

  Instant migrate(Incoming to, LongConsumer progress) throws DriverException {
    if (machine.live() == Live.GONE) {
      return machine.stoppedAt();
    }
    Session session = machine.require(Live.RUNNING);
    boolean disk = machine.known().orElseThrow().config().image().disk().isPresent();
    Instant stopped = new Sending(session, to, disk, progress, machine::stopping).run();
    machine.update(record -> record.in(Phase.GONE).stopped(stopped));
    return stopped;
  }

  Instant arrive(Duration timeout) throws DriverException {
    long deadline = System.nanoTime() + timeout.toNanos();
    while (machine.session().status().equals("inmigrate")) {
      if (System.nanoTime() > deadline) {
        throw new DriverException(
            Code.TIMED_OUT, "machine " + machine.id() + " has not arrived in time");
      }
      sleep();
    }
    Session session = machine.require(Live.RUNNING);
    stopServingDisk(session.qmp());
    machine.update(record -> record.in(Phase.HERE));
    return machine.startedAt();
  }

  private void stopServingDisk(Qmp qmp) throws DriverException {
    List<?> exports = List.copyOf(qmp.execute("query-block-exports").values());
    if (!exports.isEmpty()) {
      qmp.execute("nbd-server-stop");
    }
  }

  Instant takeBack() throws DriverException {
    if (machine.live() == Live.GONE) {
      machine.session().qmp().execute("cont");
      machine.update(record -> record.in(Phase.HERE));
    }
    machine.require(Live.RUNNING);
    return machine.startedAt();
  }

  private static void sleep() throws DriverException {
    try {
      TimeUnit.MILLISECONDS.sleep(LOOK_EVERY_MS);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new DriverException(Code.DRIVER, "interrupted while waiting for a machine", e);
    }
  }
}
