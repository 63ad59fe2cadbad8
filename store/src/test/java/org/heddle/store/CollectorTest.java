package org.heddle.store;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class CollectorTest {
  private static final Duration SHORT = Duration.ofMillis(200);

  @TempDir Path folder;

  @Test
  void whatNoIndexNeedsIsGoneAndTheRestStays() throws IOException {
    Store store = Store.create(folder.resolve("s"), 0);
    byte[] a = Samples.image(new Random(1), 500);
    byte[] b = Samples.edited(new Random(2), a);
    Samples.make(store, Samples.file(folder, "a", a), "a");
    Samples.make(store, Samples.file(folder, "b", b), "b");
    Samples.make(store, Samples.file(folder, "c", Samples.noise(new Random(3), 3 << 20)), "c");
    long before = store.usage().bytes();
    assertThat(new Collector(store, SHORT).collect().bytesFreed()).isZero();
    store.remove("c");
    store.remove("a");
    Collector.Report plan = new Collector(store, SHORT).plan();
    assertThat(plan.deadBytes()).isGreaterThanOrEqualTo(3 << 20);
    assertThat(store.usage().bytes()).isGreaterThan(before - 100_000);
    Collector.Report done = new Collector(store, SHORT).collect();
    assertThat(done.waiting()).isFalse();
    assertThat(done.bytesFreed()).isGreaterThanOrEqualTo(3 << 20);
    Samples.assertHolds(store, "b", b, "seed 2");
    Samples.assertHolds(Store.open(store.folder()), "b", b, "seed 2, opened anew");
    assertThat(new Collector(store, SHORT).collect().deadBytes()).isLessThan(1 << 20);
    assertThat(new Verifier(store, Progress.NONE).verify().sound()).isTrue();
  }

  @Test
  void aWriterThatReliesOnDeadChunksKeepsThem() throws IOException {
    Store store = Store.create(folder.resolve("s"), 0);
    byte[] data = Samples.noise(new Random(4), 2 << 20);
    Path file = Samples.file(folder, "f", data);
    Samples.make(store, file, "f");
    Path copy = Files.copy(store.indexFile("f"), folder.resolve("index"));
    store.remove("f");
    try (StoreWriter writer = store.writer();
        IndexDraft draft = writer.receiveIndex(Files.newInputStream(copy), null)) {
      assertThat(writer.missing(draft)).isEmpty();
      Collector.Report report = new Collector(Store.open(store.folder()), SHORT).collect();
      assertThat(report.waiting()).isTrue();
      writer.publish("f", draft, false);
    }
    Samples.assertHolds(store, "f", data, "seed 4");
    assertThat(new Collector(store, SHORT).collect().waiting()).isFalse();
    Samples.assertHolds(store, "f", data, "seed 4, collected");
    assertThat(new Verifier(store, Progress.NONE).verify().sound()).isTrue();
  }

  @Test
  void aPromiseThatWasNotKeptIsNotPublished() throws IOException {
    Store store = Store.create(folder.resolve("s"), 0);
    Store other = Store.create(folder.resolve("o"), 0);
    byte[] data = Samples.noise(new Random(6), 40_000);
    Samples.make(other, Samples.file(folder, "f", data), "f");
    try (StoreWriter writer = store.writer();
        IndexDraft draft = writer.receiveIndex(Files.newInputStream(other.indexFile("f")), null)) {
      writer.missing(draft).forEach(chunk -> writer.promise(chunk.id()));
      assertThatThrownBy(() -> writer.publish("f", draft, false))
          .isInstanceOf(StoreException.class)
          .hasMessageContaining("is not in");
    }
    assertThat(store.names()).isEmpty();
  }

  @Test
  void manySmallPacksBecomeOne() throws IOException {
    Store store = Store.create(folder.resolve("s"), 0);
    for (int i = 0; i < 10; i++) {
      Samples.make(store, Samples.file(folder, "f", Samples.noise(new Random(i), 50_000)), "f" + i);
    }
    assertThat(store.usage().packs()).isEqualTo(10);
    new Collector(store, SHORT).collect();
    assertThat(store.usage().packs()).isEqualTo(1);
    for (int i = 0; i < 10; i++) {
      Samples.assertHolds(store, "f" + i, Samples.noise(new Random(i), 50_000), "seed " + i);
    }
  }

  @Test
  void anUnreadableIndexStopsACollection() throws IOException {
    Store store = Store.create(folder.resolve("s"), 0);
    Samples.make(store, Samples.file(folder, "f", Samples.noise(new Random(5), 50_000)), "f");
    byte[] index = Files.readAllBytes(store.indexFile("f"));
    Files.write(store.indexFile("f"), HostileInputTest.flip(index, 500));
    assertThatThrownBy(() -> new Collector(store, SHORT).collect())
        .isInstanceOf(StoreException.class)
        .hasMessageContaining("index 'f'");
    assertThat(store.usage().packs()).isEqualTo(1);
  }

  @Test
  void aStoreAtItsQuotaIsCollected() throws IOException {
    Store store = Store.create(folder.resolve("s"), 1_000_000);
    byte[] data = Samples.noise(new Random(11), 900_000);
    byte[] half = Arrays.copyOf(data, 450_000);
    Samples.make(store, Samples.file(folder, "a", data), "a");
    Samples.make(store, Samples.file(folder, "b", half), "b");
    store.remove("a");
    assertThat(new Collector(store, SHORT).collect().bytesFreed()).isGreaterThan(300_000);
    Samples.assertHolds(store, "b", half, "seed 11");
    Samples.make(store, Samples.file(folder, "c", Samples.noise(new Random(12), 400_000)), "c");
  }

  @Test
  void onAFullDiskWhatIsOfNoUseMakesRoomForTheRest() throws IOException {
    Path where = folder.resolve("s");
    FullDisk disk = new FullDisk(where, 1_600_000);
    Store store = Store.create(where, 0, disk);
    byte[] half = new byte[0];
    for (int seed = 21; seed < 23; seed++) {
      byte[] data = Samples.noise(new Random(seed), 500_000);
      half = Arrays.copyOf(data, 250_000);
      Samples.make(store, Samples.file(folder, "a", data), "a" + seed);
      Samples.make(store, Samples.file(folder, "b", half), "b" + seed);
    }
    Samples.make(store, Samples.file(folder, "c", Samples.noise(new Random(23), 500_000)), "c");
    for (String name : List.of("a21", "a22", "c")) {
      store.remove(name);
    }
    assertThat(new Collector(store, SHORT, 1).collect().packs()).isEqualTo(3);
    assertThat(store.usage().bytes()).isLessThan(600_000);
    Samples.assertHolds(store, "b22", half, "seed 22");
    assertThat(new Verifier(store, Progress.NONE).verify().sound()).isTrue();
  }

  @Test
  void whatACollectionFailsToDeleteMayBeReliedOnAgain() throws IOException {
    Path where = folder.resolve("s");
    byte[] data = Samples.noise(new Random(24), 500_000);
    Store whole = Store.create(where, 0);
    Samples.make(whole, Samples.file(folder, "a", data), "a");
    Samples.make(whole, Samples.file(folder, "b", Arrays.copyOf(data, 250_000)), "b");
    whole.remove("a");
    Store store = Store.open(where, new FullDisk(where, 600_000));
    assertThatThrownBy(() -> new Collector(store, SHORT).collect())
        .hasMessageContaining("No space");
    assertThat(Session.list(store.layout.condemned())).isEmpty();
    Samples.make(store, folder.resolve("a"), "a");
    Samples.assertHolds(store, "a", data, "seed 24");
  }

  @Test
  void damageInOnePackKeepsThatPackOnly() throws IOException {
    Store store = Store.create(folder.resolve("s"), 0);
    byte[] data = Samples.noise(new Random(25), 500_000);
    Samples.make(store, Samples.file(folder, "a", data), "a");
    Path hurt = store.packFiles().getFirst().path();
    Samples.make(store, Samples.file(folder, "b", Arrays.copyOf(data, 250_000)), "b");
    Samples.make(store, Samples.file(folder, "c", Samples.noise(new Random(26), 500_000)), "c");
    Path useless = store.packFiles().getLast().path();
    store.remove("a");
    store.remove("c");
    Files.write(hurt, HostileInputTest.flip(Files.readAllBytes(hurt), 3000));
    assertThatThrownBy(() -> new Collector(store, SHORT).collect())
        .isInstanceOf(StoreException.class)
        .hasMessageContaining("damaged");
    assertThat(hurt).exists();
    assertThat(useless).doesNotExist();
  }

  @Test
  void aSoundCopyOutlivesADamagedOneWhenBothPacksGo() throws IOException {
    Store store = Store.create(folder.resolve("s"), 0);
    Store other = Store.create(folder.resolve("o"), 0);
    byte[] data = Samples.noise(new Random(27), 200_000);
    for (Store one : List.of(store, other)) {
      Samples.make(one, Samples.file(folder, "a", data), "a");
    }
    Path hurt = store.packFiles().getFirst().path();
    Path copy = other.packFiles().getFirst().path();
    Files.copy(copy, store.layout.packs().resolve(copy.getFileName()));
    Files.write(hurt, HostileInputTest.flip(Files.readAllBytes(hurt), 3000));
    Condemnation both = new Condemnation(store);
    both.mark(Set.of(hurt.getFileName().toString(), copy.getFileName().toString()));
    assertThat(new Collector(store, SHORT, 1).collect().packs()).isEqualTo(2);
    Store mended = Store.open(store.folder());
    Samples.assertHolds(mended, "a", data, "seed 27");
    assertThat(new Verifier(mended, Progress.NONE).verify().sound()).isTrue();
  }

  @Test
  void aPackThatNobodyCanOpenGoesWhenNothingNeedsIt() throws IOException {
    Store store = Store.create(folder.resolve("s"), 0);
    byte[] data = Samples.noise(new Random(28), 100_000);
    Samples.make(store, Samples.file(folder, "a", data), "a");
    Path pack = store.packFiles().getFirst().path();
    byte[] bytes = Files.readAllBytes(pack);
    Files.write(pack, HostileInputTest.flip(bytes, bytes.length * 8 - 3000));
    Store opened = Store.open(store.folder());
    assertThat(opened.damagedPacks()).hasSize(1);
    assertThat(new Collector(opened, SHORT).collect().packs()).isZero();
    assertThat(pack).exists();
    Samples.make(opened, folder.resolve("a"), "a");
    assertThat(new Collector(opened, SHORT).collect().packs()).isEqualTo(1);
    assertThat(pack).doesNotExist();
    Samples.assertHolds(opened, "a", data, "seed 28");
    assertThat(new Verifier(opened, Progress.NONE).verify().sound()).isTrue();
  }

  /** The file system with room for so many bytes under a folder. */
  private record FullDisk(Path folder, long room) implements Disk {
    private long used() throws IOException {
      try (Stream<Path> files = Files.walk(folder)) {
        return files.mapToLong(file -> file.toFile().length()).sum();
      }
    }

    @Override
    public Output create(Path file) throws IOException {
      Output real = REAL.create(file);
      return new Output() {
        @Override
        public void write(ByteBuffer bytes) throws IOException {
          if (used() + bytes.remaining() > room) {
            throw new IOException("No space left on device");
          }
          real.write(bytes);
        }

        @Override
        public void sync() throws IOException {
          real.sync();
        }

        @Override
        public void close() throws IOException {
          real.close();
        }
      };
    }

    @Override
    public void rename(Path from, Path to) throws IOException {
      REAL.rename(from, to);
    }

    @Override
    public void delete(Path file) throws IOException {
      REAL.delete(file);
    }

    @Override
    public void createFolder(Path made) throws IOException {
      REAL.createFolder(made);
    }

    @Override
    public void syncFolder(Path synced) throws IOException {
      REAL.syncFolder(synced);
    }
  }

  @Test
  void twoWritersAReaderAndACollectorAtOnce() throws Exception {
    Path where = Store.create(folder.resolve("s"), 0).folder();
    AtomicBoolean stop = new AtomicBoolean();
    try (ExecutorService threads = Executors.newFixedThreadPool(4)) {
      List<Future<Integer>> running = new ArrayList<>();
      running.add(threads.submit(writer(where, "x", stop)));
      running.add(threads.submit(writer(where, "y", stop)));
      running.add(threads.submit(reader(where, stop)));
      running.add(threads.submit(collector(where, stop)));
      Thread.sleep(2500);
      stop.set(true);
      for (Future<Integer> one : running) {
        assertThat(one.get()).isPositive();
      }
    }
    Store store = Store.open(where);
    new Collector(store, Duration.ofSeconds(5)).collect();
    for (String name : store.names()) {
      Samples.assertHolds(store, name, contents(name), name);
    }
    assertThat(new Verifier(store, Progress.NONE).verify().sound()).isTrue();
  }

  /** Both writers store the same contents, so that they meet. */
  private static byte[] contents(String name) {
    long seed = Long.parseLong(name.substring(1));
    return Samples.edited(new Random(seed), Samples.image(new Random(seed % 3), 150));
  }

  private Callable<Integer> writer(Path where, String who, AtomicBoolean stop) {
    return () -> {
      Store store = Store.open(where);
      int round = 0;
      for (; !stop.get() || round == 0; round++) {
        String name = who + round % 7;
        Path file = Samples.file(folder, who, contents(name));
        Samples.make(store, file, name);
        Samples.assertHolds(store, name, contents(name), name);
        store.remove(name);
        if (round % 2 == 0) {
          Samples.make(store, file, name);
        }
      }
      return round;
    };
  }

  private static Callable<Integer> reader(Path where, AtomicBoolean stop) {
    return () -> {
      Store store = Store.open(where);
      int reads = 1;
      while (!stop.get()) {
        for (String name : store.names()) {
          try {
            Samples.assertHolds(store, name, contents(name), name);
            reads++;
          } catch (StoreException removed) {
            // Removed while it was read, or a moment before.
            assertThat(removed.kind()).isEqualTo(StoreException.Kind.NOT_FOUND);
          }
        }
      }
      return reads;
    };
  }

  private static Callable<Integer> collector(Path where, AtomicBoolean stop) {
    return () -> {
      Store store = Store.open(where);
      int rounds = 1;
      while (!stop.get()) {
        new Collector(store, Duration.ofSeconds(10)).collect();
        rounds++;
      }
      return rounds;
    };
  }
}
