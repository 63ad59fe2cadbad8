package org.heddle.images;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import com.sun.net.httpserver.HttpServer;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.InstantSource;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.FutureTask;
import java.util.stream.Stream;
import org.heddle.images.recipe.Canonical;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

final class ImportTest {
  private static final byte[] TAR = tar();

  @TempDir Path folder;
  private Farm farm;
  private HttpServer server;

  @BeforeEach
  void open() throws Exception {
    farm = Farm.open(folder.resolve("farm"), Limits.USUAL, Map.of(), InstantSource.system());
    server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
    server.createContext(
        "/",
        exchange -> {
          String path = exchange.getRequestURI().getPath();
          if (path.equals("/latest.tar")) {
            exchange.getResponseHeaders().set("Location", "/image.tar");
            exchange.sendResponseHeaders(302, -1);
          } else if (path.equals("/image.tar")) {
            exchange.sendResponseHeaders(200, TAR.length);
            exchange.getResponseBody().write(TAR);
          } else if (path.equals("/endless.tar")) {
            exchange.sendResponseHeaders(200, 0);
            exchange.getResponseBody().write(TAR);
          } else {
            exchange.sendResponseHeaders(404, -1);
          }
          exchange.close();
        });
    server.start();
  }

  @AfterEach
  void stop() throws Exception {
    server.stop(0);
    try (Stream<Path> left = Files.list(folder.resolve("farm/work"))) {
      assertThat(left.toList()).isEmpty();
    }
  }

  private Farm.Built take(String path, String sha256) throws Exception {
    URI address = URI.create("http://127.0.0.1:" + server.getAddress().getPort() + path);
    Optional<String> wanted = sha256.isEmpty() ? Optional.empty() : Optional.of(sha256);
    return farm.take(address, "taken", Optional.empty(), wanted, Progress.SILENT);
  }

  @Test
  void anImageComesFromAnAddressOnce() throws Exception {
    Farm.Built first = take("/latest.tar", Canonical.sha256(TAR));
    Farm.Built again = take("/image.tar", "");

    assertThat(first.cached()).isFalse();
    assertThat(again.cached()).isTrue();
    assertThat(Files.readAllBytes(first.folder().resolve("root.tar"))).isEqualTo(TAR);
    assertThat(farm.check(first.image())).isEmpty();
  }

  @Test
  void theImageOfANameIsTheNewestThatIsLeft() throws Exception {
    Farm.Built first = take("/image.tar", "");
    Path other = Files.write(folder.resolve("other.squashfs"), "hsqs and more".getBytes(US_ASCII));
    Farm.Built second =
        farm.take(new Import.Wish(other, "taken", Optional.empty(), Optional.empty()));
    assertThat(farm.show("taken")).isEqualTo(second.image());

    farm.remove(second.image());

    assertThat(farm.show("taken")).isEqualTo(first.image());
    farm.remove(first.image());
    assertThat(catchThrowableOfType(FarmException.class, () -> farm.show("taken")))
        .hasMessageContaining("the farm has no image 'taken'");
  }

  @Test
  void itSaysHowFarItIs() throws Exception {
    List<Double> shares = new CopyOnWriteArrayList<>();
    URI address = URI.create("http://127.0.0.1:" + server.getAddress().getPort() + "/image.tar");
    Path file = download(1 << 20, Download.PATIENCE).fetch(address, folder, shares::add);
    assertThat(Files.size(file)).isEqualTo(TAR.length);
    assertThat(shares).isSorted().endsWith(1.0);
  }

  private static Download download(long most, Duration patience) {
    return new Download(new Landing.Bounds(Room.ENDLESS, most), patience);
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "HTTP/1.1 200 OK\r\nContent-Length: 100000\r\n\r\nabc"})
  void aServerThatSaysNothingMoreIsGivenUp(String says) throws Exception {
    try (ServerSocket silent = new ServerSocket(0, 9, InetAddress.getLoopbackAddress())) {
      FutureTask<Socket> caller =
          new FutureTask<>(() -> {
            Socket socket = silent.accept();
            socket.getOutputStream().write(says.getBytes(US_ASCII));
            return socket;
          });
      Thread.ofVirtual().start(caller);
      URI address = URI.create("http://127.0.0.1:" + silent.getLocalPort() + "/x.qcow2");
      assertThat(
              catchThrowableOfType(
                  FarmException.class,
                  () -> download(1 << 20, Duration.ofSeconds(2)).fetch(address, folder, _ -> {})))
          .hasMessageContaining("/x.qcow2: the server sent nothing or too little for 2 s");
      caller.get().close();
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"/image.tar", "/endless.tar"})
  void whatIsLargerThanItMayBeIsNotFetched(String path) {
    URI address = URI.create("http://127.0.0.1:" + server.getAddress().getPort() + path);
    assertThat(
            catchThrowableOfType(
                FarmException.class,
                () -> download(TAR.length - 1, Download.PATIENCE).fetch(address, folder, _ -> {})))
        .hasMessageContaining(path + " has more than 0 MiB; allow more: --disk-limit");
  }

  @Test
  void anotherContentThanWantedAndNoContentAreRefused() {
    FarmException other =
        catchThrowableOfType(FarmException.class, () -> take("/image.tar", "0".repeat(64)));
    FarmException none = catchThrowableOfType(FarmException.class, () -> take("/nothing", ""));

    assertThat(other).hasMessageContaining("its SHA-256 is " + Canonical.sha256(TAR));
    assertThat(none).hasMessageContaining("the server answered 404");
  }

  /** One empty file, and an end of almost 1 MiB. */
  private static byte[] tar() {
    byte[] tar = new byte[1 << 20];
    Map<Integer, String> fields =
        Map.of(0, "empty", 100, "0000644", 124, "00000000000", 148, " ".repeat(8), 257, "ustar");
    fields.forEach(
        (at, text) -> System.arraycopy(text.getBytes(US_ASCII), 0, tar, at, text.length()));
    int sum = 0;
    for (int i = 0; i < 512; i++) {
      sum += tar[i];
    }
    System.arraycopy(String.format(Locale.ROOT, "%06o\0", sum).getBytes(US_ASCII), 0, tar, 148, 7);
    return tar;
  }
}
