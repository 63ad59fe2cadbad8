package org.heddle.api;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.io.InputStream;
import java.io.PipedInputStream;
import java.io.PipedOutputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.net.http.HttpClient;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.heddle.model.MachineId;
import org.heddle.model.MachineReport;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(300)
final class AgentClientTest {
  private static final MachineId NODE = MachineId.parse("node.farm");

  private interface Answer {
    void to(HttpExchange exchange) throws IOException;
  }

  private final HttpClient http = JsonHttp.newClient();
  private HttpServer server;
  private AgentClient client;

  @BeforeEach
  void serve() throws IOException {
    server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
    server.start();
    client =
        new AgentClient(
            http, URI.create("http://127.0.0.1:" + server.getAddress().getPort() + "/"), "secret");
  }

  @AfterEach
  void stop() {
    server.stop(0);
    http.shutdownNow();
  }

  private void answer(String path, Answer answer) {
    server.createContext(
        path,
        exchange -> {
          try (exchange) {
            assertThat(exchange.getRequestHeaders().getFirst("Authorization"))
                .isEqualTo("Bearer secret");
            answer.to(exchange);
          }
        });
  }

  private static void send(HttpExchange exchange, int status, String body) throws IOException {
    byte[] bytes = body.getBytes(UTF_8);
    exchange.sendResponseHeaders(status, bytes.length);
    exchange.getResponseBody().write(bytes);
  }

  @Test
  void readsEventsAndEndsWhenTheyEnd() {
    MachineReport machine =
        new MachineReport(NODE, 3, MachineReport.Live.DEAD, List.of(), Optional.empty());
    answer(
        "/v1/events",
        exchange ->
            send(
                exchange,
                200,
                ":\n\nevent: machine\ndata: "
                    + Json.write(machine)
                    + "\n\n:\n\nevent: of-a-later-version\ndata: {}\n\n"));
    List<AgentEvent> heard = new ArrayList<>();
    assertThatThrownBy(() -> client.events(heard::add)).isInstanceOf(IOException.class);
    assertThat(heard).containsExactly(new AgentEvent.MachineChanged(machine));
  }

  @Test
  void aRefusalIsToldFromSilence() {
    answer(
        "/v1/host",
        exchange ->
            send(
                exchange,
                403,
                Json.write(new GridApi.Problem("denied", "forbidden", 403, "wrong token", ""))));
    assertThatThrownBy(client::host)
        .isInstanceOfSatisfying(
            ApiException.class,
            refused -> {
              assertThat(refused.status()).isEqualTo(403);
              assertThat(refused).hasMessage("wrong token");
            });
    server.stop(0);
    assertThatThrownBy(client::host)
        .isInstanceOf(IOException.class)
        .isNotInstanceOf(ApiException.class)
        .hasMessageContaining("/v1/host");
  }

  @Test
  void whatIsUnknownIsAbsentAndNoFailure() throws Exception {
    answer(
        "/v1/operations/x",
        exchange ->
            send(
                exchange,
                404,
                Json.write(new GridApi.Problem("not-found", "not found", 404, "no x", ""))));
    assertThat(client.operation("x")).isEmpty();
  }

  @Test
  void anErrorOfSomebodyElseIsAnErrorAllTheSame() {
    answer("/v1/host", exchange -> send(exchange, 502, "<html>proxy</html>"));
    assertThatThrownBy(client::host)
        .isInstanceOfSatisfying(ApiException.class, e -> assertThat(e.status()).isEqualTo(502));
  }

  @Test
  void aStreamThatFallsSilentIsBrokenOff() throws IOException {
    try (PipedOutputStream peer = new PipedOutputStream();
        InputStream silent = new PipedInputStream(peer)) {
      InputStream closable = new Closable(silent);
      try (StallGuard guard = new StallGuard(closable, Duration.ofMillis(200))) {
        peer.write('x');
        peer.flush();
        assertThat(guard.read()).isEqualTo('x');
        assertThatThrownBy(guard::read)
            .isInstanceOf(IOException.class)
            .hasMessageContaining("nothing came");
      }
    }
  }

  /** A pipe whose reader is woken by a close, as the reader of an HTTP body is. */
  private static final class Closable extends InputStream {
    private final InputStream inner;
    private boolean closed;

    Closable(InputStream inner) {
      this.inner = inner;
    }

    @Override
    public int read() throws IOException {
      byte[] one = new byte[1];
      return read(one, 0, 1) < 0 ? -1 : one[0] & 0xff;
    }

    @Override
    public int read(byte[] bytes, int offset, int length) throws IOException {
      synchronized (this) {
        while (inner.available() == 0) {
          if (closed) {
            throw new IOException("closed");
          }
          try {
            wait(10);
          } catch (InterruptedException interrupted) {
            Thread.currentThread().interrupt();
            throw new IOException(interrupted);
          }
        }
        return inner.read(bytes, offset, length);
      }
    }

    @Override
    public synchronized void close() {
      closed = true;
      notifyAll();
    }
  }
}
