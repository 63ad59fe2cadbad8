package org.heddle.agent;

import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import org.heddle.api.AgentClient;
import org.heddle.api.ApiException;
import org.heddle.drivers.DriverException;
import org.heddle.model.HostRef;
import org.heddle.model.Outcome;

/** The other agents of the grid, and what their refusals mean for an operation here. */
final class Peers {
  private final HttpClient http;
  private final String token;

  Peers(HttpClient http, String token) {
    this.http = http;
    this.token = token;
  }

  AgentClient at(String url) {
    return new AgentClient(http, URI.create(url), token);
  }

  AgentClient at(HostRef host) {
    return at(host.agentUrl());
  }

  /**
   * A refusal carries the code that it had over there (see {@link Problems}); no answer is
   * UNREACHABLE.
   */
  static DriverException failure(HostRef host, IOException failed) {
    Outcome.Code code =
        failed instanceof ApiException refused
            ? Problems.code(refused.problem())
            : Outcome.Code.UNREACHABLE;
    return new DriverException(code, "host " + host.id() + ": " + failed.getMessage(), failed);
  }
}
