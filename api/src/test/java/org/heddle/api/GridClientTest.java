package org.heddle.api;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.io.InputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class GridClientTest {
  private HttpServer server;
  private GridClient client;
  private final List<String> requests = new ArrayList<>();
  private int status = 200;
  private String body = "";

  @BeforeEach
  void start() throws IOException {
    server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
    server.createContext(
        "/",
        exchange -> {
          String sent =
              new String(exchange.getRequestBody().readAllBytes(), StandardCharsets.UTF_8);
          requests.add(
              exchange.getRequestMethod()
                  + " "
                  + exchange.getRequestURI()
                  + " "
                  + exchange.getRequestHeaders().getFirst("Authorization")
                  + " "
                  + sent);
          byte[] bytes = body.getBytes(StandardCharsets.UTF_8);
          exchange.sendResponseHeaders(status, bytes.length == 0 ? -1 : bytes.length);
          exchange.getResponseBody().write(bytes);
          exchange.close();
        });
    server.start();
    client = GridClient.http(URI.create("http://127.0.0.1:" + server.getAddress().getPort()), "t0");
  }

  @AfterEach
  void stop() {
    client.close();
    server.stop(0);
  }

  @Test
  void requestsCarryTokenPathAndBody() {
    body = "{\"steps\":[],\"cost\":0,\"endMs\":0,\"refused\":{}}";
    assertThat(client.planMigrate("a.b", "host2").steps()).isEmpty();
    assertThat(requests)
        .containsExactly("POST /v1/machines/a.b/migrate?dryRun=true Bearer t0 {\"to\":\"host2\"}");
  }

  @Test
  void aProblemBecomesAnExceptionWithItsType() {
    status = 404;
    body = Json.write(new GridApi.Problem("not-found", "Not found", 404, "no vjob 'x'", ""));
    GridException no = catchThrowableOfType(GridException.class, () -> client.vjob("x"));
    assertThat(no.type()).isEqualTo("not-found");
    assertThat(no).hasMessage("no vjob 'x'");
  }

  @Test
  void anAnswerThatIsNoProblemIsStillAnError() {
    status = 500;
    body = "<html>";
    GridException no = catchThrowableOfType(GridException.class, () -> client.status());
    assertThat(no.type()).isEqualTo("failed");
    status = 200;
    no = catchThrowableOfType(GridException.class, () -> client.status());
    assertThat(no.type()).isEqualTo("failed");
    assertThat(no).hasMessageContaining("same version");
  }

  @Test
  void nobodyThereIsUnreachable() {
    server.stop(0);
    GridException no = catchThrowableOfType(GridException.class, () -> client.status());
    assertThat(no.type()).isEqualTo("unreachable");
  }

  @Test
  void aStreamOfEventsIsReadUntilItEnds() {
    body =
        ": hello\n\nid: 4\nevent: event\ndata: {\"id\":4,\"timeMs\":1,\"kind\":\"k\",\ndata: \"subject\":\"s\",\"message\":\"m\"}\n\n";
    try (GridClient.EventStream events = client.follow(3)) {
      assertThat(events.next()).contains(new GridApi.EventView(4, 1, "k", "s", "m"));
      assertThat(events.next()).isEmpty();
    }
  }

  @Test
  void theConsoleIsAStreamOfBytes() throws IOException {
    body = "login:";
    try (InputStream in = client.console("a.b", 5, true)) {
      assertThat(new String(in.readAllBytes(), StandardCharsets.UTF_8)).isEqualTo("login:");
    }
    assertThat(requests.getFirst()).startsWith("GET /v1/machines/a.b/console?from=5&follow=true ");
  }
}
