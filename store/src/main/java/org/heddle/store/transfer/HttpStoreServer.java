package org.heddle.store.transfer;

import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import org.heddle.store.Store;

/** Serves a store over HTTP until it is closed. */
public final class HttpStoreServer implements AutoCloseable {
  /** Requests at once: each may hold a block before and after compression. */
  private static final int AT_ONCE = 32;

  private static final long PATIENCE_S = 10;
  private static final int BACKLOG = 128;

  private final HttpServer server;
  private final ExecutorService threads;
  private final HttpStoreHandler handler;

  private HttpStoreServer(HttpServer server, Store store, ServeSettings settings) {
    this.server = server;
    this.handler = new HttpStoreHandler(store, settings, AT_ONCE);
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
    http.createContext("/", server.handler);
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
    return handler.bytesSent();
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
    handler.close();
  }
}
