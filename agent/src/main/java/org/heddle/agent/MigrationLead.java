package org.heddle.agent;

import java.io.IOException;
import java.time.Duration;
import java.time.Instant;
import org.heddle.api.AgentApi;
import org.heddle.api.AgentClient;
import org.heddle.api.ApiException;
import org.heddle.drivers.Capability.LiveMigrating;
import org.heddle.drivers.DriverException;
import org.heddle.model.HostRef;
import org.heddle.model.Launch;
import org.heddle.model.MachineId;
import org.heddle.model.MachineReport;
import org.heddle.model.MachineReport.Live;
import org.heddle.model.Operation;
import org.heddle.model.Outcome;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The sending side of live migrations, which leads. Whatever dies in the middle, the two processes
 * tell the truth afterwards: what is gone here runs there, what runs here has not left; so the
 * operation, asked again, goes on from what it finds.
 */
final class MigrationLead {
  private static final Logger LOG = LoggerFactory.getLogger(MigrationLead.class);

  /** Long enough for the other agent to be started again. */
  private static final Duration ARRIVAL = Duration.ofSeconds(90);

  private static final Duration ASK = Duration.ofSeconds(30);
  private static final Duration BETWEEN = Duration.ofMillis(500);

  /** When its processors stopped here and when they started there. */
  record Moved(Instant stopped, Instant arrived) {
    long downtimeMs() {
      return Math.max(0, Duration.between(stopped, arrived).toMillis());
    }
  }

  private final Machines machines;
  private final Peers peers;

  MigrationLead(Machines machines, Peers peers) {
    this.machines = machines;
    this.peers = peers;
  }

  Moved migrate(Operation.Migrate what, Task task) throws DriverException, InterruptedException {
    LiveMigrating driver = machines.driver().require(LiveMigrating.class);
    Launch launch = what.launch();
    MachineReport here = machines.report(launch.machine());
    if (here.live() == Live.NONE) {
      return hasMoved(what);
    }
    if (here.incarnation() != launch.incarnation()) {
      throw wrong(launch.machine() + " is here in another life than the one that is asked for");
    }
    return switch (here.live()) {
      case RUNNING -> finish(driver, what, send(driver, what, task), task);
      case GONE -> finish(driver, what, whenGone(driver, what), task);
      case PAUSED, INCOMING, DEAD, NONE ->
          throw wrong(launch.machine() + " is " + here.live() + ": only a running one can migrate");
    };
  }

  private static DriverException wrong(String message) {
    return new DriverException(Outcome.Code.WRONG_STATE, message);
  }

  /** Nothing is left here: either an earlier try came to its end, or it never was here. */
  private Moved hasMoved(Operation.Migrate what) throws DriverException, InterruptedException {
    Launch launch = what.launch();
    try {
      boolean there =
          peers.at(what.to()).host().machines().stream()
              .anyMatch(report ->
                  report.machine().equals(launch.machine())
                      && report.incarnation() == launch.incarnation()
                      && report.live() == Live.RUNNING);
      if (there) {
        Instant now = Instant.now();
        return new Moved(now, now);
      }
    } catch (IOException failed) {
      throw Peers.failure(what.to(), failed);
    }
    throw wrong(launch.machine() + " is neither here nor on " + what.to().id());
  }

  private Instant send(LiveMigrating driver, Operation.Migrate what, Task task)
      throws DriverException, InterruptedException {
    MachineId machine = what.machine();
    AgentApi.Incoming incoming = prepare(what);
    double whole = Math.max(1, what.launch().demand().memoryMiB()) * 1024.0 * 1024.0;
    try {
      return driver.migrate(
          machine,
          new LiveMigrating.Incoming(
              incoming.address(), incoming.memoryPort(), incoming.diskPort()),
          bytes -> task.progress(Math.min(0.95, bytes / whole)));
    } catch (DriverException failed) {
      if (!task.closing()) {
        abandon(what.to(), machine);
      }
      throw failed;
    }
  }

  private AgentApi.Incoming prepare(Operation.Migrate what)
      throws DriverException, InterruptedException {
    String digest =
        machines
            .records()
            .find(what.machine())
            .map(MachineRecord::imageDigest)
            .orElse(SavedDigests.UNKNOWN);
    try {
      return peers
          .at(what.to())
          .prepare(what.machine(), new AgentApi.IncomingRequest(what.launch(), digest));
    } catch (IOException failed) {
      throw Peers.failure(what.to(), failed);
    }
  }

  /** All was sent in an earlier try; where to no longer matters. */
  private static Instant whenGone(LiveMigrating driver, Operation.Migrate what)
      throws DriverException {
    return driver.migrate(
        what.machine(), new LiveMigrating.Incoming(what.to().address(), 0, 0), _ -> {});
  }

  private Moved finish(LiveMigrating driver, Operation.Migrate what, Instant stopped, Task task)
      throws DriverException, InterruptedException {
    task.progress(0.97);
    Instant arrived;
    try {
      arrived = arrival(what);
    } catch (ApiException neverWill) {
      takeBack(driver, what);
      throw Peers.failure(what.to(), neverWill);
    } catch (IOException silent) {
      throw Peers.failure(what.to(), silent);
    }
    machines.end(what.machine(), Duration.ZERO);
    return new Moved(stopped, arrived);
  }

  /**
   * Asks until the other host says that the machine runs there.
   *
   * @throws ApiException it does not run there and never will
   * @throws IOException the other agent did not answer for too long
   */
  private Instant arrival(Operation.Migrate what) throws IOException, InterruptedException {
    AgentClient target = peers.at(what.to());
    long deadline = System.nanoTime() + ARRIVAL.toNanos();
    while (true) {
      try {
        return Instant.ofEpochMilli(target.arrived(what.machine(), ASK).atEpochMs());
      } catch (ApiException refused) {
        if (Problems.code(refused.problem()) == Outcome.Code.WRONG_STATE) {
          throw refused;
        }
        retryOrThrow(deadline, new IOException(refused.getMessage(), refused));
      } catch (IOException silent) {
        retryOrThrow(deadline, silent);
      }
    }
  }

  private static void retryOrThrow(long deadline, IOException failure)
      throws IOException, InterruptedException {
    if (System.nanoTime() - deadline > 0) {
      throw failure;
    }
    Thread.sleep(BETWEEN);
  }

  /** It did not start there: what is left there is removed first, then it goes on here. */
  private void takeBack(LiveMigrating driver, Operation.Migrate what)
      throws DriverException, InterruptedException {
    try {
      peers.at(what.to()).abandon(what.machine());
    } catch (IOException failed) {
      throw Peers.failure(what.to(), failed);
    }
    driver.takeBack(what.machine());
  }

  private void abandon(HostRef to, MachineId machine) throws InterruptedException {
    try {
      peers.at(to).abandon(machine);
    } catch (IOException failed) {
      LOG.warn("what {} prepared for {} stays there: {}", to.id(), machine, failed.getMessage());
    }
  }
}
