package org.heddle.store.transfer;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import java.io.BufferedOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.LongAdder;
import org.heddle.store.Store;

/** Serves a store over HTTP until it is closed. */
public final class HttpStoreServer implements AutoCloseable {
  /** The one address that requests go to; its number is the protocol's version. */
  static final String PATH = "/heddle/store/1";

  /** Requests at once: each may hold a block before and after compression. */
  private static final int AT_ONCE = 32;

  private static final long PATIENCE_S = 10;
  private static final int BACKLOG = 128;

  private final HttpServer server;
  private final ExecutorService threads;
  private final Responder responder;
  private final ServeSettings settings;
  private final Semaphore free = new Semaphore(AT_ONCE, true);
  private final LongAdder sent = new LongAdder();

  private HttpStoreServer(HttpServer server, Store store, ServeSettings settings) {
    this.server = server;
    this.settings = settings;
    this.responder = new Responder(store, settings.readOnly(), settings.idle());
    this.threads = Executors.newVirtualThreadPerTaskExecutor();
  }

  /**
   * Starts to serve.
   *
   * @throws IOException if the address is taken or not of this machine
   */
  public static HttpStoreServer start(
      Store store, InetSocketAddress address, ServeSettings settings) throws IOException {
    HttpServer http = HttpServer.create(address, BACKLOG);
    HttpStoreServer server = new HttpStoreServer(http, store, settings);
    http.createContext("/", server::answer);
    http.setExecutor(server.threads);
    http.start();
    return server;
  }

  /** Where it listens, with the port that was chosen if 0 was asked for. */
  public InetSocketAddress address() {
    return server.getAddress();
  }

  /** Bytes of replies so far. */
  public long bytesSent() {
    return sent.sum();
  }

  private void answer(HttpExchange exchange) throws IOException {
    try (exchange) {
      if (!exchange.getRequestURI().getPath().equals(PATH)) {
        refuse(exchange, 404, "there is nothing here: a store of version 1 is at " + PATH);
      } else if (!allowed(exchange)) {
        refuse(exchange, 401, "the token is missing or wrong");
      } else if (!exchange.getRequestMethod().equals("POST")) {
        refuse(exchange, 405, "requests are POSTed");
      } else {
        serve(exchange);
      }
    }
  }

  private void serve(HttpExchange exchange) throws IOException {
    free.acquireUninterruptibly();
    try {
      exchange.getResponseHeaders().set("Content-Type", "application/octet-stream");
      OutputStream out = new Lazy(exchange);
      responder.answer(
          exchange.getRequestBody(), settings.limit().slow(new Counted(out, sent::add)));
      out.close();
    } finally {
      free.release();
    }
  }

  /** Sends the status with the first byte of the reply, when the request has been read. */
  private static final class Lazy extends OutputStream {
    private final HttpExchange exchange;
    private @org.jspecify.annotations.Nullable OutputStream out;

    Lazy(HttpExchange exchange) {
      this.exchange = exchange;
    }

    private OutputStream begun() throws IOException {
      OutputStream begun = out;
      if (begun == null) {
        exchange.sendResponseHeaders(200, 0);
        begun = new BufferedOutputStream(exchange.getResponseBody(), 1 << 16);
        out = begun;
      }
      return begun;
    }

    @Override
    public void write(int value) throws IOException {
      begun().write(value);
    }

    @Override
    public void write(byte[] from, int offset, int length) throws IOException {
      begun().write(from, offset, length);
    }

    @Override
    public void flush() throws IOException {
      begun().flush();
    }

    @Override
    public void close() throws IOException {
      begun().close();
    }
  }

  private boolean allowed(HttpExchange exchange) {
    if (settings.token().isEmpty()) {
      return true;
    }
    String given = exchange.getRequestHeaders().getFirst("Authorization");
    byte[] expected = ("Bearer " + settings.token().get()).getBytes(StandardCharsets.UTF_8);
    return given != null && MessageDigest.isEqual(expected, given.getBytes(StandardCharsets.UTF_8));
  }

  private static void refuse(HttpExchange exchange, int status, String text) throws IOException {
    byte[] bytes = (text + "\n").getBytes(StandardCharsets.UTF_8);
    exchange.getResponseHeaders().set("Content-Type", "text/plain; charset=utf-8");
    exchange.sendResponseHeaders(status, bytes.length);
    exchange.getResponseBody().write(bytes);
  }

  /** Ends connections; what was pushed is made durable. */
  @Override
  public void close() throws IOException {
    server.stop(0);
    threads.shutdown();
    try {
      // An interrupt in the middle of a write would close the file that others write too.
      if (!threads.awaitTermination(PATIENCE_S, TimeUnit.SECONDS)) {
        threads.shutdownNow();
      }
    } catch (InterruptedException hurried) {
      Thread.currentThread().interrupt();
    }
    responder.close();
  }
}
