package org.heddle.agent;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.atomic.AtomicLong;

/** Between an agent and those who ask it: counts what it answers, and cuts the link. */
final class CuttingProxy implements AutoCloseable {
  private final HttpServer server;
  private final ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor();
  private final HttpClient client = HttpClient.newHttpClient();
  private final String target;
  private final AtomicLong left = new AtomicLong(Long.MAX_VALUE);
  private final AtomicLong passed = new AtomicLong();

  CuttingProxy(String target) throws IOException {
    this.target = target;
    this.server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
    server.setExecutor(threads);
    server.createContext("/", this::pass);
    server.start();
  }

  String url() {
    return "http://127.0.0.1:" + server.getAddress().getPort();
  }

  /** After so many bytes of answers the link is dead, until this is called again. */
  void cutAfter(long bytes) {
    left.set(bytes);
  }

  /** Bytes of answers so far. */
  long passed() {
    return passed.get();
  }

  private void pass(HttpExchange exchange) throws IOException {
    try (exchange) {
      HttpRequest.Builder request =
          HttpRequest.newBuilder(URI.create(target + exchange.getRequestURI()))
              .header("Authorization", exchange.getRequestHeaders().getFirst("Authorization"))
              .method(
                  exchange.getRequestMethod(),
                  HttpRequest.BodyPublishers.ofByteArray(exchange.getRequestBody().readAllBytes()));
      HttpResponse<InputStream> answer =
          client.send(request.build(), HttpResponse.BodyHandlers.ofInputStream());
      if (left.get() <= 0) {
        return;
      }
      exchange.sendResponseHeaders(answer.statusCode(), 0);
      copy(answer.body(), exchange.getResponseBody());
    } catch (InterruptedException closing) {
      Thread.currentThread().interrupt();
    }
  }

  private void copy(InputStream from, OutputStream to) throws IOException {
    byte[] buffer = new byte[4096];
    try (from) {
      for (int count = from.read(buffer); count >= 0; count = from.read(buffer)) {
        if (left.addAndGet(-count) < 0) {
          to.flush();
          throw new IOException("cut");
        }
        passed.addAndGet(count);
        to.write(buffer, 0, count);
      }
      to.close();
    }
  }

  @Override
  public void close() {
    server.stop(0);
    threads.shutdownNow();
    client.shutdownNow();
  }
}
