package org.heddle.simulator;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.TreeMap;
import org.heddle.drivers.Capability.LiveMigrating.Incoming;
import org.heddle.drivers.DriverException;
import org.heddle.drivers.MachineConfig;
import org.heddle.drivers.memory.MemoryDriver;
import org.heddle.model.HostId;
import org.heddle.model.HostRef;
import org.heddle.model.Launch;
import org.heddle.model.MachineId;
import org.heddle.model.MachineReport;
import org.heddle.model.MachineReport.RunStatus;
import org.heddle.model.Operation;
import org.heddle.model.Outcome;

/** What an agent's operations do to its machines, through the in-memory driver. */
final class Deeds {
  /** The command of a vjob counts this file up while its guest runs; it lives with the guest. */
  private static final String PROGRESS = "run.progress";

  private static final String EXIT = "run.exit";
  private static final Path NOWHERE = Path.of("unused");

  private final World world;
  private final SimulatedHost host;
  private final TreeMap<MachineId, Incoming> sending = new TreeMap<>();

  Deeds(World world, SimulatedHost host) {
    this.world = world;
    this.host = host;
  }

  private MemoryDriver driver() {
    return host.driver();
  }

  /** What happens at the start of an operation; returns how long it takes. */
  long begin(Operation what) {
    return switch (what) {
      case Operation.Boot boot -> {
        host.know(boot.launch());
        yield 8_000 + world.random(8_000);
      }
      case Operation.Stop stop -> stop.force() ? 100 : 1_000 + world.random(3_000);
      case Operation.Pause pause -> untilThen(pause.atEpochMs());
      case Operation.Continue proceed -> untilThen(proceed.atEpochMs());
      case Operation.Save _ -> 500 + world.random(5_000);
      case Operation.Restore restore -> {
        host.know(restore.launch());
        yield 500 + world.random(restore.source().isPresent() ? 20_000 : 4_000);
      }
      case Operation.Migrate migrate -> {
        prepare(migrate);
        yield 2_000 + world.random(20_000);
      }
      case Operation.Discard _ -> 20;
      case Operation.StartRun _ -> 200;
    };
  }

  private long untilThen(long at) {
    return Math.max(1, at - world.now()) + world.random(5);
  }

  private void prepare(Operation.Migrate migrate) {
    sending.remove(migrate.machine());
    SimulatedHost target = world.host(migrate.to().id());
    if (!target.answers()) {
      return;
    }
    boolean runsHere =
        host.report(migrate.machine()).live() == MachineReport.Live.RUNNING
            && host.report(migrate.machine()).incarnation() == migrate.launch().incarnation();
    if (!runsHere) {
      return;
    }
    target.know(migrate.launch());
    try {
      sending.put(
          migrate.machine(), target.driver().prepare(config(migrate.launch()), "192.0.2.1"));
    } catch (DriverException e) {
      // It lives there already: the migration fails when it is to be sent.
      sending.remove(migrate.machine());
    }
  }

  Outcome finish(Operation what, long started) {
    try {
      Instant effect = apply(what);
      return new Outcome.Done(
          started,
          world.now(),
          effect.toEpochMilli(),
          what instanceof Operation.Migrate ? 5 + world.random(300) : 0);
    } catch (DriverException e) {
      return new Outcome.Failed(e.code(), String.valueOf(e.getMessage()));
    }
  }

  private Instant apply(Operation what) throws DriverException {
    MachineId machine = what.machine();
    switch (what) {
      case Operation.Boot boot -> {
        driver().boot(config(boot.launch()));
        driver().awaitReady(machine, Duration.ofSeconds(1));
      }
      case Operation.Stop _ -> driver().stop(machine, Duration.ZERO);
      case Operation.Pause _ -> {
        return driver().pause(machine, world.calendar().instant());
      }
      case Operation.Continue _ -> {
        return driver().proceed(machine, world.calendar().instant());
      }
      case Operation.Save save -> driver().save(machine, save.stateId());
      case Operation.Restore restore -> {
        if (restore.source().isPresent()) {
          fetch(machine, restore.stateId(), restore.source().get());
        }
        driver().restore(config(restore.launch()), restore.stateId());
      }
      case Operation.Migrate migrate -> migrate(machine, migrate.to().id());
      case Operation.Discard discard -> driver().discard(machine, discard.stateId());
      case Operation.StartRun _ -> startRun(machine);
    }
    return world.calendar().instant();
  }

  private void fetch(MachineId machine, String stateId, HostRef source) throws DriverException {
    SimulatedHost from = world.host(source.id());
    if (!from.answers()) {
      throw new DriverException(
          Outcome.Code.UNREACHABLE, "host " + source.id() + " does not answer");
    }
    from.machines().copyState(machine, stateId, host.machines());
  }

  private void migrate(MachineId machine, HostId to) throws DriverException {
    if (host.report(machine).live() == MachineReport.Live.GONE) {
      return;
    }
    Incoming incoming = sending.remove(machine);
    if (incoming == null || !world.host(to).alive()) {
      throw new DriverException(Outcome.Code.UNREACHABLE, "host " + to + " does not take it");
    }
    driver().migrate(machine, incoming, _ -> {});
  }

  /** A failed operation may leave something behind. */
  void spoil(Operation what) {
    if (!world.chance(0.5)) {
      return;
    }
    try {
      switch (what) {
        case Operation.Boot boot -> driver().boot(config(boot.launch()));
        case Operation.Restore restore -> driver().prepare(config(restore.launch()), "192.0.2.1");
        case Operation.Stop _,
            Operation.Pause _,
            Operation.Continue _,
            Operation.Save _,
            Operation.Migrate _,
            Operation.Discard _,
            Operation.StartRun _ -> {}
      }
    } catch (DriverException e) {
      // Then it leaves nothing.
      world.count("spoiled nothing");
    }
  }

  private static MachineConfig config(Launch launch) {
    return new MachineConfig(
        launch.machine(),
        launch.incarnation(),
        launch.demand(),
        new MachineConfig.ImageFiles(NOWHERE, NOWHERE, "", Optional.empty()),
        new TreeMap<>(),
        Optional.empty());
  }

  // The vjob's command

  private void startRun(MachineId machine) throws DriverException {
    if (read(machine, PROGRESS).isEmpty()) {
      write(machine, PROGRESS, "0");
      world.count("runs started");
    }
  }

  /** Time passes in the guests that run. */
  void work(long seconds) {
    for (MachineReport report : driver().machines()) {
      if (report.live() == MachineReport.Live.RUNNING) {
        work(report.machine(), seconds);
      }
    }
  }

  private void work(MachineId machine, long seconds) {
    try {
      Optional<String> progress = read(machine, PROGRESS);
      if (progress.isEmpty() || read(machine, EXIT).isPresent()) {
        return;
      }
      long done = Long.parseLong(progress.get()) + seconds;
      write(machine, PROGRESS, Long.toString(done));
      if (done >= world.workSeconds(machine.vjob())) {
        write(machine, EXIT, Long.toString(done % 3));
        world.tellMachine(host, withRun(host.report(machine)));
      }
    } catch (DriverException e) {
      throw new IllegalStateException(e);
    }
  }

  MachineReport withRun(MachineReport report) {
    if (report.live() != MachineReport.Live.RUNNING) {
      return report;
    }
    try {
      Optional<Integer> exit = read(report.machine(), EXIT).map(Integer::valueOf);
      Optional<RunStatus> run =
          read(report.machine(), PROGRESS)
              .map(progress -> new RunStatus(exit, "counted to " + progress));
      return new MachineReport(
          report.machine(), report.incarnation(), report.live(), report.savedStates(), run);
    } catch (DriverException e) {
      throw new IllegalStateException(e);
    }
  }

  private Optional<String> read(MachineId machine, String file) throws DriverException {
    var result = driver().exec(machine, List.of("cat", file), new byte[0], Duration.ofSeconds(1));
    return result.exitCode() == 0 ? Optional.of(result.output()) : Optional.empty();
  }

  private void write(MachineId machine, String file, String text) throws DriverException {
    driver().exec(machine, List.of("tee", file), text.getBytes(UTF_8), Duration.ofSeconds(1));
  }
}
