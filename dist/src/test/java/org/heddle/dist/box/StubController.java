package org.heddle.dist.box;

import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.TreeMap;
import org.heddle.api.GridApi;
import org.heddle.api.Json;
import org.heddle.model.Resources;

/** Answers as a controller whose hosts are all online. Arguments: port, number of hosts. */
final class StubController {
  private StubController() {}

  public static void main(String[] arguments) throws IOException {
    int port = Integer.parseInt(arguments[0]);
    int hosts = Integer.parseInt(arguments[1]);
    HttpServer server =
        HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), port), 0);
    answer(server, "/v1/status", Json.write(status(hosts)));
    answer(server, "/v1/hosts", Json.write(hosts(hosts)));
    server.start();
  }

  private static void answer(HttpServer server, String path, String body) {
    server.createContext(
        path,
        exchange -> {
          byte[] bytes = body.getBytes(StandardCharsets.UTF_8);
          exchange.getResponseHeaders().add("Content-Type", "application/json");
          exchange.sendResponseHeaders(200, bytes.length);
          exchange.getResponseBody().write(bytes);
          exchange.close();
        });
  }

  private static GridApi.GridStatus status(int hosts) {
    return new GridApi.GridStatus(
        "0",
        true,
        hosts,
        hosts,
        new TreeMap<>(),
        Resources.NONE,
        Resources.NONE,
        Optional.empty(),
        NOTHING_MOVED,
        0);
  }

  private static final GridApi.ContentView NOTHING_MOVED =
      new GridApi.ContentView(0, 0, 0, 0, List.of(), new TreeMap<>());

  private static List<GridApi.HostView> hosts(int number) {
    List<GridApi.HostView> hosts = new ArrayList<>();
    for (int i = 1; i <= number; i++) {
      hosts.add(
          new GridApi.HostView(
              "host" + i,
              "site1",
              "online",
              false,
              Resources.NONE,
              Resources.NONE,
              List.of(),
              "",
              List.of(),
              List.of(),
              NOTHING_MOVED));
    }
    return hosts;
  }
}
