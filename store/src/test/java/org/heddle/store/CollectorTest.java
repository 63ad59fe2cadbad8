package org.heddle.store;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicBoolean;
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
