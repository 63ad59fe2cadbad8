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
 */
public record ServeSettings(
    Optional<String> token, boolean readOnly, RateLimit limit, Duration idle) {
  private static final Duration IDLE = Duration.ofMinutes(2);

  /** Anybody may read and add. */
  public static ServeSettings open() {
    return new ServeSettings(Optional.empty(), false, RateLimit.NONE, IDLE);
  }

  public ServeSettings with(Optional<String> newToken) {
    return new ServeSettings(newToken, readOnly, limit, idle);
  }

  public ServeSettings with(RateLimit newLimit) {
    return new ServeSettings(token, readOnly, newLimit, idle);
  }

  public ServeSettings onlyReading(boolean only) {
    return new ServeSettings(token, only, limit, idle);
  }
}
