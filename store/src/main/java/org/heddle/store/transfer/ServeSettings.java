package org.heddle.store.transfer;

import java.time.Duration;
import java.util.Optional;

/**
 * How a store is served.
 *
 * @param token what callers must show; empty: anybody may
 * @param readOnly whether nobody may add
 * @param limit how fast it sends, all connections together
 * @param idle after what time without requests the session of one who pushes ends
 * @param stall a connection whose other side takes and gives nothing for so long is cut
 */
public record ServeSettings(
    Optional<String> token, boolean readOnly, RateLimit limit, Duration idle, Duration stall) {
  private static final Duration IDLE = Duration.ofMinutes(2);
  private static final Duration STALL = Duration.ofSeconds(60);

  /** Anybody may read and add. */
  public static ServeSettings open() {
    return new ServeSettings(Optional.empty(), false, RateLimit.NONE, IDLE, STALL);
  }

  public ServeSettings with(Optional<String> newToken) {
    return new ServeSettings(newToken, readOnly, limit, idle, stall);
  }

  public ServeSettings with(RateLimit newLimit) {
    return new ServeSettings(token, readOnly, newLimit, idle, stall);
  }

  public ServeSettings onlyReading(boolean only) {
    return new ServeSettings(token, only, limit, idle, stall);
  }

  /** Cuts connections sooner. */
  public ServeSettings impatient(Duration newStall) {
    return new ServeSettings(token, readOnly, limit, idle, newStall);
  }
}
