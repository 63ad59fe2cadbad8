package org.heddle.controller;

import io.javalin.Javalin;
import io.javalin.compression.CompressionStrategy;
import io.javalin.config.JavalinConfig;
import io.javalin.http.Context;
import io.javalin.http.HandlerType;
import io.javalin.http.HttpResponseException;
import io.javalin.http.NotFoundResponse;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.eclipse.jetty.server.Server;
import org.eclipse.jetty.server.ServerConnector;
import org.heddle.api.ApiException;
import org.heddle.api.GridApi.Problem;
import org.heddle.api.Json;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import tools.jackson.core.JacksonException;

/**
 * The HTTP server of the API: listens, asks for the token, bounds bodies, and turns every failure
 * into a {@link Problem}. What the routes do is in {@link Route}s.
 */
final class Web implements AutoCloseable {
  /** The only route without a token: the description of the API tells nothing of the grid. */
  static final String OPEN = "/v1/openapi.json";

  private static final int LONGEST_BODY = 1 << 20;

  /** Streams that are silent for longer are ended by the server; clients connect again. */
  private static final long IDLE_MS = 3_600_000;

  private static final String BEARER = "Bearer ";
  private static final Logger log = LoggerFactory.getLogger(Web.class);

  private final byte[] token;
  private final Javalin javalin;
  private final List<ServerConnector> connectors = new ArrayList<>();

  /** What a route does. */
  interface Action {
    void handle(Context context) throws IOException, InterruptedException;
  }

  /** One route; {@code path} with parameters in braces. */
  record Route(HandlerType method, String path, Action action) {
    static Route get(String path, Action action) {
      return new Route(HandlerType.GET, path, action);
    }

    static Route post(String path, Action action) {
      return new Route(HandlerType.POST, path, action);
    }

    static Route delete(String path, Action action) {
      return new Route(HandlerType.DELETE, path, action);
    }

    static Route put(String path, Action action) {
      return new Route(HandlerType.PUT, path, action);
    }
  }

  private Web(List<InetSocketAddress> listen, String token, List<Route> routes) {
    this.token = token.getBytes(StandardCharsets.UTF_8);
    this.javalin = Javalin.create(config -> configure(config, listen, routes));
  }

  /**
   * @throws IOException when an address cannot be listened on
   */
  static Web start(List<InetSocketAddress> listen, String token, List<Route> routes)
      throws IOException {
    Web web = new Web(listen, token, routes);
    try {
      web.javalin.start();
      return web;
    } catch (RuntimeException failed) {
      web.close();
      String where = listen.toString();
      throw new IOException("cannot listen on " + where + ": " + reason(failed), failed);
    }
  }

  private static String reason(Throwable failure) {
    Throwable deepest = failure;
    while (deepest.getCause() != null) {
      deepest = deepest.getCause();
    }
    return String.valueOf(deepest.getMessage());
  }

  private void configure(JavalinConfig config, List<InetSocketAddress> listen, List<Route> routes) {
    config.startup.showJavalinBanner = false;
    config.startup.showOldJavalinVersionWarning = false;
    config.startup.startupWatcherEnabled = false;
    config.concurrency.useVirtualThreads = true;
    config.http.compressionStrategy = CompressionStrategy.NONE;
    config.http.maxRequestSize = LONGEST_BODY;
    for (InetSocketAddress address : listen) {
      config.jetty.addConnector((server, http) -> connector(server, address));
    }
    config.routes.before(this::authorize);
    for (Route route : routes) {
      config.routes.addHttpHandler(
          route.method(), route.path(), context -> route.action().handle(context));
    }
    config.routes.exception(HttpResponseException.class, Web::answer);
    config.routes.exception(Exception.class, Web::answer);
  }

  private ServerConnector connector(Server server, InetSocketAddress address) {
    ServerConnector connector = new ServerConnector(server, 1, 1);
    connector.setHost(address.getHostString());
    connector.setPort(address.getPort());
    connector.setIdleTimeout(IDLE_MS);
    connectors.add(connector);
    return connector;
  }

  /** Where it listens, with the ports that were free. */
  List<InetSocketAddress> addresses() {
    return connectors.stream()
        .map(it -> new InetSocketAddress(it.getHost(), it.getLocalPort()))
        .toList();
  }

  private void authorize(Context context) {
    if (context.path().equals(OPEN)) {
      return;
    }
    String header = context.header("Authorization");
    if (header == null || !header.startsWith(BEARER)) {
      context.header("WWW-Authenticate", "Bearer");
      Problem problem =
          new Problem("denied", "Denied", 401, "send the header 'Authorization: Bearer TOKEN'", "");
      write(context, problem);
      context.skipRemainingHandlers();
      return;
    }
    byte[] given = header.substring(BEARER.length()).strip().getBytes(StandardCharsets.UTF_8);
    if (!MessageDigest.isEqual(given, token)) {
      write(context, Refused.problem("denied", "", "the token is not this grid's"));
      context.skipRemainingHandlers();
    }
  }

  private static void answer(Exception failure, Context context) {
    write(context, problem(failure, context));
  }

  private static Problem problem(Exception failure, Context context) {
    return switch (failure) {
      case Refused refused -> refused.problem();
      case JacksonException unreadable ->
          Refused.problem("invalid", Json.field(unreadable), said(unreadable));
      case ApiException agent -> agent.problem();
      case NotFoundResponse _ -> {
        String what = context.method() + " " + context.path();
        yield Refused.problem("not-found", "", "there is no " + what + "; see " + OPEN);
      }
      case HttpResponseException http ->
          new Problem(
              "invalid", "Invalid", http.getStatus(), String.valueOf(http.getMessage()), "");
      case IOException broken ->
          Refused.problem("unreachable", "", "the host's agent: " + broken.getMessage());
      case InterruptedException _ ->
          Refused.problem("unreachable", "", "the controller is stopping");
      default -> {
        log.error("{} {} failed", context.method(), context.path(), failure);
        yield Refused.problem("failed", "", "a fault of the controller; its log says more");
      }
    };
  }

  /** The rule that was broken when a record refused a value, else what the parser says. */
  private static String said(JacksonException unreadable) {
    Throwable cause = unreadable.getCause();
    return cause instanceof IllegalArgumentException
        ? String.valueOf(cause.getMessage())
        : unreadable.getOriginalMessage();
  }

  private static void write(Context context, Problem problem) {
    context.status(problem.status());
    context.contentType("application/problem+json");
    context.result(Json.bytes(problem));
  }

  /** Answers with a record. */
  static void json(Context context, int status, Object body) {
    context.status(status);
    context.contentType("application/json");
    context.result(Json.bytes(body));
  }

  /** The request's body, within bounds. */
  static byte[] body(Context context) throws IOException {
    return body(context, LONGEST_BODY);
  }

  static byte[] body(Context context, int most) throws IOException {
    try (InputStream in = context.bodyInputStream()) {
      byte[] bytes = in.readNBytes(most + 1);
      if (bytes.length > most) {
        throw new HttpResponseException(413, "the body is longer than " + most + " bytes");
      }
      return bytes;
    }
  }

  static <T> T body(Context context, Class<T> type) throws IOException {
    return Json.read(body(context), type);
  }

  /** Whether only the plan is asked for. */
  static boolean dryRun(Context context) {
    return flag(context, "dryRun");
  }

  static boolean flag(Context context, String name) {
    return switch (Optional.ofNullable(context.queryParam(name)).orElse("false")) {
      case "true", "" -> true;
      case "false" -> false;
      default -> throw Refused.of("invalid", name, "write " + name + "=true or " + name + "=false");
    };
  }

  static long number(Context context, String name, long absent) {
    String text = context.queryParam(name);
    if (text == null) {
      return absent;
    }
    try {
      long number = Long.parseLong(text);
      if (number >= 0) {
        return number;
      }
    } catch (NumberFormatException _) {
      // told below
    }
    throw Refused.of("invalid", name, "'" + text + "': write a whole number from 0");
  }

  /** Begins an answer that is written bit by bit. */
  static OutputStream stream(Context context, String type) throws IOException {
    var response = context.res();
    response.setStatus(200);
    response.setContentType(type);
    response.setHeader("Cache-Control", "no-store");
    response.flushBuffer();
    return response.getOutputStream();
  }

  @Override
  public void close() {
    javalin.stop();
  }
}
