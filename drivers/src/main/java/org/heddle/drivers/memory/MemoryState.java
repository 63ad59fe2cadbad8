package org.heddle.drivers.memory;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.time.Instant;
import java.util.HexFormat;
import org.heddle.drivers.DriverException;
import org.heddle.model.Outcome;
import org.heddle.model.Resources;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.json.JsonMapper;

/**
 * A saved state on an in-memory host's disk.
 *
 * @param damaged whether bits have flipped since it was written
 */
record MemoryState(
    Resources demand, Instant stoppedAt, MemoryGuest.Memory memory, boolean damaged) {
  private static final JsonMapper JSON = JsonMapper.builder().build();
  private static final String CONTENT = "content.json";
  private static final String DIGEST = "sha256";

  MemoryState asDamaged() {
    return new MemoryState(demand, stoppedAt, memory, true);
  }

  void writeTo(Path folder) throws IOException {
    Files.createDirectories(folder);
    byte[] content = JSON.writeValueAsBytes(this);
    Files.write(folder.resolve(CONTENT), content);
    Files.writeString(folder.resolve(DIGEST), digest(content));
  }

  static MemoryState readFrom(Path folder) throws DriverException {
    try {
      byte[] content = Files.readAllBytes(folder.resolve(CONTENT));
      if (!digest(content).equals(Files.readString(folder.resolve(DIGEST), UTF_8))) {
        throw new DriverException(
            Outcome.Code.BAD_STATE, "saved state in " + folder + " does not match its digest");
      }
      return JSON.readValue(content, MemoryState.class);
    } catch (IOException | JacksonException e) {
      throw new DriverException(
          Outcome.Code.BAD_STATE, "saved state in " + folder + " is incomplete", e);
    }
  }

  private static String digest(byte[] content) {
    try {
      return HexFormat.of().formatHex(MessageDigest.getInstance("SHA-256").digest(content));
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("every JDK has SHA-256", e);
    }
  }
}
