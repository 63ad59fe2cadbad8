package org.heddle.store.transfer;

import java.io.IOException;
import java.io.InputStream;
import java.io.InterruptedIOException;
import java.io.UncheckedIOException;
import java.net.ConnectException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.time.Duration;
import java.util.Objects;
import javax.net.ssl.SSLContext;
import javax.net.ssl.TrustManager;
import org.heddle.store.StoreException;

/** Talks to an {@link HttpStoreServer}; each request goes over a connection of its own. */
final class HttpConnection implements Connection {
  private static final Duration CONNECT = Duration.ofSeconds(10);

  private final URI address;
  private final String name;
  private final ConnectSettings settings;
  private final Traffic traffic;
  private final StallWatch watch;
  private final HttpClient client;

  HttpConnection(URI base, ConnectSettings settings, Traffic traffic) {
    this.name = base.toString();
    this.address = URI.create(name.replaceAll("/+$", "") + HttpStoreHandler.PATH);
    this.settings = settings;
    this.traffic = traffic;
    this.watch = new StallWatch(settings.stall(), settings.leastRate());
    HttpClient.Builder builder =
        HttpClient.newBuilder()
            .version(HttpClient.Version.HTTP_1_1)
            .followRedirects(HttpClient.Redirect.NEVER)
            .connectTimeout(CONNECT);
    if ("http".equals(base.getScheme())) {
      builder.sslContext(noCertificates());
    }
    this.client = builder.build();
  }

  /** For plain HTTP: the certificates of the world, which it does not read, would take 3 MiB. */
  private static SSLContext noCertificates() {
    try {
      SSLContext none = SSLContext.getInstance("TLS");
      none.init(null, new TrustManager[0], null);
      return none;
    } catch (GeneralSecurityException e) {
      throw new IllegalStateException("every JDK has TLS", e);
    }
  }

  @Override
  public String name() {
    return name;
  }

  @Override
  public long leastRate() {
    return settings.leastRate();
  }

  @Override
  public <T> T ask(Request request, Reply<T> reply) throws IOException {
    Thread me = Thread.currentThread();
    boolean[] sent = new boolean[1];
    StallWatch.Watched watched =
        watch.begin(() -> {
          synchronized (sent) {
            if (!sent[0]) {
              me.interrupt();
            }
          }
        });
    HttpResponse<InputStream> response;
    try (watched) {
      response = client.send(http(request, watched), HttpResponse.BodyHandlers.ofInputStream());
    } catch (InterruptedException interrupted) {
      throw interrupted(watched);
    } catch (UncheckedIOException | IOException failed) {
      throw cut(failed);
    } finally {
      synchronized (sent) {
        sent[0] = true;
      }
    }
    return read(response, request, reply);
  }

  private IOException interrupted(StallWatch.Watched watched) {
    if (watched.stalled()) {
      return watched.failure(name);
    }
    Thread.currentThread().interrupt();
    return new InterruptedIOException("interrupted");
  }

  private HttpRequest http(Request request, StallWatch.Watched watched) {
    HttpRequest.Builder http =
        HttpRequest.newBuilder(address)
            .header("Content-Type", "application/octet-stream")
            .POST(HttpRequest.BodyPublishers.ofInputStream(() -> body(request, watched)));
    settings.token().ifPresent(token -> http.header("Authorization", "Bearer " + token));
    return http.build();
  }

  private InputStream body(Request request, StallWatch.Watched watched) {
    try {
      InputStream counted = Counted.input(request.open(), traffic::sent);
      return watched.watch(settings.limit().slow(counted));
    } catch (IOException unreadable) {
      throw new UncheckedIOException(unreadable);
    }
  }

  private <T> T read(HttpResponse<InputStream> response, Request request, Reply<T> reply)
      throws IOException {
    InputStream body = response.body();
    try (body;
        StallWatch.Watched watched = watch.begin(() -> closeQuietly(body))) {
      try {
        refuse(response);
        InputStream counted = Counted.input(watched.watch(body), traffic::received);
        FrameInput message = new FrameInput(settings.limit().slow(counted), request.reply());
        T value = reply.read(message);
        message.expectEnd();
        return value;
      } catch (IOException failed) {
        throw StallWatch.explain(watched, name, failed);
      }
    }
  }

  private void refuse(HttpResponse<InputStream> response) throws IOException {
    int status = response.statusCode();
    if (status == 200) {
      return;
    }
    byte[] text = response.body().readNBytes(Bounds.MESSAGE);
    String said = Fault.harmless(new String(text, StandardCharsets.UTF_8)).strip();
    String message = name + " answers " + status + ": " + said;
    switch (status) {
      case 401, 403 ->
          throw Fault.invalid(message + "; give the token with --token-file or HEDDLE_TOKEN");
      case 502, 503, 504 -> throw new CutException(message);
      default -> throw new StoreException(StoreException.Kind.NOT_FOUND, message);
    }
  }

  private static void closeQuietly(InputStream body) {
    try {
      body.close();
    } catch (IOException gone) {
      // It is closed.
    }
  }

  private CutException cut(Exception failed) {
    boolean nobody = failed instanceof ConnectException;
    String why =
        nobody ? "nobody listens there" : Objects.requireNonNullElse(failed.getMessage(), "cut");
    return new CutException(name + ": " + why, failed);
  }

  @Override
  public void close() {
    watch.close();
    client.shutdownNow();
  }
}
