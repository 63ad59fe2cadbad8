package org.heddle.agent;

import java.io.IOException;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import org.heddle.drivers.Capability.GuestExec;
import org.heddle.drivers.Capability.Pausing;
import org.heddle.drivers.DriverException;
import org.heddle.drivers.MachineConfig;
import org.heddle.model.Launch;
import org.heddle.model.MachineId;
import org.heddle.model.MachineReport.Live;
import org.heddle.model.Operation;
import org.heddle.model.Outcome;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Does operations. Each may be done again after it was cut off anywhere: it looks first at what is
 * there. The caller holds the machine's lock.
 */
final class Performer {
  private static final Logger LOG = LoggerFactory.getLogger(Performer.class);

  /** What a Debian guest needs under software emulation on a busy host, several times over. */
  private static final Duration BOOT = Duration.ofMinutes(5);

  /** How often a boot that is no longer wanted is noticed. */
  private static final Duration BOOT_SLICE = Duration.ofSeconds(5);

  private static final Duration GRACE = Duration.ofSeconds(10);

  /** A pause or continue is set some tenths of a second ahead; more than this is a slip. */
  private static final Duration FAR = Duration.ofSeconds(60);

  private final Machines machines;
  private final Images images;
  private final Restores restores;
  private final MigrationLead migrations;
  private final InstantSource clock;

  Performer(
      Machines machines,
      Images images,
      Restores restores,
      MigrationLead migrations,
      InstantSource clock) {
    this.machines = machines;
    this.images = images;
    this.restores = restores;
    this.migrations = migrations;
    this.clock = clock;
  }

  /** Does it and says how it ended; throws only when the agent is being stopped. */
  Outcome perform(Operation operation, Task task) throws InterruptedException {
    long started = clock.millis();
    try {
      return switch (operation) {
        case Operation.Boot boot -> {
          boot(boot.launch(), task);
          yield done(started);
        }
        case Operation.Stop stop -> {
          machines.end(stop.machine(), stop.force() ? Duration.ZERO : GRACE);
          yield done(started);
        }
        case Operation.Pause pause -> {
          Pausing driver = machines.driver().require(Pausing.class);
          yield done(started, driver.pause(pause.machine(), near(pause.atEpochMs())), 0);
        }
        case Operation.Continue resume -> {
          Pausing driver = machines.driver().require(Pausing.class);
          yield done(started, driver.proceed(resume.machine(), near(resume.atEpochMs())), 0);
        }
        case Operation.Save save -> {
          restores.save(save);
          yield done(started);
        }
        case Operation.Restore restore -> {
          restores.restore(restore, task);
          yield done(started);
        }
        case Operation.Migrate migrate -> {
          MigrationLead.Moved moved = migrations.migrate(migrate, task);
          yield done(started, moved.arrived(), moved.downtimeMs());
        }
        case Operation.Discard discard -> {
          restores.discard(discard);
          yield done(started);
        }
        case Operation.StartRun run -> {
          startRun(run);
          yield done(started);
        }
      };
    } catch (DriverException failed) {
      return new Outcome.Failed(failed.code(), String.valueOf(failed.getMessage()));
    } catch (RuntimeException | Error bug) {
      // One machine's trouble must not leave its later operations, or the other machines', undone.
      LOG.error("{} of {}", operation.verb(), operation.machine(), bug);
      return new Outcome.Failed(Outcome.Code.DRIVER, "fault in the agent (see its log): " + bug);
    }
  }

  private Outcome done(long started) {
    long now = clock.millis();
    return new Outcome.Done(started, now, now, 0);
  }

  private Outcome done(long started, Instant effect, long downtimeMs) {
    return new Outcome.Done(started, clock.millis(), effect.toEpochMilli(), downtimeMs);
  }

  private Instant near(long atEpochMs) throws DriverException {
    Instant at = Instant.ofEpochMilli(atEpochMs);
    if (at.isAfter(clock.instant().plus(FAR))) {
      throw new DriverException(
          Outcome.Code.WRONG_STATE,
          "asked for " + at + ", more than a minute ahead of this host's clock: see to the clocks");
    }
    return at;
  }

  private void boot(Launch launch, Task task) throws DriverException, InterruptedException {
    Live live = machines.makeWay(launch);
    if (live == Live.PAUSED) {
      throw new DriverException(
          Outcome.Code.WRONG_STATE, launch.machine() + " is paused here: continue it");
    }
    try {
      if (live == Live.NONE) {
        start(launch);
      }
      awaitReady(launch.machine(), task);
    } catch (DriverException failed) {
      if (!task.closing()) {
        machines.end(launch.machine(), Duration.ZERO);
      }
      throw failed;
    }
  }

  private void start(Launch launch) throws DriverException, InterruptedException {
    Images.Local image = images.provide(launch.image());
    MachineConfig config =
        machines.admit(MachineRecord.booted(launch, image.image().digest()), image);
    machines.driver().boot(config);
  }

  private void awaitReady(MachineId machine, Task task) throws DriverException {
    Instant deadline = clock.instant().plus(BOOT);
    while (true) {
      try {
        machines.driver().awaitReady(machine, BOOT_SLICE);
        return;
      } catch (DriverException notYet) {
        if (notYet.code() != Outcome.Code.TIMED_OUT
            || task.closing()
            || clock.instant().isAfter(deadline)) {
          throw notYet;
        }
        if (task.stopWanted()) {
          throw new DriverException(
              Outcome.Code.WRONG_STATE, machine + " is to be stopped before it was ready");
        }
      }
    }
  }

  private void startRun(Operation.StartRun run) throws DriverException {
    MachineId machine = run.machine();
    new RunCommand(machines.driver().require(GuestExec.class)).start(machine, run.command());
    long incarnation = machines.report(machine).incarnation();
    try {
      machines
          .records()
          .update(
              machine,
              incarnation,
              known ->
                  known.run() == MachineRecord.Run.ENDED
                      ? known
                      : known.with(MachineRecord.Run.STARTED));
    } catch (IOException failed) {
      throw Machines.disk(failed);
    }
  }
}
