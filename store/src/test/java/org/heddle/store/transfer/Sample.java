package org.heddle.store.transfer;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import org.heddle.store.Extractor;
import org.heddle.store.IndexReader;
import org.heddle.store.Maker;
import org.heddle.store.Progress;
import org.heddle.store.Store;
import org.heddle.store.StoreWriter;

/** Stores, servers and contents for the tests of transfers. */
final class Sample {
  static final String NAME = "image";

  private Sample() {}

  /** Like an image: text, noise and zeros in stretches of pages. */
  static byte[] image(long seed, int pages) {
    Random random = new Random(seed);
    byte[] data = new byte[pages * 4096];
    for (int at = 0; at < data.length; ) {
      int length = Math.min(data.length - at, 4096 * (1 + random.nextInt(24)));
      byte[] part = new byte[length];
      switch (random.nextInt(4)) {
        case 0 -> {}
        case 1 -> {
          for (int i = 0; i < length; i++) {
            part[i] = (byte) "etaoin shrdlu\n".charAt(random.nextInt(14));
          }
        }
        default -> random.nextBytes(part);
      }
      System.arraycopy(part, 0, data, at, length);
      at += length;
    }
    return data;
  }

  /** A store with these contents as an index. */
  static Store store(Path folder, byte[] data) throws IOException {
    Store store = Store.openOrCreate(folder);
    add(store, NAME, data);
    return store;
  }

  static void add(Store store, String name, byte[] data) throws IOException {
    Path file = Files.createTempFile("sample", ".img");
    try (StoreWriter writer = store.writer()) {
      Files.write(file, data);
      new Maker(writer, Progress.NONE).make(file, name, true);
    } finally {
      Files.delete(file);
    }
  }

  static void assertHolds(Store store, String name, byte[] expected) throws IOException {
    store.refresh();
    Path file = Files.createTempFile("sample", ".out");
    try (IndexReader index = store.index(name)) {
      new Extractor(store, Progress.NONE).extract(index, file);
      assertThat(Files.mismatch(file, Files.write(Path.of(file + ".expected"), expected)))
          .as("first byte of %s that differs", name)
          .isEqualTo(-1);
    } finally {
      Files.deleteIfExists(file);
      Files.deleteIfExists(Path.of(file + ".expected"));
    }
  }

  static HttpStoreServer serve(Store store) throws IOException {
    return serve(store, ServeSettings.open());
  }

  static HttpStoreServer serve(Store store, ServeSettings settings) throws IOException {
    return HttpStoreServer.start(
        store, new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), settings);
  }

  static Address at(int port) {
    return new Address.Http(URI.create("http://127.0.0.1:" + port));
  }

  static Address of(HttpStoreServer server) {
    return at(server.address().getPort());
  }

  /** Gives up at the first cut. */
  static ConnectSettings once() {
    return ConnectSettings.plain().impatient(Duration.ofMinutes(1), 1);
  }

  /** Over the streams of a program that stands for {@code ssh}. */
  static ConnectSettings overStreams() {
    String java = Path.of(System.getProperty("java.home"), "bin", "java").toString();
    String classes = System.getProperty("java.class.path");
    return once().with(List.of(java, "-cp", classes, StdioMain.class.getName()));
  }

  static TransferReport pull(Store into, Address from, ConnectSettings settings)
      throws IOException {
    Traffic traffic = new Traffic();
    try (RemoteStore origin = RemoteStore.reading(from, settings, traffic)) {
      return new Pull(into, origin, Site.alone(), traffic, Progress.NONE)
          .pull(NAME, NAME, Optional.empty(), false);
    }
  }

  static TransferReport push(Store from, Address to, ConnectSettings settings) throws IOException {
    Traffic traffic = new Traffic();
    try (RemoteStore remote = RemoteStore.adding(to, settings, traffic)) {
      return new Push(from, remote, traffic, Progress.NONE).push(NAME, NAME, true);
    }
  }
}
