package org.heddle.drivers.qemu;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.time.Instant;
import java.util.Optional;
import org.heddle.drivers.MachineConfig;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.json.JsonMapper;

/**
 * What must be known of a live machine when the driver starts anew, beside what QEMU itself tells.
 * Its process is found by its command line, so that it is in nobody's way and no process id can be
 * mistaken.
 *
 * @param saving id of the saved state that is being written
 * @param stoppedAt when its processors stopped last
 * @param startedAt when they started last
 */
record MachineRecord(
    MachineConfig config,
    Phase phase,
    Optional<String> saving,
    Optional<Instant> stoppedAt,
    Optional<Instant> startedAt) {
  private static final JsonMapper JSON = JsonMapper.builder().build();

  enum Phase {
    /** Being filled from outside; if it dies it never was here. */
    INCOMING,
    /** It lives here. */
    HERE,
    /** Sent to another host. */
    GONE
  }

  static MachineRecord of(MachineConfig config, Phase phase) {
    return new MachineRecord(config, phase, Optional.empty(), Optional.empty(), Optional.empty());
  }

  MachineRecord in(Phase next) {
    return new MachineRecord(config, next, saving, stoppedAt, startedAt);
  }

  MachineRecord saving(Optional<String> stateId) {
    return new MachineRecord(config, phase, stateId, stoppedAt, startedAt);
  }

  MachineRecord stopped(Instant at) {
    return new MachineRecord(config, phase, saving, Optional.of(at), startedAt);
  }

  MachineRecord started(Instant at) {
    return new MachineRecord(config, phase, Optional.empty(), stoppedAt, Optional.of(at));
  }

  /**
   * Replaces the file as a whole. It need not be durable: whatever takes it away takes the machine
   * away, too.
   */
  void writeTo(Path file) throws IOException {
    Path fresh = file.resolveSibling(file.getFileName() + ".new");
    Files.write(fresh, JSON.writeValueAsBytes(this));
    Files.move(fresh, file, StandardCopyOption.ATOMIC_MOVE);
  }

  /** Empty when there is none, or none that can be read. */
  static Optional<MachineRecord> readFrom(Path file) throws IOException {
    if (!Files.exists(file)) {
      return Optional.empty();
    }
    try {
      return Optional.of(JSON.readValue(Files.readAllBytes(file), MachineRecord.class));
    } catch (JacksonException e) {
      return Optional.empty();
    }
  }
}
