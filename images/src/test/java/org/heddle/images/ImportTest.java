package org.heddle.images;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import com.sun.net.httpserver.HttpServer;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.InstantSource;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.stream.Stream;
import org.heddle.images.recipe.Canonical;
import org.heddle.images.recipe.ImageFormat;
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

  @Test
  void whatAFileIsItsFirstBytesSay() throws Exception {
    assertThat(format("x", "hsqs....")).isEqualTo(ImageFormat.SQUASHFS);
    assertThat(format("x.raw", "QFI\u00fb...")).isEqualTo(ImageFormat.QCOW2);
    assertThat(format("x.tar.gz", "..")).isEqualTo(ImageFormat.TAR_GZ);
    assertThat(format("x.tar.zst", "..")).isEqualTo(ImageFormat.TAR_ZST);
    assertThat(format("x", "..")).isEqualTo(ImageFormat.RAW);
  }

  private ImageFormat format(String name, String head) throws Exception {
    Path file = Files.write(folder.resolve(name), head.getBytes(StandardCharsets.ISO_8859_1));
    ImageFormat format = Import.format(file);
    Files.delete(file);
    return format;
  }

  /** Its end and nothing else, but with a head that says what it is. */
  private static byte[] tar() {
    byte[] tar = new byte[1 << 20];
    Arrays.fill(tar, 1024, tar.length, (byte) 'x');
    System.arraycopy("ustar".getBytes(StandardCharsets.US_ASCII), 0, tar, 257, 5);
    return tar;
  }
}
