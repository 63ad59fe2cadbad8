package org.heddle.drivers.qemu;

import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.BooleanSupplier;
import java.util.function.LongConsumer;
import org.heddle.drivers.Capability.LiveMigrating.Incoming;
import org.heddle.drivers.DriverException;
import org.heddle.model.Outcome.Code;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;

/**
 * The sending side of one live migration. The disk is mirrored first and every write goes to both
 * disks from then on; then memory is sent in passes until the rest fits into the allowed downtime.
 * Before the last pass ends the processors stop, the mirror is closed, and the target starts.
 *
 * <p>The return path is not used on purpose: with it, a source whose connection breaks after the
 * target has started would start as well. Without it the source never starts again once QEMU says
 * {@code completed}.
 */
final class Sending {
  /** Allowed at first; what is measured is usually 5 to 20 ms above what is asked. */
  private static final long FIRST_DOWNTIME_MS = 100;

  /** A guest that still does not get across at this dirties its memory faster than the link. */
  private static final long LAST_DOWNTIME_MS = 10_000;

  private static final int DOWNTIME_FACTOR = 3;

  /** Passes over memory before more downtime is allowed, each time. */
  private static final int PASSES = 4;

  /** After the last allowance: this much longer, then it is given up. */
  private static final Duration LAST_CHANCE = Duration.ofMinutes(2);

  /** A connection on which nothing has moved for this long is taken for dead. */
  private static final Duration STALLED = Duration.ofSeconds(30);

  private static final Duration LOOK_EVERY = Duration.ofMillis(50);
  private static final Set<String> ENDED = Set.of("none", "completed", "failed", "cancelled");
  private static final String JOB = "mirror";
  private static final String TARGET = "mirror-target";

  private final Qmp qmp;
  private final Session session;
  private final Incoming to;
  private final boolean disk;
  private final LongConsumer progress;
  private final BooleanSupplier cancelled;
  private long downtimeMs = FIRST_DOWNTIME_MS;
  private long passesSeen;
  private long lastAllowanceNanos;
  private long moved = -1;
  private long movedNanos;
  private long diskBytes;
  private @Nullable Instant stopped;

  Sending(
      Session session,
      Incoming to,
      boolean disk,
      LongConsumer progress,
      BooleanSupplier cancelled) {
    this.session = session;
    this.qmp = session.qmp();
    this.to = to;
    this.disk = disk;
    this.progress = progress;
    this.cancelled = cancelled;
  }

  /** Returns when the processors stopped. On failure the machine runs on. */
  Instant run() throws DriverException {
    boolean sent = false;
    try {
      if (disk) {
        mirror();
      }
      Instant at = send();
      sent = true;
      return at;
    } catch (DriverException e) {
      throw e.code() == Code.DRIVER && !reachable(e) ? unreachable(e) : e;
    } finally {
      if (!sent) {
        abort();
      }
      removeMirror();
    }
  }

  /**
   * Gives up what a driver that died had begun to send, before anything else is done with the
   * machine: nobody would close its mirror. Cancelling is all or nothing, so what was complete by
   * then stays sent.
   */
  static void giveUpUnfinished(Session session) throws DriverException {
    Sending begun = new Sending(session, new Incoming("", 0, 0), true, _ -> {}, () -> false);
    if (!ENDED.contains(begun.migrationStatus())) {
      begun.abort();
    }
    begun.removeMirror();
  }

  private static boolean reachable(DriverException e) {
    String message = String.valueOf(e.getMessage());
    return !(message.contains("onnect") || message.contains("nable to write to socket"));
  }

  private DriverException unreachable(DriverException e) {
    return new DriverException(
        Code.UNREACHABLE,
        "host " + to.address() + " cannot be reached for a live migration: " + e.getMessage(),
        e);
  }

  private void mirror() throws DriverException {
    qmp.execute(
        "blockdev-add",
        Map.of(
            "driver",
            "nbd",
            "node-name",
            TARGET,
            "server",
            Map.of("type", "inet", "host", to.address(), "port", Integer.toString(to.diskPort())),
            "export",
            CommandLine.DISK));
    try (Qmp.Events events =
        qmp.events("BLOCK_JOB_READY", "BLOCK_JOB_COMPLETED", "BLOCK_JOB_ERROR")) {
      qmp.execute(
          "blockdev-mirror",
          Map.of(
              "job-id",
              JOB,
              "device",
              CommandLine.DISK,
              "target",
              TARGET,
              "sync",
              "top",
              "copy-mode",
              "write-blocking"));
      QmpEvent event = null;
      while (event == null) {
        event = events.next(LOOK_EVERY);
        diskBytes = jobOffset();
        report(diskBytes);
      }
      if (!event.name().equals("BLOCK_JOB_READY")) {
        throw new DriverException(
            Code.UNREACHABLE,
            "the disk cannot be sent to " + to.address() + ": " + event.data().path("error"));
      }
    }
  }

  private long jobOffset() throws DriverException {
    for (JsonNode job : qmp.execute("query-block-jobs")) {
      return job.path("offset").asLong(0);
    }
    return diskBytes;
  }

  private Instant send() throws DriverException {
    session.migrationCapabilities(false, disk);
    allow(downtimeMs);
    report(diskBytes);
    try (Qmp.Events events = qmp.events("MIGRATION", "STOP")) {
      qmp.execute("migrate", Map.of("uri", LiveMigration.tcp(to.address(), to.memoryPort())));
      while (true) {
        QmpEvent event = events.next(LOOK_EVERY);
        if (event == null) {
          look();
        } else if (event.name().equals("STOP")) {
          stopped = event.at();
        } else if (atEnd(event.data().path("status").asString(""))) {
          Instant at = stopped;
          return at == null ? event.at() : at;
        }
      }
    }
  }

  private boolean atEnd(String status) throws DriverException {
    return switch (status) {
      case "pre-switchover" -> {
        closeMirror();
        qmp.execute("migrate-continue", Map.of("state", "pre-switchover"));
        yield false;
      }
      case "completed" -> true;
      case "failed", "cancelled" -> throw MigrationEvents.failed(qmp);
      default -> false;
    };
  }

  /** Both disks are equal and the guest stands: cancelling a ready mirror leaves them so. */
  private void closeMirror() throws DriverException {
    try (Qmp.Events events = qmp.events("BLOCK_JOB_COMPLETED", "BLOCK_JOB_CANCELLED")) {
      qmp.execute("block-job-cancel", Map.of("device", JOB));
      QmpEvent event = events.next(STALLED);
      if (event == null || event.data().has("error")) {
        throw new DriverException(
            Code.UNREACHABLE, "the disk could not be sent to " + to.address() + " to its end");
      }
    }
  }

  private void look() throws DriverException {
    JsonNode ram = qmp.execute("query-migrate").path("ram");
    report(diskBytes + ram.path("transferred").asLong(0));
    long passes = ram.path("dirty-sync-count").asLong(0);
    if (downtimeMs >= LAST_DOWNTIME_MS) {
      if (System.nanoTime() - lastAllowanceNanos > LAST_CHANCE.toNanos()) {
        throw new DriverException(
            Code.TIMED_OUT, "the guest changes its memory faster than it can be sent");
      }
    } else if (passes - passesSeen >= PASSES) {
      passesSeen = passes;
      allow(Math.min(LAST_DOWNTIME_MS, downtimeMs * DOWNTIME_FACTOR));
    }
  }

  private void allow(long milliseconds) throws DriverException {
    downtimeMs = milliseconds;
    lastAllowanceNanos = System.nanoTime();
    qmp.execute(
        "migrate-set-parameters", Map.of("downtime-limit", milliseconds, "max-bandwidth", 0));
  }

  private void report(long bytes) throws DriverException {
    progress.accept(bytes);
    if (cancelled.getAsBoolean()) {
      throw new DriverException(Code.WRONG_STATE, "the machine was stopped while it was sent");
    }
    long now = System.nanoTime();
    if (bytes != moved) {
      moved = bytes;
      movedNanos = now;
    } else if (now - movedNanos > STALLED.toNanos()) {
      throw new DriverException(
          Code.UNREACHABLE, "nothing goes to host " + to.address() + " any more");
    }
  }

  /**
   * Brings the machine back to where it was: running. But what QEMU calls completed may run on the
   * other side, whatever went wrong here after it: then it stays stopped.
   */
  private void abort() throws DriverException {
    if (qmp.lost()) {
      return;
    }
    breakMirror();
    String status = migrationStatus();
    try (Qmp.Events events = qmp.events("MIGRATION")) {
      while (!ENDED.contains(status)) {
        qmp.execute("migrate_cancel");
        events.next(LOOK_EVERY);
        status = migrationStatus();
      }
    }
    if (!status.equals("completed") && !session.status().equals("running")) {
      qmp.execute("cont");
    }
  }

  /** Ends its connection at once, so that nothing waits for a host that does not answer. */
  private void breakMirror() throws DriverException {
    if (hasMirror()) {
      qmp.execute(
          "yank", Map.of("instances", List.of(Map.of("type", "block-node", "node-name", TARGET))));
    }
  }

  private boolean hasMirror() throws DriverException {
    for (JsonNode node : qmp.execute("query-named-block-nodes", Map.of("flat", true))) {
      if (node.path("node-name").asString("").equals(TARGET)) {
        return true;
      }
    }
    return false;
  }

  private String migrationStatus() throws DriverException {
    return qmp.execute("query-migrate").path("status").asString("none");
  }

  private void removeMirror() throws DriverException {
    if (!disk || qmp.lost()) {
      return;
    }
    try (Qmp.Events events = qmp.events("BLOCK_JOB_COMPLETED", "BLOCK_JOB_CANCELLED")) {
      if (!qmp.execute("query-block-jobs").isEmpty()) {
        qmp.execute("block-job-cancel", Map.of("device", JOB, "force", true));
        events.next(STALLED);
      }
    }
    if (hasMirror()) {
      qmp.execute("blockdev-del", Map.of("node-name", TARGET));
    }
  }
}
