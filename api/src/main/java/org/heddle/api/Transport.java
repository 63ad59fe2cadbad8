package org.heddle.api;

import java.io.IOException;
import java.io.InputStream;
import java.time.Duration;
import java.util.Optional;

/**
 * How a client's requests reach the other side. One real seam: the JDK's HTTP client ({@link
 * HttpTransport}), or something that starts faster.
 */
public interface Transport extends AutoCloseable {
  /** Sends and waits for the answer's head; its body may go on arriving. */
  Reply send(Request request) throws IOException, InterruptedException;

  @Override
  void close();

  /**
   * @param path from {@code /v1} on, with query
   * @param body JSON unless {@code type} says otherwise
   * @param patience how long to wait for the head of the answer
   */
  record Request(
      String method, String path, Optional<byte[]> body, String type, Duration patience) {
    static final String JSON = "application/json";
    static final Duration PATIENCE = Duration.ofSeconds(60);

    public static Request get(String path) {
      return new Request("GET", path, Optional.empty(), JSON, PATIENCE);
    }

    public static Request post(String path) {
      return new Request("POST", path, Optional.empty(), JSON, PATIENCE);
    }

    public static Request post(String path, Object body) {
      return new Request("POST", path, Optional.of(Json.bytes(body)), JSON, PATIENCE);
    }

    public static Request put(String path, Object body) {
      return new Request("PUT", path, Optional.of(Json.bytes(body)), JSON, PATIENCE);
    }

    public static Request delete(String path) {
      return new Request("DELETE", path, Optional.empty(), JSON, PATIENCE);
    }

    public Request withPatience(Duration longer) {
      return new Request(method, path, body, type, longer);
    }

    public Request withType(String other) {
      return new Request(method, path, body, other, patience);
    }
  }

  /** The receiver closes the body. */
  record Reply(int status, InputStream body) implements AutoCloseable {
    public boolean good() {
      return status >= 200 && status < 300;
    }

    @Override
    public void close() throws IOException {
      body.close();
    }
  }
}
