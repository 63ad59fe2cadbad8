package org.heddle.agent;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentSkipListMap;
import org.heddle.api.AgentApi.Hello;
import org.heddle.api.AgentApi.Lease;
import org.heddle.api.AgentApi.Member;
import org.heddle.api.Json;

/** As much of a controller as an agent sees: leases with the images that the others have. */
final class FakeController implements AutoCloseable {
  private final Map<String, Hello> members = new ConcurrentSkipListMap<>();
  private final Map<String, String> detours = new ConcurrentSkipListMap<>();
  private final int port;
  private HttpServer server;

  FakeController() throws IOException {
    this.server = serve(0);
    this.port = server.getAddress().getPort();
  }

  URI url() {
    return URI.create("http://127.0.0.1:" + port);
  }

  Map<String, Hello> members() {
    return members;
  }

  /** From now on all others reach that agent by another URL. */
  void detour(String agentUrl, String instead) {
    detours.put(agentUrl, instead);
  }

  private String url(Hello hello) {
    String url = hello.host().agentUrl();
    return detours.getOrDefault(url, url);
  }

  void goAway() {
    server.stop(0);
    members.clear();
  }

  void comeBack() throws IOException {
    server = serve(port);
  }

  @Override
  public void close() {
    server.stop(0);
  }

  private HttpServer serve(int wanted) throws IOException {
    HttpServer http =
        HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), wanted), 0);
    http.createContext("/v1/agents/", this::hello);
    http.start();
    return http;
  }

  private void hello(HttpExchange exchange) throws IOException {
    try (exchange) {
      Hello hello = Json.read(exchange.getRequestBody().readAllBytes(), Hello.class);
      members.put(hello.host().id().value(), hello);
      byte[] lease = Json.bytes(lease());
      exchange.sendResponseHeaders(200, lease.length);
      exchange.getResponseBody().write(lease);
    }
  }

  /** Images that its vjobs need. */
  final Set<String> needed = ConcurrentHashMap.newKeySet();

  private Lease lease() {
    TreeMap<String, List<String>> images = new TreeMap<>();
    for (Hello hello : members.values()) {
      for (String image : hello.images()) {
        images.computeIfAbsent(image, _ -> new ArrayList<>()).add(url(hello));
      }
    }
    List<Member> all =
        members.values().stream()
            .map(hello ->
                new Member(
                    hello.host().id(),
                    hello.host().site(),
                    url(hello),
                    hello.content().orElseThrow().repository()))
            .toList();
    return new Lease(3, List.of("127.0.0.1"), images, all, needed);
  }
}
