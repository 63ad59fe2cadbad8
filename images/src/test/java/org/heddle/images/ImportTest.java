package org.heddle.images;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import com.sun.net.httpserver.HttpServer;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.InstantSource;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.stream.Stream;
import org.heddle.images.recipe.Canonical;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

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
    Path file = Download.fetch(address, folder, shares::add);
    assertThat(Files.size(file)).isEqualTo(TAR.length);
    assertThat(shares).isSorted().endsWith(1.0);
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
