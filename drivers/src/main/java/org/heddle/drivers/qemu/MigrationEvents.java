package org.heddle.drivers.qemu;

import java.time.Duration;
import org.heddle.drivers.DriverException;
import org.heddle.model.Outcome.Code;
import tools.jackson.databind.JsonNode;

/** How a migration of a machine's state goes, by the events of its QEMU. */
final class MigrationEvents {
  private MigrationEvents() {}

  /** Waits for the end of one that cannot take long; what goes wrong is {@code DRIVER}. */
  static void awaitCompleted(Qmp qmp, Qmp.Events migration, Duration within)
      throws DriverException {
    long deadline = System.nanoTime() + within.toNanos();
    while (true) {
      QmpEvent event = migration.next(Duration.ofNanos(deadline - System.nanoTime()));
      if (event == null) {
        throw new DriverException(Code.TIMED_OUT, "QEMU did not transfer the state of the devices");
      }
      switch (event.data().path("status").asString("")) {
        case "completed" -> {
          return;
        }
        case "failed", "cancelled" -> throw failed(qmp);
        default -> {}
      }
    }
  }

  static DriverException failed(Qmp qmp) throws DriverException {
    JsonNode why = qmp.execute("query-migrate").path("error-desc");
    return new DriverException(Code.DRIVER, "QEMU's migration failed: " + why.asString("unknown"));
  }
}
