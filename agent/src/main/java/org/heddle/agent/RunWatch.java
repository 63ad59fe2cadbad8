package org.heddle.agent;

import java.io.IOException;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Consumer;
import org.heddle.drivers.Capability.GuestExec;
import org.heddle.drivers.DriverException;
import org.heddle.model.MachineId;
import org.heddle.model.MachineReport;
import org.heddle.model.MachineReport.Live;
import org.heddle.model.MachineReport.RunStatus;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Looks for the end of commands in guests. Only guests in which one was started, or may have been
 * before they came here, are asked, and not while something is being done to them.
 */
final class RunWatch implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(RunWatch.class);

  /** A look costs a guest some milliseconds; two seconds more or less to an end are no matter. */
  static final Duration INTERVAL = Duration.ofSeconds(2);

  private final Machines machines;
  private final MachineLocks locks;
  private final Consumer<MachineReport> changed;
  private final Map<MachineId, Thread> looking = new ConcurrentHashMap<>();
  private final Thread thread;

  /**
   * @param changed told of a machine whose command has ended
   */
  RunWatch(
      Machines machines, MachineLocks locks, Duration interval, Consumer<MachineReport> changed) {
    this.machines = machines;
    this.locks = locks;
    this.changed = changed;
    this.thread = Thread.ofVirtual().name("run-watch").unstarted(() -> run(interval));
  }

  void start() {
    thread.start();
  }

  @Override
  public void close() {
    Threads.end(List.of(thread));
    Threads.end(List.copyOf(looking.values()));
  }

  private void run(Duration interval) {
    try {
      while (true) {
        Thread.sleep(interval);
        machines.driver().capability(GuestExec.class).ifPresent(this::round);
      }
    } catch (InterruptedException closed) {
      Thread.currentThread().interrupt();
    }
  }

  private void round(GuestExec guests) {
    if (machines.records().all().values().stream().noneMatch(RunWatch::asked)) {
      return;
    }
    RunCommand commands = new RunCommand(guests);
    for (MachineReport report : machines.reports()) {
      boolean wanted =
          machines
              .records()
              .find(report.machine())
              .filter(known -> known.launch().incarnation() == report.incarnation())
              .filter(RunWatch::asked)
              .isPresent();
      if (wanted && report.live() == Live.RUNNING && !locks.held(report.machine())) {
        lookBeside(commands, report);
      }
    }
  }

  private static boolean asked(MachineRecord machine) {
    return switch (machine.run()) {
      case STARTED, UNKNOWN -> true;
      case NONE, ENDED -> false;
    };
  }

  /** A guest that does not answer holds up nobody but itself. */
  private void lookBeside(RunCommand commands, MachineReport report) {
    MachineId machine = report.machine();
    Thread beside =
        Thread.ofVirtual()
            .name("run-look-" + machine)
            .unstarted(() -> {
              try {
                look(commands, report);
              } catch (DriverException notNow) {
                LOG.debug("{}: {}", machine, notNow.getMessage());
              } catch (IOException failed) {
                LOG.warn("{}: cannot note how its command stands", machine, failed);
              } finally {
                looking.remove(machine);
              }
            });
    if (looking.putIfAbsent(machine, beside) == null) {
      beside.start();
    }
  }

  private void look(RunCommand commands, MachineReport report) throws DriverException, IOException {
    MachineId machine = report.machine();
    long incarnation = report.incarnation();
    var exitCode = commands.exitCode(machine);
    if (exitCode.isPresent()) {
      RunStatus status = new RunStatus(exitCode, commands.output(machine));
      if (machines
          .records()
          .update(machine, incarnation, known -> known.ended(status))
          .isPresent()) {
        changed.accept(machines.report(machine));
      }
      return;
    }
    boolean unknown =
        machines
            .records()
            .find(machine)
            .filter(known -> known.run() == MachineRecord.Run.UNKNOWN)
            .isPresent();
    if (unknown) {
      MachineRecord.Run found =
          commands.started(machine) ? MachineRecord.Run.STARTED : MachineRecord.Run.NONE;
      machines
          .records()
          .update(
              machine,
              incarnation,
              known -> known.run() == MachineRecord.Run.UNKNOWN ? known.with(found) : known);
    }
  }
}
