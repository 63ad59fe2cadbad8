package org.heddle.api;

import java.io.IOException;
import java.io.InputStream;
import java.net.ConnectException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublisher;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.net.http.HttpTimeoutException;
import java.security.GeneralSecurityException;
import java.time.Duration;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import javax.net.ssl.SSLContext;
import javax.net.ssl.TrustManager;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.JacksonException;

/**
 * JSON over HTTP to one base URL with a bearer token. Blocks; safe for use by several threads. An
 * answer that is an error is an {@link ApiException}; no answer is any other {@link IOException}
 * with the URL in its message.
 */
public final class JsonHttp {
  private static final Duration CONNECT = Duration.ofSeconds(5);

  /** What may be sent again when a kept connection turns out to have been closed meanwhile. */
  private static final Set<String> REPEATABLE = Set.of("GET", "PUT", "DELETE");

  /** An error's body is a small document; anything longer is not ours. */
  private static final int MAX_PROBLEM = 64 * 1024;

  private final HttpClient http;
  private final String base;
  private final String token;

  /**
   * @param http shared by all that talk HTTP in this process
   * @param base such as {@code http://10.64.0.1:7460}
   */
  public JsonHttp(HttpClient http, URI base, String token) {
    this.http = http;
    this.base = base.toString().replaceAll("/+$", "");
    this.token = token;
  }

  /** A client to share; it answers on virtual threads and follows no redirect. */
  public static HttpClient newClient() {
    return builder().build();
  }

  /**
   * The same for plain HTTP only: the certificates of the world, which it does not read, would take
   * 3 MiB.
   */
  public static HttpClient newPlainClient() {
    try {
      SSLContext none = SSLContext.getInstance("TLS");
      none.init(null, new TrustManager[0], null);
      return builder().sslContext(none).build();
    } catch (GeneralSecurityException e) {
      throw new IllegalStateException("every JDK has TLS", e);
    }
  }

  private static HttpClient.Builder builder() {
    return HttpClient.newBuilder()
        .version(HttpClient.Version.HTTP_1_1)
        .connectTimeout(CONNECT)
        .followRedirects(HttpClient.Redirect.NEVER)
        .executor(task -> Thread.ofVirtual().name("http-client").start(task));
  }

  /** The whole answer as a record. */
  public <T> T call(
      String method, String path, @Nullable Object body, Class<T> answer, Duration timeout)
      throws IOException, InterruptedException {
    try (InputStream in = open(method, path, json(body), timeout)) {
      return Json.read(in.readAllBytes(), answer);
    } catch (JacksonException unreadable) {
      throw new IOException(
          method + " " + base + path + ": unreadable answer: " + unreadable.getOriginalMessage(),
          unreadable);
    }
  }

  /** Sends and looks only at whether it went well. */
  public void call(String method, String path, @Nullable Object body, Duration timeout)
      throws IOException, InterruptedException {
    open(method, path, json(body), timeout).close();
  }

  /**
   * The answer as a stream, which the caller closes.
   *
   * @param timeout until the answer begins; reading it has no limit of its own
   */
  public InputStream open(String method, String path, BodyPublisher body, Duration timeout)
      throws IOException, InterruptedException {
    HttpRequest request =
        HttpRequest.newBuilder(URI.create(base + path))
            .timeout(timeout)
            .header("Authorization", "Bearer " + token)
            .header("Content-Type", "application/json")
            .method(method, body)
            .build();
    HttpResponse<InputStream> response = send(request);
    if (response.statusCode() / 100 == 2) {
      return response.body();
    }
    try (InputStream in = response.body()) {
      throw new ApiException(problem(response.statusCode(), in.readNBytes(MAX_PROBLEM)));
    }
  }

  /**
   * Passes a request on: the answer as it comes, whatever its status; the caller closes its body.
   *
   * @param headers of the request, beside its own
   */
  HttpResponse<InputStream> pass(
      String method,
      String path,
      Optional<byte[]> body,
      Map<String, String> headers,
      Duration timeout)
      throws IOException, InterruptedException {
    HttpRequest.Builder request =
        HttpRequest.newBuilder(URI.create(base + path))
            .timeout(timeout)
            .header("Authorization", "Bearer " + token)
            .header("Content-Type", "application/json")
            .method(
                method, body.map(BodyPublishers::ofByteArray).orElseGet(BodyPublishers::noBody));
    headers.forEach(request::header);
    return send(request.build());
  }

  static BodyPublisher json(@Nullable Object body) {
    return body == null ? BodyPublishers.noBody() : BodyPublishers.ofByteArray(Json.bytes(body));
  }

  private HttpResponse<InputStream> send(HttpRequest request)
      throws IOException, InterruptedException {
    try {
      return http.send(request, BodyHandlers.ofInputStream());
    } catch (HttpTimeoutException | ConnectException unreachable) {
      throw described(request, unreachable);
    } catch (IOException broken) {
      if (!REPEATABLE.contains(request.method())) {
        throw described(request, broken);
      }
      try {
        return http.send(request, BodyHandlers.ofInputStream());
      } catch (IOException again) {
        throw described(request, again);
      }
    }
  }

  private static IOException described(HttpRequest request, IOException cause) {
    String reason =
        switch (cause) {
          case ConnectException _ -> "cannot connect";
          case IOException _ when cause.getMessage() == null -> cause.getClass().getSimpleName();
          default -> String.valueOf(cause.getMessage());
        };
    return new IOException(request.method() + " " + request.uri() + ": " + reason, cause);
  }

  private static GridApi.Problem problem(int status, byte[] body) {
    try {
      return Json.read(body, GridApi.Problem.class);
    } catch (JacksonException notOurs) {
      return new GridApi.Problem("failed", "HTTP " + status, status, "", "");
    }
  }
}
