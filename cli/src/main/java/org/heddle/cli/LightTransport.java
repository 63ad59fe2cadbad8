package org.heddle.cli;

import java.io.IOException;
import java.io.InputStream;
import java.net.HttpURLConnection;
import java.net.Proxy;
import java.net.SocketTimeoutException;
import java.net.URI;
import java.net.http.HttpTimeoutException;
import java.time.Duration;
import org.heddle.api.Transport;

/**
 * Requests by {@link HttpURLConnection}: it is loaded in a tenth of the time of the JDK's newer
 * client (10 ms instead of 100 with an AOT cache), which a command feels at each start. Safe for
 * several threads.
 */
public final class LightTransport implements Transport {
  private static final int CONNECT_MS = 5_000;

  static {
    // Its habit to send a POST again when a kept connection broke could do something twice.
    System.setProperty("sun.net.http.retryPost", "false");
  }

  private final String base;
  private final String token;

  /**
   * @param base such as {@code http://127.0.0.1:7180}
   */
  public LightTransport(URI base, String token) {
    String text = base.toString();
    this.base = text.endsWith("/") ? text.substring(0, text.length() - 1) : text;
    this.token = token;
  }

  @Override
  public Reply send(Request request) throws IOException {
    var connection =
        (HttpURLConnection)
            URI.create(base + request.path()).toURL().openConnection(Proxy.NO_PROXY);
    connection.setInstanceFollowRedirects(false);
    connection.setConnectTimeout(CONNECT_MS);
    connection.setReadTimeout(followed(request) ? 0 : millis(request.patience()));
    connection.setUseCaches(false);
    connection.setRequestMethod(request.method());
    connection.setRequestProperty("Authorization", "Bearer " + token);
    try {
      if (request.body().isPresent() || request.method().equals("POST")) {
        byte[] body = request.body().orElse(new byte[0]);
        connection.setDoOutput(true);
        connection.setRequestProperty("Content-Type", request.type());
        connection.setFixedLengthStreamingMode(body.length);
        try (var output = connection.getOutputStream()) {
          output.write(body);
        }
      }
      return answer(connection);
    } catch (SocketTimeoutException late) {
      throw connectionFailed(late)
          ? new IOException(base + ": no connection within " + CONNECT_MS / 1000 + " s", late)
          : timeout(late);
    } catch (IOException broken) {
      throw new IOException(base + ": " + broken.getMessage(), broken);
    }
  }

  private static Reply answer(HttpURLConnection connection) throws IOException {
    int status = connection.getResponseCode();
    if (status < 400) {
      return new Reply(status, connection.getInputStream());
    }
    InputStream body = connection.getErrorStream();
    return new Reply(status, body == null ? InputStream.nullInputStream() : body);
  }

  /** A body that is followed may be silent for long. */
  private static boolean followed(Request request) {
    return request.path().contains("follow=true") || request.path().contains("/stream");
  }

  private static boolean connectionFailed(SocketTimeoutException late) {
    String message = late.getMessage();
    return message != null && message.startsWith("Connect");
  }

  private static IOException timeout(SocketTimeoutException late) {
    HttpTimeoutException timeout = new HttpTimeoutException("no answer in time");
    timeout.initCause(late);
    return timeout;
  }

  private static int millis(Duration patience) {
    return (int) Math.min(Integer.MAX_VALUE, patience.toMillis());
  }

  /** Nothing is kept open that the end of the process would not close. */
  @Override
  public void close() {}
}
