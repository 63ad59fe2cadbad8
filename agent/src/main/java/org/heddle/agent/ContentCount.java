package org.heddle.agent;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.heddle.api.Json;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import tools.jackson.core.JacksonException;

/** What transfers by content have saved so far, kept over restarts. Thread-safe. */
final class ContentCount {
  private static final Logger LOG = LoggerFactory.getLogger(ContentCount.class);

  /**
   * @param wholeBytes what would have been sent without a store
   * @param sentBytes what was sent
   */
  record Sums(long wholeBytes, long sentBytes) {}

  private final Path file;
  private Sums sums;

  ContentCount(Path file) {
    this.file = file;
    this.sums = read(file);
  }

  private static Sums read(Path file) {
    try {
      return Files.exists(file) ? Json.read(Files.readAllBytes(file), Sums.class) : new Sums(0, 0);
    } catch (IOException | JacksonException unreadable) {
      LOG.warn("{} cannot be read, counting begins anew: {}", file, unreadable.getMessage());
      return new Sums(0, 0);
    }
  }

  synchronized Sums sums() {
    return sums;
  }

  synchronized void add(long wholeBytes, long sentBytes) {
    sums = new Sums(sums.wholeBytes + wholeBytes, sums.sentBytes + sentBytes);
    try {
      DurableFiles.write(file, Json.bytes(sums));
    } catch (IOException failed) {
      LOG.warn("{} cannot be written: {}", file, failed.getMessage());
    }
  }
}
