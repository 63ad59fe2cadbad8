package org.heddle.controller;

import java.net.URI;
import java.net.http.HttpClient;
import org.heddle.api.AgentClient;
import org.heddle.api.JsonHttp;
import org.heddle.model.Host;

/** Makes clients for agents, all over one HTTP client and with the grid's token. */
final class AgentDialer implements AutoCloseable {
  private final HttpClient http = JsonHttp.newClient();
  private final String token;

  AgentDialer(String token) {
    this.token = token;
  }

  AgentClient dial(Host host) {
    return new AgentClient(http, URI.create(host.agentUrl()), token);
  }

  @Override
  public void close() {
    http.shutdownNow();
  }
}
