package org.heddle.api;

import java.io.IOException;
import java.io.InputStream;
import java.net.URLEncoder;
import java.net.http.HttpTimeoutException;
import java.nio.charset.StandardCharsets;
import java.util.List;
import org.heddle.api.GridApi.Problem;
import org.heddle.api.Transport.Reply;
import org.heddle.api.Transport.Request;
import tools.jackson.core.JacksonException;

/** Calls of the controller: whatever goes wrong with one is a {@link GridException}. */
final class GridCalls implements AutoCloseable {
  private final Transport transport;

  GridCalls(Transport transport) {
    this.transport = transport;
  }

  /** The answer as that type. */
  <T> T ask(Request request, Class<T> type) {
    byte[] body = bytes(request);
    try {
      return Json.read(body, type);
    } catch (JacksonException strange) {
      throw strange(request, strange);
    }
  }

  <T> List<T> list(String path, Class<T> element) {
    return list(Request.get(path), element);
  }

  <T> List<T> list(Request request, Class<T> element) {
    byte[] body = bytes(request);
    try {
      return Json.readList(body, element);
    } catch (JacksonException strange) {
      throw strange(request, strange);
    }
  }

  byte[] bytes(Request request) {
    try (InputStream body = open(request)) {
      return body.readAllBytes();
    } catch (IOException broken) {
      throw unreachable("the controller's answer broke off: " + broken.getMessage(), broken);
    }
  }

  /** The answer as it comes, which the caller closes. */
  InputStream open(Request request) {
    try {
      Reply reply = transport.send(request);
      if (reply.good()) {
        return reply.body();
      }
      try (reply) {
        throw new GridException(problem(reply.status(), reply.body().readAllBytes()));
      }
    } catch (HttpTimeoutException late) {
      Problem problem =
          new Problem("timed-out", "Timed out", 504, "the controller did not answer in time", "");
      throw new GridException(problem, late);
    } catch (IOException broken) {
      throw unreachable(
          "the controller cannot be reached; is it running? (" + reason(broken) + ")", broken);
    } catch (InterruptedException stopped) {
      Thread.currentThread().interrupt();
      throw unreachable("interrupted", stopped);
    }
  }

  private static Problem problem(int status, byte[] body) {
    try {
      return Json.read(body, Problem.class);
    } catch (JacksonException strange) {
      String text = new String(body, StandardCharsets.UTF_8);
      String start = text.length() > 200 ? text.substring(0, 200) : text;
      return new Problem("failed", "HTTP status " + status, status, start, "");
    }
  }

  private static String reason(IOException failure) {
    String message = failure.getMessage();
    return message == null ? failure.getClass().getSimpleName() : message;
  }

  private static GridException strange(Request request, JacksonException cause) {
    String detail =
        "the answer to "
            + request.method()
            + " "
            + request.path()
            + " is not understood; are both sides of the same version? ("
            + cause.getOriginalMessage()
            + ")";
    return new GridException(new Problem("failed", "Strange answer", 502, detail, ""), cause);
  }

  static GridException unreachable(String detail, Exception cause) {
    return new GridException(new Problem("unreachable", "Unreachable", 503, detail, ""), cause);
  }

  /** A path of the API; its parts are encoded. */
  static String path(String... parts) {
    StringBuilder path = new StringBuilder("/v1");
    for (String part : parts) {
      path.append('/').append(URLEncoder.encode(part, StandardCharsets.UTF_8));
    }
    return path.toString();
  }

  @Override
  public void close() {
    transport.close();
  }
}
