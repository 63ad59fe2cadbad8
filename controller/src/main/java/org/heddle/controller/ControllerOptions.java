package org.heddle.controller;

import java.nio.file.Path;
import java.util.List;
import java.util.Optional;

/**
 * How a controller is started.
 *
 * @param listen addresses {@code host:port}; port 0 takes a free one
 * @param stateFolder where its state lies; created with mode 0700
 * @param token that every request must carry; when it is empty the controller takes the one in the
 *     file {@code token} of its state folder, and makes that at its first start
 * @param leaseSeconds after so long without word from its agent a host counts as lost
 */
public record ControllerOptions(
    List<String> listen, Path stateFolder, Optional<String> token, int leaseSeconds) {
  public static final String DEFAULT_LISTEN = "127.0.0.1:7180";
  public static final int DEFAULT_LEASE_SECONDS = 15;

  /** Shorter ones would be lost by a garbage collection or a busy disk. */
  private static final int LEAST_LEASE_SECONDS = 2;

  private static final int LEAST_TOKEN = 16;

  public ControllerOptions {
    listen = List.copyOf(listen);
    if (listen.isEmpty()) {
      throw new IllegalArgumentException(
          "listen: name at least one address such as 127.0.0.1:7180");
    }
    token.ifPresent(ControllerOptions::check);
    if (leaseSeconds < LEAST_LEASE_SECONDS) {
      throw new IllegalArgumentException(
          "lease of " + leaseSeconds + " s: use at least " + LEAST_LEASE_SECONDS);
    }
  }

  static void check(String token) {
    if (token.length() < LEAST_TOKEN || !token.matches("[!-~]+")) {
      throw new IllegalArgumentException(
          "token: use at least " + LEAST_TOKEN + " visible characters without spaces");
    }
  }
}
