package org.heddle.api;

import java.io.IOException;
import java.io.InputStream;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.time.Duration;

/** Requests over the JDK's HTTP client, each with the bearer token. Safe for several threads. */
public final class HttpTransport implements Transport {
  private static final Duration CONNECT = Duration.ofSeconds(5);
  private final HttpClient http;
  private final String base;
  private final String token;

  /**
   * @param base such as {@code http://127.0.0.1:7180}
   */
  public HttpTransport(URI base, String token) {
    this(client(), base, token);
  }

  /** Over a client that others use too; closing this then ends their requests as well. */
  public HttpTransport(HttpClient http, URI base, String token) {
    this.http = http;
    String text = base.toString();
    this.base = text.endsWith("/") ? text.substring(0, text.length() - 1) : text;
    this.token = token;
  }

  /** A client as this class wants it. */
  public static HttpClient client() {
    return HttpClient.newBuilder()
        .version(HttpClient.Version.HTTP_1_1)
        .connectTimeout(CONNECT)
        .build();
  }

  @Override
  public Reply send(Request request) throws IOException, InterruptedException {
    HttpRequest.Builder builder =
        HttpRequest.newBuilder(URI.create(base + request.path()))
            .timeout(request.patience())
            .header("Authorization", "Bearer " + token);
    request.body().ifPresent(_ -> builder.header("Content-Type", request.type()));
    builder.method(
        request.method(),
        request.body().map(BodyPublishers::ofByteArray).orElseGet(BodyPublishers::noBody));
    HttpResponse<InputStream> answer = http.send(builder.build(), BodyHandlers.ofInputStream());
    return new Reply(answer.statusCode(), answer.body());
  }

  @Override
  public void close() {
    http.shutdownNow();
  }
}
