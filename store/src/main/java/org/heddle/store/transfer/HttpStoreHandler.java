package org.heddle.store.transfer;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpHandler;
import java.io.BufferedOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.net.InetAddress;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.time.Duration;
import java.util.concurrent.atomic.LongAdder;
import org.heddle.store.Store;

/** Serves a store as a part of an HTTP server: to be put at {@link #PATH}. Safe for threads. */
public final class HttpStoreHandler implements HttpHandler, AutoCloseable {
  /** The one address that requests go to; its number is the protocol's version. */
  public static final String PATH = "/heddle/store/2";

  /** Who gets no place for so long is told to come later; less than callers wait for an answer. */
  private static final Duration WAIT = Duration.ofSeconds(30);

  private final Responder responder;
  private final ServeSettings settings;
  private final Places places;
  private final Impatience impatience;
  private final LongAdder sent = new LongAdder();

  /**
   * @param atOnce requests at once: each may hold a block before and after compression
   */
  public HttpStoreHandler(Store store, ServeSettings settings, int atOnce) {
    this(store, settings, atOnce, WAIT);
  }

  HttpStoreHandler(Store store, ServeSettings settings, int atOnce, Duration wait) {
    this.settings = settings;
    this.responder = new Responder(store, settings.readOnly(), settings.idle());
    this.places = new Places(atOnce, wait);
    this.impatience = new Impatience(settings.stall());
  }

  /** Bytes of replies so far. */
  public long bytesSent() {
    return sent.sum();
  }

  @Override
  public void handle(HttpExchange exchange) throws IOException {
    try (exchange) {
      if (!exchange.getRequestURI().getPath().equals(PATH)) {
        refuse(exchange, 404, "there is nothing here: a store of version 2 is at " + PATH);
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
    InetAddress caller = exchange.getRemoteAddress().getAddress();
    if (!place(caller)) {
      refuse(exchange, 503, "too much is asked for at once: come again");
      return;
    }
    try {
      exchange.getResponseHeaders().set("Content-Type", "application/octet-stream");
      OutputStream out = new Lazy(exchange, impatience);
      responder.answer(
          impatience.input(exchange.getRequestBody()),
          settings.limit().slow(new Counted(out, sent::add)));
      out.close();
    } finally {
      places.giveBack(caller);
    }
  }

  private boolean place(InetAddress caller) {
    try {
      return places.take(caller);
    } catch (InterruptedException closing) {
      Thread.currentThread().interrupt();
      return false;
    }
  }

  /** Sends the status with the first byte of the reply, when the request has been read. */
  private static final class Lazy extends OutputStream {
    private final HttpExchange exchange;
    private final Impatience impatience;
    private @org.jspecify.annotations.Nullable OutputStream out;

    Lazy(HttpExchange exchange, Impatience impatience) {
      this.exchange = exchange;
      this.impatience = impatience;
    }

    private OutputStream begun() throws IOException {
      OutputStream begun = out;
      if (begun == null) {
        exchange.sendResponseHeaders(200, 0);
        begun = new BufferedOutputStream(impatience.output(exchange.getResponseBody()), 1 << 16);
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

  /** What was pushed is made durable. No request may be under way. */
  @Override
  public void close() throws IOException {
    impatience.close();
    responder.close();
  }
}
