package org.heddle.store.transfer;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import org.heddle.store.ChunkRef;
import org.heddle.store.IndexReader;
import org.heddle.store.Store;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** A server that answers one request at a time must not wait for ever for a caller that is gone. */
@Timeout(value = 2, unit = TimeUnit.MINUTES)
final class VanishedCallerTest {
  private static final int MORE_THAN_SOCKETS_HOLD = 40 << 20;

  @TempDir private Path folder;
  private Store store;
  private HttpServer server;
  private HttpStoreHandler handler;
  private ExecutorService threads;
  private byte[] fetch;

  @BeforeEach
  void prepare() throws IOException {
    byte[] data = new byte[MORE_THAN_SOCKETS_HOLD];
    new Random(51).nextBytes(data);
    store = Sample.store(folder.resolve("there"), data);
    fetch = fetchAll();
    serve(1, Duration.ofMillis(500), Duration.ofMinutes(10));
  }

  private void serve(int atOnce, Duration stall, Duration wait) throws IOException {
    handler = new HttpStoreHandler(store, ServeSettings.open().impatient(stall), atOnce, wait);
    server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
    server.createContext("/", handler);
    threads = Executors.newVirtualThreadPerTaskExecutor();
    server.setExecutor(threads);
    server.start();
  }

  @AfterEach
  void stop() throws IOException {
    server.stop(0);
    threads.shutdown();
    handler.close();
  }

  private byte[] fetchAll() throws IOException {
    List<ChunkRef> all = new ArrayList<>();
    try (IndexReader index = store.index(Sample.NAME)) {
      index.eachChunk(all::add);
    }
    return Request.fetch(all).open().readAllBytes();
  }

  /** Sends so many bytes of a request for everything. */
  private Socket ask(int bytes) throws IOException {
    return ask(bytes, "127.0.0.1");
  }

  private Socket ask(int bytes, String from) throws IOException {
    Socket socket = new Socket();
    socket.bind(new InetSocketAddress(from, 0));
    socket.setReceiveBufferSize(8 << 10);
    socket.connect(server.getAddress());
    String head =
        "POST %s HTTP/1.1\r\nHost: here\r\nContent-Length: %d\r\n\r\n"
            .formatted(HttpStoreHandler.PATH, fetch.length);
    OutputStream out = socket.getOutputStream();
    out.write(head.getBytes(US_ASCII));
    out.write(fetch, 0, bytes);
    out.flush();
    return socket;
  }

  private void assertOthersAreServed() throws IOException {
    Store here = Store.openOrCreate(folder.resolve("here"));
    TransferReport report =
        Sample.pull(here, Sample.at(server.getAddress().getPort()), Sample.once());
    assertThat(report.chunks()).isPositive();
  }

  @Test
  void oneThatTakesNoReply() throws Exception {
    try (Socket _ = ask(fetch.length)) {
      while (handler.bytesSent() == 0) {
        Thread.sleep(10);
      }
      assertOthersAreServed();
    }
  }

  private void serveAgain(int atOnce, Duration wait) throws IOException {
    stop();
    // Who takes nothing keeps his place.
    serve(atOnce, Duration.ofMinutes(10), wait);
  }

  private void awaitReply() throws InterruptedException {
    while (handler.bytesSent() == 0) {
      Thread.sleep(10);
    }
  }

  @Test
  void whoGetsNoPlaceIsToldToComeAgain() throws Exception {
    serveAgain(1, Duration.ofMillis(100));
    try (Socket _ = ask(fetch.length)) {
      awaitReply();
      assertThatThrownBy(this::assertOthersAreServed)
          .isInstanceOf(CutException.class)
          .hasMessageContaining("come again");
    }
  }

  @Test
  void thoseOfOneAddressDoNotHoldAllPlaces() throws Exception {
    serveAgain(2, Duration.ofMinutes(10));
    try (Socket _ = ask(fetch.length, "127.0.0.2");
        Socket _ = ask(fetch.length, "127.0.0.2");
        Socket _ = ask(fetch.length, "127.0.0.2")) {
      awaitReply();
      assertOthersAreServed();
    }
  }

  @Test
  void oneThatSendsAByteNowAndThen() throws Exception {
    try (Socket socket = ask(fetch.length / 2)) {
      Thread slow =
          Thread.ofVirtual()
              .start(() -> {
                try {
                  for (int at = fetch.length / 2; at < fetch.length - 1; at++) {
                    socket.getOutputStream().write(fetch[at]);
                    Thread.sleep(50);
                  }
                } catch (IOException | InterruptedException cut) {
                  // It is cut.
                }
              });
      // As below.
      Thread.sleep(200);
      assertOthersAreServed();
      slow.interrupt();
    }
  }

  @Test
  void oneThatSendsHalfARequest() throws Exception {
    try (Socket _ = ask(fetch.length / 2)) {
      // There is nothing to see until its half has been read; then it has the one place.
      Thread.sleep(200);
      assertOthersAreServed();
    }
  }
}
