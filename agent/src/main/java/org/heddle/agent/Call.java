package org.heddle.agent;

import com.sun.net.httpserver.HttpExchange;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.util.List;
import java.util.Optional;
import org.heddle.api.ApiException;
import org.heddle.api.GridApi.Problem;
import org.heddle.api.Json;
import org.heddle.model.MachineId;
import tools.jackson.core.JacksonException;

/** One request to the agent's API and its answer. */
final class Call {
  /** The largest body is an operation with the launch of a machine of a vjob of a thousand. */
  private static final int MAX_BODY = 1024 * 1024;

  private final HttpExchange exchange;
  private final List<String> path;

  Call(HttpExchange exchange) {
    this.exchange = exchange;
    this.path = List.of(exchange.getRequestURI().getPath().substring(1).split("/", -1));
  }

  String method() {
    return exchange.getRequestMethod();
  }

  /** The parts of the path. */
  List<String> path() {
    return path;
  }

  MachineId machine(int part) throws ApiException {
    try {
      return MachineId.parse(path.get(part));
    } catch (IllegalArgumentException refused) {
      throw Problems.invalid(String.valueOf(refused.getMessage()), "machine");
    }
  }

  /** A name that is safe as part of a file's name. */
  String name(int part) throws ApiException {
    String name = path.get(part);
    if (!Image.validName(name)) {
      throw Problems.invalid("'" + name + "' is no name", "");
    }
    return name;
  }

  /** The value of a parameter of the query, or the given one. */
  String query(String parameter, String otherwise) {
    String query = exchange.getRequestURI().getQuery();
    if (query != null) {
      for (String pair : query.split("&", -1)) {
        if (pair.startsWith(parameter + "=")) {
          return pair.substring(parameter.length() + 1);
        }
      }
    }
    return otherwise;
  }

  /** A header of the request. */
  Optional<String> header(String name) {
    return Optional.ofNullable(exchange.getRequestHeaders().getFirst(name));
  }

  InputStream body() {
    return exchange.getRequestBody();
  }

  <T> T body(Class<T> type) throws IOException {
    return body(type, MAX_BODY);
  }

  <T> T body(Class<T> type, int most) throws IOException {
    byte[] bytes = exchange.getRequestBody().readNBytes(most + 1);
    if (bytes.length > most) {
      throw Problems.invalid("the body is longer than " + most + " bytes", "");
    }
    try {
      return Json.read(bytes, type);
    } catch (JacksonException refused) {
      throw Problems.invalid(String.valueOf(refused.getOriginalMessage()), Json.field(refused));
    }
  }

  void answer(int status, Object body) throws IOException {
    byte[] bytes = Json.bytes(body);
    exchange.getResponseHeaders().set("Content-Type", "application/json");
    exchange.sendResponseHeaders(status, bytes.length);
    exchange.getResponseBody().write(bytes);
  }

  void refuse(Problem problem) throws IOException {
    byte[] bytes = Json.bytes(problem);
    exchange.getResponseHeaders().set("Content-Type", "application/problem+json");
    exchange.sendResponseHeaders(problem.status(), bytes.length);
    exchange.getResponseBody().write(bytes);
  }

  void header(String name, String value) {
    exchange.getResponseHeaders().set(name, value);
  }

  void done() throws IOException {
    exchange.sendResponseHeaders(204, -1);
  }

  /** A long answer; what is written is sent as it comes. */
  OutputStream stream(String type) throws IOException {
    exchange.getResponseHeaders().set("Content-Type", type);
    exchange.sendResponseHeaders(200, 0);
    OutputStream body = exchange.getResponseBody();
    body.flush(); // the head: it may be long until there is something to say
    return body;
  }

  /** A long answer of known length. */
  OutputStream stream(String type, long length) throws IOException {
    return stream(200, type, length);
  }

  OutputStream stream(int status, String type, long length) throws IOException {
    exchange.getResponseHeaders().set("Content-Type", type);
    exchange.sendResponseHeaders(status, length == 0 ? -1 : length);
    return exchange.getResponseBody();
  }

  /** Ends the connection, whatever another thread waits for on it. */
  void disconnect() {
    exchange.close();
  }

  /** Whether an answer has begun, so that no other can be given. */
  boolean answered() {
    return exchange.getResponseCode() >= 0;
  }
}
