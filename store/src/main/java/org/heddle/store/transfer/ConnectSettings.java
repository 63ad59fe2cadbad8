package org.heddle.store.transfer;

import java.time.Duration;
import java.util.List;
import java.util.Optional;

/**
 * How stores elsewhere are talked to.
 *
 * @param token what is shown to HTTP servers
 * @param shell the command that starts a command on another machine, such as {@code ssh}; the
 *     machine's name and the command follow as arguments
 * @param limit how fast requests and replies go, all connections together
 * @param stall a connection on which nothing moved for so long is cut
 * @param attempts how often in a row a request may fail without any progress
 */
public record ConnectSettings(
    Optional<String> token, List<String> shell, RateLimit limit, Duration stall, int attempts) {
  private static final Duration STALL = Duration.ofSeconds(60);
  private static final int ATTEMPTS = 6;

  /** Bytes a second: an eighth of what a modem carries. */
  private static final long LEAST_RATE = 1024;

  public ConnectSettings {
    shell = List.copyOf(shell);
  }

  /** No token, {@code ssh} without questions about passwords left to it, no limit. */
  public static ConnectSettings plain() {
    return new ConnectSettings(
        Optional.empty(), List.of("ssh", "-T"), RateLimit.NONE, STALL, ATTEMPTS);
  }

  public ConnectSettings with(Optional<String> newToken) {
    return new ConnectSettings(newToken, shell, limit, stall, attempts);
  }

  public ConnectSettings with(RateLimit newLimit) {
    return new ConnectSettings(token, shell, newLimit, stall, attempts);
  }

  public ConnectSettings with(List<String> newShell) {
    return new ConnectSettings(token, newShell, limit, stall, attempts);
  }

  /**
   * A request that goes slower than this for so long as {@link #stall} is cut: bytes a second; 0
   * for a link that is limited here.
   */
  long leastRate() {
    return limit.limits() ? 0 : LEAST_RATE;
  }

  /** Gives up sooner. */
  public ConnectSettings impatient(Duration newStall, int newAttempts) {
    return new ConnectSettings(token, shell, limit, newStall, newAttempts);
  }
}
