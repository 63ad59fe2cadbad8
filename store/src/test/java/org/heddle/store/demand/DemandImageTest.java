package org.heddle.store.demand;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.heddle.store.Collector;
import org.heddle.store.Extractor;
import org.heddle.store.Maker;
import org.heddle.store.Progress;
import org.heddle.store.Store;
import org.heddle.store.StoreException;
import org.heddle.store.StoreWriter;
import org.heddle.store.nbd.Export;
import org.heddle.store.transfer.Address;
import org.heddle.store.transfer.ConnectSettings;
import org.heddle.store.transfer.HttpStoreServer;
import org.heddle.store.transfer.RemoteStore;
import org.heddle.store.transfer.ServeSettings;
import org.heddle.store.transfer.Traffic;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

@Timeout(value = 5, unit = TimeUnit.MINUTES)
final class DemandImageTest {
  private static final DemandSettings QUIET = DemandSettings.plain().filling(false);
  private static final DemandSettings HASTY = QUIET.patient(Duration.ofMillis(300));

  @TempDir private Path folder;
  private byte[] data = new byte[0];
  private Store there;

  @BeforeEach
  void origin() throws IOException {
    data = contents(new Random(41));
    there = Store.openOrCreate(folder.resolve("there"));
    Path file = Files.write(folder.resolve("file"), data);
    try (StoreWriter writer = there.writer()) {
      new Maker(writer, Progress.NONE).make(file, "image", true);
    }
  }

  /** Noise with holes, some of it twice. */
  private static byte[] contents(Random random) {
    byte[] data = new byte[(6 << 20) + 1234];
    byte[] twice = new byte[300_000];
    random.nextBytes(twice);
    for (int at = 0; at < data.length; at += 700_000) {
      byte[] part = new byte[500_000];
      random.nextBytes(part);
      part = at / 700_000 % 3 == 2 ? twice : part;
      System.arraycopy(part, 0, data, at, Math.min(part.length, data.length - at));
    }
    return data;
  }

  private static HttpStoreServer serve(Store store) throws IOException {
    return HttpStoreServer.start(
        store,
        new InetSocketAddress(InetAddress.getLoopbackAddress(), 0),
        ServeSettings.open().onlyReading(true));
  }

  private static RemoteStore remote(HttpStoreServer server, Traffic traffic) throws IOException {
    Address address = Address.parse("http://127.0.0.1:" + server.address().getPort());
    ConnectSettings settings = ConnectSettings.plain().impatient(Duration.ofMinutes(1), 1);
    return RemoteStore.reading(address, settings, traffic);
  }

  private DemandImage open(Path store, DemandSettings settings, HttpStoreServer... servers)
      throws IOException {
    Traffic traffic = new Traffic();
    List<RemoteStore> stores = new ArrayList<>();
    for (HttpStoreServer server : servers) {
      stores.add(remote(server, traffic));
    }
    DemandImage.From from =
        new DemandImage.From(
            stores.getLast(), "image", stores.subList(0, stores.size() - 1), traffic);
    return DemandImage.open(Store.openOrCreate(store), from, "mine", Optional.empty(), settings);
  }

  private void assertReads(Export image, long position, int length, String what)
      throws IOException {
    byte[] read = new byte[length + 2];
    image.read(position, read, 1, length);
    byte[] expected = new byte[length + 2];
    System.arraycopy(data, (int) position, expected, 1, length);
    assertThat(Arrays.mismatch(read, expected))
        .as("%s: %d bytes at %d", what, length, position)
        .isEqualTo(-1);
  }

  private void readAnywhere(Export image, long seed, int times) throws IOException {
    Random random = new Random(seed);
    for (int i = 0; i < times; i++) {
      int length = 1 + random.nextInt(1 << (3 + random.nextInt(16)));
      assertReads(image, random.nextInt(data.length - length), length, "seed " + seed);
    }
  }

  private static void awaitWhole(DemandImage image) throws InterruptedException {
    while (!image.status().whole()) {
      assertThat(image.status().problem()).isEmpty();
      Thread.sleep(20);
    }
  }

  private Path here() {
    return folder.resolve("here");
  }

  @Test
  void readsAreRightWhileTheRestArrivesAndAtTheEndAllIsHere() throws Exception {
    try (HttpStoreServer server = serve(there);
        DemandImage image = open(here(), DemandSettings.plain(), server);
        ExecutorService threads = Executors.newFixedThreadPool(4)) {
      List<Future<?>> readers = new ArrayList<>();
      for (int seed = 0; seed < 4; seed++) {
        long mine = seed;
        readers.add(
            threads.submit(() -> {
              readAnywhere(image, mine, 40);
              return null;
            }));
      }
      for (Future<?> reader : readers) {
        reader.get();
      }
      awaitWhole(image);
      DemandStatus status = image.status();
      assertThat(status.share()).isEqualTo(1);
      assertThat(status.demandedBytes() + status.filledBytes()).isEqualTo(status.dataBytes());
      assertThat(status.dataBytes()).isLessThan(data.length - 1_000_000);
      readAnywhere(image, 9, 20);
    }
    Store store = Store.open(here());
    Path copy = folder.resolve("copy");
    try (var index = store.index("mine")) {
      new Extractor(store, Progress.NONE).extract(index, copy);
    }
    assertThat(Files.mismatch(copy, folder.resolve("file"))).isEqualTo(-1);
    readAnywhere(MappedImage.of(store, "mine"), 10, 20);
  }

  @Test
  void onlyWhatIsReadIsFetchedAndItStays() throws Exception {
    try (HttpStoreServer server = serve(there)) {
      long first;
      try (DemandImage image = open(here(), QUIET, server)) {
        assertReads(image, 100_000, 1000, "part");
        assertReads(image, 100_500, 1000, "part");
        first = image.status().demandedBytes();
        assertThat(first).isBetween(1500L, 200_000L);
        assertThat(image.status().filledBytes()).isZero();
        assertThat(image.status().receivedBytes()).isLessThan(300_000);
      }
      assertThat(Store.open(here()).names()).isEmpty();
      try (DemandImage image = open(here(), QUIET, server)) {
        assertThat(image.status().hereBytes()).isEqualTo(first);
        assertReads(image, 100_000, 1500, "again");
        assertThat(image.status().demandedBytes()).isZero();
      }
      try (DemandImage image = open(here(), DemandSettings.plain(), server)) {
        awaitWhole(image);
        assertThat(image.status().filledBytes()).isEqualTo(image.status().dataBytes() - first);
      }
    }
    assertThat(Store.open(here()).names()).containsExactly("mine");
  }

  @Test
  void holesAreToldAndNeedNoSource() throws Exception {
    HttpStoreServer server = serve(there);
    try (DemandImage image = open(here(), HASTY, server)) {
      server.close();
      assertReads(image, 520_000, 100_000, "hole");
      List<Export.Stretch> stretches = image.stretches(450_000, 300_000, 100);
      assertThat(stretches.stream().mapToLong(Export.Stretch::length).sum()).isEqualTo(300_000);
      assertThat(stretches).extracting(Export.Stretch::zeros).containsExactly(false, true, false);
      assertThat(stretches.get(1).length()).isBetween(190_000L, 200_000L);
      assertThat(image.stretches(450_000, 300_000, 1)).hasSize(1);
    }
  }

  @Test
  void aLostSourceFailsTheReadAndHurtsNothingElse() throws Exception {
    HttpStoreServer server = serve(there);
    try (DemandImage image = open(here(), HASTY, server)) {
      assertReads(image, 0, 10_000, "before");
      server.close();
      byte[] into = new byte[1000];
      assertThatThrownBy(() -> image.read(3_000_000, into, 0, 1000))
          .isInstanceOf(IOException.class);
      assertThat(into).containsOnly(0);
      assertReads(image, 0, 10_000, "what was here");
    }
    try (HttpStoreServer again = serve(there);
        DemandImage image = open(here(), QUIET, again)) {
      assertThat(image.status().hereBytes()).isPositive();
      assertReads(image, 3_000_000, 1000, "when there is a source again");
    }
  }

  @Test
  void aSourceThatIsBackInTimeIsEnough() throws Exception {
    HttpStoreServer server = serve(there);
    int port = server.address().getPort();
    try (DemandImage image = open(here(), QUIET.patient(Duration.ofMinutes(2)), server);
        ExecutorService threads = Executors.newFixedThreadPool(1)) {
      server.close();
      Future<?> read =
          threads.submit(() -> {
            assertReads(image, 3_000_000, 1000, "waits");
            return null;
          });
      Thread.sleep(300);
      InetSocketAddress address = new InetSocketAddress(InetAddress.getLoopbackAddress(), port);
      try (HttpStoreServer _ = HttpStoreServer.start(there, address, ServeSettings.open())) {
        read.get();
      }
    }
  }

  /** The same index; its chunks have other bytes than their names say. */
  private Store damaged() throws IOException {
    Path damaged = folder.resolve("damaged");
    Store copy = Store.openOrCreate(damaged);
    try (Stream<Path> files = Files.walk(there.folder())) {
      for (Path file : files.filter(Files::isRegularFile).toList()) {
        Path to = damaged.resolve(there.folder().relativize(file));
        byte[] bytes = Files.readAllBytes(file);
        if (file.toString().endsWith(".pack")) {
          for (int at = 1000; at < bytes.length - (1 << 20); at += 5000) {
            bytes[at] ^= 1;
          }
        }
        Files.write(to, bytes);
      }
    }
    copy.refresh();
    return Store.open(damaged);
  }

  @Test
  void whatIsDamagedElsewhereNeverReachesTheImage() throws Exception {
    try (HttpStoreServer bad = serve(damaged());
        HttpStoreServer good = serve(there)) {
      try (DemandImage image = open(here(), HASTY, bad)) {
        byte[] into = new byte[1000];
        assertThatThrownBy(() -> image.read(100_000, into, 0, 1000))
            .isInstanceOf(StoreException.class)
            .hasMessageContaining("no source has chunk");
        assertThat(into).containsOnly(0);
      }
      try (DemandImage image = open(folder.resolve("other"), QUIET, bad, good)) {
        readAnywhere(image, 3, 30);
      }
    }
  }

  /** As a collection leaves it that was killed between its steps. */
  @Test
  void whatIsCondemnedHereIsFetchedAnew() throws Exception {
    Store mine = Store.openOrCreate(here());
    try (StoreWriter writer = mine.writer()) {
      new Maker(writer, Progress.NONE).make(folder.resolve("file"), "old", true);
    }
    mine.remove("old");
    try (Stream<Path> packs = Files.list(here().resolve("packs"))) {
      for (Path pack : packs.toList()) {
        Files.createFile(here().resolve("condemned").resolve(pack.getFileName()));
      }
    }
    try (HttpStoreServer server = serve(there);
        DemandImage image = open(here(), DemandSettings.plain(), server)) {
      awaitWhole(image);
    }
    new Collector(Store.open(here()), Duration.ofMinutes(1)).collect();
    readAnywhere(MappedImage.of(Store.open(here()), "mine"), 11, 20);
  }

  @Test
  void aFullStoreStillGivesWhatIsRead() throws Exception {
    Store.create(here(), 400_000);
    try (HttpStoreServer server = serve(there);
        DemandImage image = open(here(), DemandSettings.plain(), server)) {
      while (image.status().problem().isEmpty()) {
        Thread.sleep(20);
      }
      readAnywhere(image, 5, 40);
      assertThat(image.status().problem().orElseThrow()).contains("may take 400000 bytes");
      assertThat(image.status().whole()).isFalse();
    }
    assertThat(Store.open(here()).names()).isEmpty();
  }

  @Test
  void anotherIndexOfThatNameIsNotReplaced() throws Exception {
    Store mine = Store.openOrCreate(here());
    try (StoreWriter writer = mine.writer()) {
      Path other = Files.write(folder.resolve("other"), new byte[] {1, 2, 3});
      new Maker(writer, Progress.NONE).make(other, "mine", true);
    }
    try (HttpStoreServer server = serve(there)) {
      assertThatThrownBy(() -> open(here(), QUIET, server))
          .isInstanceOf(StoreException.class)
          .hasMessageContaining("another index 'mine'");
    }
  }

  @Test
  void theOrderOfFirstUseIsTheOrderOfTheNextFill() throws Exception {
    Path order = folder.resolve("order");
    try (HttpStoreServer server = serve(there)) {
      try (DemandImage image = open(here(), QUIET.ordered(order), server)) {
        assertReads(image, 5_000_000, 50_000, "first");
        assertReads(image, 2_200_000, 50_000, "second");
      }
      IndexMap map;
      try (var index = there.index("image")) {
        map = IndexMap.read(index);
      }
      FirstUse known = new FirstUse(map);
      var chunks = known.load(order);
      assertThat(chunks.getFirst()).isEqualTo(map.chunk(map.at(5_000_000)));
      assertThat(chunks).contains(map.chunk(map.at(2_249_999)));
      try (DemandImage image =
          open(folder.resolve("other"), DemandSettings.plain().ordered(order), server)) {
        awaitWhole(image);
      }
      assertThat(Files.readAllLines(order)).hasSize(1 + chunks.size());
    }
    Files.writeString(order, "something else\n");
    try (HttpStoreServer server = serve(there)) {
      assertThatThrownBy(() -> open(here(), QUIET.ordered(order), server))
          .isInstanceOf(StoreException.class)
          .hasMessageContaining("no file with an order");
    }
  }
}
