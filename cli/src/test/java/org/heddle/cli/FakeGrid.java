package org.heddle.cli;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import org.heddle.api.GridApi.Problem;
import org.heddle.api.Json;

/** A controller that answers what it was told to, and remembers what it was asked. */
final class FakeGrid implements AutoCloseable {
  static final String TOKEN = "t0ken";

  private record Answer(int status, String body) {}

  private final HttpServer server;
  private final ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor();
  private final Map<String, Queue<Answer>> answers = new HashMap<>();
  private final List<String> asked = Collections.synchronizedList(new ArrayList<>());

  FakeGrid() throws IOException {
    server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
    server.setExecutor(threads);
    server.createContext("/", this::serve);
    server.start();
  }

  String url() {
    return "http://127.0.0.1:" + server.getAddress().getPort();
  }

  /** Answers to {@code GET /v1/..}; of several the last one is given again and again. */
  FakeGrid on(String request, Object... bodies) {
    for (Object body : bodies) {
      add(request, new Answer(200, Json.write(body)));
    }
    return this;
  }

  /** The same for all builds, whatever their id; the last one that was told counts. */
  FakeGrid onAny(String request, int status, Object body) {
    return any(request, new Answer(status, Json.write(body)));
  }

  FakeGrid onAnyText(String request, String body) {
    return any(request, new Answer(200, body));
  }

  private FakeGrid any(String request, Answer answer) {
    synchronized (answers) {
      answers.put(request, new ArrayDeque<>(List.of(answer)));
    }
    return this;
  }

  FakeGrid text(String request, String... bodies) {
    for (String body : bodies) {
      add(request, new Answer(200, body));
    }
    return this;
  }

  FakeGrid refuse(String request, Problem problem) {
    add(request, new Answer(problem.status(), Json.write(problem)));
    return this;
  }

  /** {@code METHOD PATH BODY} of each request, in order. */
  List<String> asked() {
    return List.copyOf(asked);
  }

  private void add(String request, Answer answer) {
    synchronized (answers) {
      answers.computeIfAbsent(request, _ -> new ArrayDeque<>()).add(answer);
    }
  }

  private Answer next(String request) {
    synchronized (answers) {
      Queue<Answer> waiting = answers.getOrDefault(request, new ArrayDeque<>());
      Answer next = waiting.size() > 1 ? waiting.remove() : waiting.peek();
      return next == null ? problem("not-found", 404, "nothing at " + request) : next;
    }
  }

  private void serve(HttpExchange exchange) {
    try (exchange) {
      String body = new String(exchange.getRequestBody().readAllBytes(), StandardCharsets.UTF_8);
      String request = exchange.getRequestMethod() + " " + exchange.getRequestURI();
      asked.add((request + " " + body).strip());
      String token = exchange.getRequestHeaders().getFirst("Authorization");
      Answer answer =
          ("Bearer " + TOKEN).equals(token)
              ? next(withoutId(request))
              : problem("denied", 401, "the token is not the grid's");
      byte[] bytes = answer.body.getBytes(StandardCharsets.UTF_8);
      exchange.sendResponseHeaders(answer.status, bytes.length == 0 ? -1 : bytes.length);
      exchange.getResponseBody().write(bytes);
    } catch (IOException broken) {
      throw new UncheckedIOException(broken);
    }
  }

  /** Builds have ids by chance. */
  private static String withoutId(String request) {
    return request
        .replaceAll("(/v1/builds/)[0-9a-f-]{36}/(stream).*", "$1$2")
        .replaceAll("(/v1/builds/)[0-9a-f-]{36}", "$1");
  }

  private static Answer problem(String type, int status, String detail) {
    return new Answer(status, Json.write(new Problem(type, type, status, detail, "")));
  }

  @Override
  public void close() {
    server.stop(0);
    threads.shutdownNow();
  }
}
