package org.heddle.agent;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import org.heddle.api.ApiException;
import org.heddle.api.GridApi.Problem;
import org.heddle.drivers.DriverException;
import org.heddle.store.transfer.HttpStoreHandler;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The agent's HTTP server: who may call, a thread for each call, errors as problems. */
final class AgentServer implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(AgentServer.class);

  /** What does the work of a call. */
  interface Routes {
    void handle(Call call) throws IOException, DriverException, InterruptedException;
  }

  private final HttpServer server;
  private final ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor();
  private final byte[] authorization;
  private final Routes routes;

  /**
   * @param content serves the content store; asks for the token itself
   */
  AgentServer(InetSocketAddress listen, String token, Routes routes, HttpStoreHandler content)
      throws IOException {
    tune();
    this.authorization = ("Bearer " + token).getBytes(StandardCharsets.UTF_8);
    this.routes = routes;
    this.server = HttpServer.create(listen, 0);
    server.setExecutor(threads);
    server.createContext("/", this::handle);
    server.createContext(HttpStoreHandler.PATH, content);
  }

  /**
   * Settings that the JDK's server takes from system properties only: no waiting for more to send
   * (40 ms for each answer otherwise), kept connections live longer here than in java.net.http (30
   * s) so that no request meets a closing one, and a bound on connections.
   */
  private static void tune() {
    System.setProperty("sun.net.httpserver.nodelay", "true");
    System.setProperty("sun.net.httpserver.idleInterval", "120");
    System.setProperty("jdk.httpserver.maxConnections", "256");
  }

  void start() {
    server.start();
  }

  int port() {
    return server.getAddress().getPort();
  }

  @Override
  public void close() {
    server.stop(0);
    threads.shutdownNow();
  }

  private void handle(HttpExchange exchange) {
    Call call = new Call(exchange);
    try (exchange) {
      answer(call, exchange.getRequestHeaders().getFirst("Authorization"));
    } catch (IOException gone) {
      LOG.debug("{} {}: {}", call.method(), exchange.getRequestURI(), gone.getMessage());
    } catch (InterruptedException closing) {
      Thread.currentThread().interrupt();
    }
  }

  private void answer(Call call, @Nullable String presented)
      throws IOException, InterruptedException {
    try {
      authenticate(presented);
      routes.handle(call);
    } catch (ApiException refused) {
      refuse(call, refused.problem());
    } catch (DriverException failed) {
      refuse(call, Problems.of(failed).problem());
    } catch (RuntimeException bug) {
      LOG.error("{} {}", call.method(), call.path(), bug);
      refuse(call, new Problem("failed", "fault in the agent", 500, "see the agent's log", ""));
    }
  }

  private void authenticate(@Nullable String presented) throws ApiException {
    if (presented == null) {
      throw new ApiException(
          new Problem("denied", "unauthorized", 401, "send Authorization: Bearer TOKEN", ""));
    }
    if (!MessageDigest.isEqual(presented.getBytes(StandardCharsets.UTF_8), authorization)) {
      throw new ApiException(
          new Problem("denied", "forbidden", 403, "this agent was started with another token", ""));
    }
  }

  /** What breaks in the middle of an answer can only be told by breaking it off. */
  private static void refuse(Call call, Problem problem) throws IOException {
    if (call.answered()) {
      throw new IOException(problem.detail());
    }
    call.refuse(problem);
  }
}
