package org.heddle.planner.instance;

import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/**
 * Numbers that machines (and, for boot and shutdown, hosts) may carry; the key is that of
 * BtrPlace's instances and of Heddle's. Durations are in seconds.
 */
public enum Attribute {
  BOOT("boot"),
  SHUTDOWN("shutdown"),
  SUSPEND("suspend"),
  RESUME("resume"),
  MIGRATE("migrate"),
  KILL("kill"),
  ALLOCATE("allocate"),
  /** MB of memory in use, which a migration has to copy. */
  MEM_USED("memUsed"),
  /** MB/s at which cold pages are written. */
  DIRTY_RATE("dirtyRate"),
  /** MB of hot pages. */
  MAX_DIRTY_SIZE("maxDirtySize"),
  /** Seconds in which all hot pages are written once. */
  MAX_DIRTY_DURATION("maxDirtyDuration");

  private static final Map<String, Attribute> BY_KEY = new TreeMap<>();

  static {
    for (Attribute attribute : values()) {
      BY_KEY.put(attribute.key, attribute);
    }
  }

  private final String key;

  Attribute(String key) {
    this.key = key;
  }

  public String key() {
    return key;
  }

  /** Empty when none has the key. */
  public static Optional<Attribute> keyed(String key) {
    return Optional.ofNullable(BY_KEY.get(key));
  }
}
