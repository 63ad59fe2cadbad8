package org.heddle.controller;

import com.sun.net.httpserver.HttpExchange;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.Semaphore;
import org.heddle.api.FarmApi.BuildRequest;
import org.heddle.api.FarmApi.BuildView;
import org.heddle.api.FarmApi.FarmView;
import org.heddle.api.FarmApi.ImageDetail;
import org.heddle.api.FarmApi.ImageView;
import org.heddle.api.GridApi.Problem;
import org.heddle.api.Json;

/** The farm of a scripted agent: every build is done when it is looked at the second time. */
final class ScriptedFarm {
  static final String DIGEST = "d1".repeat(32);
  static final String FILE = "0123456789";

  private final List<String> asked = new CopyOnWriteArrayList<>();
  private final Map<String, BuildRequest> builds = new ConcurrentHashMap<>();
  private final List<String> looked = new CopyOnWriteArrayList<>();

  /** One for each build with an id that begins so which may be answered. */
  final Semaphore slow = new Semaphore(0);

  /** {@code METHOD PATH} of each request, in order. */
  List<String> asked() {
    return asked;
  }

  BuildRequest request(String id) {
    return Optional.ofNullable(builds.get(id)).orElseThrow();
  }

  BuildRequest only() {
    return builds.values().iterator().next();
  }

  void forget() {
    asked.clear();
    builds.clear();
    looked.clear();
  }

  void handle(HttpExchange exchange) throws IOException {
    try (exchange) {
      String path = exchange.getRequestURI().getPath().substring("/v1/farm".length());
      String what = exchange.getRequestMethod() + " " + path;
      asked.add(what);
      byte[] body = exchange.getRequestBody().readAllBytes();
      String id = path.substring(path.lastIndexOf('/') + 1);
      if (what.equals("GET ")) {
        answer(exchange, 200, farm());
      } else if (what.equals("GET /images")) {
        answer(exchange, 200, List.of(image()));
      } else if (what.startsWith("PUT /builds/")) {
        builds.put(id, Json.read(body, BuildRequest.class));
        if (id.startsWith("slow")) {
          slow.acquireUninterruptibly();
        }
        answer(exchange, 202, view(id, "building"));
      } else if (what.startsWith("GET /builds/") && builds.containsKey(id)) {
        looked.add(id);
        boolean again = looked.stream().filter(id::equals).count() > 1;
        answer(exchange, 200, view(id, again ? "done" : "building"));
      } else if (what.startsWith("DELETE /builds/") && builds.containsKey(id)) {
        answer(exchange, 200, view(id, "cancelled"));
      } else if (what.endsWith("/stream")) {
        exchange.getResponseHeaders().set("Content-Type", "text/event-stream");
        write(exchange, 200, ("event: build\ndata: " + Json.write(view("s", "done")) + "\n\n"));
      } else if (List.of("GET /images/web", "GET /images/" + DIGEST).contains(what)) {
        answer(
            exchange, 200, new ImageDetail(image(), "root.tar", List.of(), List.of(), List.of()));
      } else if (what.endsWith("/file")) {
        file(exchange);
      } else if (what.equals("DELETE /images/web")) {
        exchange.sendResponseHeaders(204, -1);
      } else {
        answer(exchange, 404, new Problem("not-found", "not found", 404, "no " + what, ""));
      }
    }
  }

  private static FarmView farm() {
    return new FarmView(
        List.of("host1"),
        List.of("tiny", "web"),
        List.of("debian/bookworm", "scratch"),
        List.of("tiny"),
        "thekey");
  }

  private static ImageView image() {
    return new ImageView("tiny", "web", DIGEST, "scratch", "amd64", "qcow2", 10, 1);
  }

  private static BuildView view(String id, String state) {
    return new BuildView(
        id, state, "web", DIGEST, "", false, "", 50, List.of(), 10, 1.5, Optional.empty());
  }

  private static void file(HttpExchange exchange) throws IOException {
    String range = exchange.getRequestHeaders().getFirst("Range");
    exchange.getResponseHeaders().set("ETag", "\"e\"");
    if (range == null) {
      write(exchange, 200, FILE);
    } else {
      exchange.getResponseHeaders().set("Content-Range", "bytes 2-4/10");
      write(exchange, 206, FILE.substring(2, 5));
    }
  }

  private static void answer(HttpExchange exchange, int status, Object body) throws IOException {
    exchange.getResponseHeaders().set("Content-Type", "application/json");
    write(exchange, status, Json.write(body));
  }

  private static void write(HttpExchange exchange, int status, String text) throws IOException {
    byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
    exchange.sendResponseHeaders(status, bytes.length);
    exchange.getResponseBody().write(bytes);
  }
}
