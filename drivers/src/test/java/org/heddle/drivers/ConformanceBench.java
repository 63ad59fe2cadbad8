package org.heddle.drivers;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.SortedMap;
import java.util.TreeMap;
import org.heddle.drivers.Capability.GuestExec;
import org.heddle.drivers.Capability.GuestExec.ExecResult;
import org.heddle.drivers.Capability.Pausing;
import org.heddle.drivers.Capability.Suspending;
import org.heddle.model.MachineId;
import org.heddle.model.MachineReport;
import org.heddle.model.MachineReport.Live;

/**
 * The kit's work bench: open drivers, and a saved state of a booted machine of which every test
 * gets a copy, because resuming is so much faster than booting.
 */
final class ConformanceBench {
  static final MachineId MACHINE = MachineId.parse("node1.kit");
  static final Duration READY = Duration.ofMinutes(3);
  static final Duration EXEC = Duration.ofMinutes(2);
  static final String MARK = "/mark";
  private static final String GOLDEN = "golden";

  private final DriverWorld world;
  private final Path golden;
  private final SortedMap<String, Driver> drivers = new TreeMap<>();

  ConformanceBench(DriverWorld world, Path folder) {
    this.world = world;
    this.golden = folder.resolve(GOLDEN);
  }

  DriverWorld world() {
    return world;
  }

  Driver on(String host) throws Exception {
    Driver driver = drivers.get(host);
    if (driver == null) {
      driver = world.open(host);
      drivers.put(host, driver);
    }
    return driver;
  }

  /** The agent on the host starts anew. */
  Driver reopen(String host) throws Exception {
    on(host).close();
    drivers.remove(host);
    return on(host);
  }

  MachineConfig config(long incarnation) {
    return world.config(MACHINE, incarnation);
  }

  /** A running machine that was once booted, with "golden" in its mark. */
  Driver running(String host) throws Exception {
    Driver driver = on(host);
    receiveGolden(driver, GOLDEN);
    driver.require(Suspending.class).restore(config(1), GOLDEN);
    driver.require(Suspending.class).discard(MACHINE, GOLDEN);
    driver.require(Pausing.class).proceed(MACHINE, Instant.EPOCH);
    return driver;
  }

  void receiveGolden(Driver driver, String stateId) throws Exception {
    if (!Files.exists(golden)) {
      makeGolden();
    }
    Suspending suspending = driver.require(Suspending.class);
    ConformanceFiles.copy(golden, suspending.receiving(MACHINE, stateId), true);
    suspending.admit(MACHINE, stateId);
  }

  private void makeGolden() throws Exception {
    Driver driver = on("golden");
    driver.boot(config(1));
    driver.awaitReady(MACHINE, READY);
    mark(driver, GOLDEN);
    driver.require(Pausing.class).pause(MACHINE, Instant.EPOCH);
    Suspending suspending = driver.require(Suspending.class);
    suspending.save(MACHINE, GOLDEN);
    ConformanceFiles.copy(suspending.savedState(MACHINE, GOLDEN), golden, false);
    suspending.discard(MACHINE, GOLDEN);
  }

  void mark(Driver driver, String text) throws DriverException {
    exec(driver, text, "tee", MARK);
  }

  String mark(Driver driver) throws DriverException {
    return exec(driver, "", "cat", MARK).output();
  }

  ExecResult exec(Driver driver, String input, String... command) throws DriverException {
    return driver
        .require(GuestExec.class)
        .exec(MACHINE, List.of(command), input.getBytes(UTF_8), EXEC);
  }

  Live live(Driver driver) {
    return report(driver).live();
  }

  List<String> savedStates(Driver driver) {
    return report(driver).savedStates();
  }

  MachineReport report(Driver driver) {
    return driver.machines().stream()
        .filter(report -> report.machine().equals(MACHINE))
        .findFirst()
        .orElse(new MachineReport(MACHINE, 0, Live.NONE, List.of(), java.util.Optional.empty()));
  }

  /** Takes every machine and saved state from every host. */
  void clear() throws Exception {
    for (Driver driver : drivers.values()) {
      for (MachineReport report : driver.machines()) {
        driver.stop(report.machine(), Duration.ZERO);
        for (String state : report.savedStates()) {
          driver.require(Suspending.class).discard(report.machine(), state);
        }
      }
    }
  }

  void close() throws Exception {
    clear();
    drivers.values().forEach(Driver::close);
    world.close();
  }
}
