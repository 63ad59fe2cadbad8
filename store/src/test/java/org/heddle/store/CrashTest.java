package org.heddle.store;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Arrays;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * A store after a crash or a full disk at any change: what was published is whole, all else works.
 */
final class CrashTest {
  @TempDir Path folder;

  private final byte[] a = Samples.image(new Random(1), 40);
  private final byte[] b = Samples.edited(new Random(2), a);
  private final byte[] c = Samples.image(new Random(3), 50);
  private final byte[] d = Samples.noise(new Random(6), 120_000);
  private final byte[] e = Arrays.copyOf(d, 50_000);

  @Test
  void aCrashAtAnyChangeLosesNothingPublished() throws IOException {
    int changes = everyChange(FaultyDisk.Fault.CRASH);
    assertThat(changes).isGreaterThan(50);
  }

  @Test
  void aFullDiskAtAnyChangeIsAnErrorAndNoMore() throws IOException {
    int changes = everyChange(FaultyDisk.Fault.FULL);
    assertThat(changes).isGreaterThan(40);
  }

  private int everyChange(FaultyDisk.Fault fault) throws IOException {
    Path fileA = Samples.file(folder, "a", a);
    Path fileB = Samples.file(folder, "b", b);
    Path fileC = Samples.file(folder, "c", c);
    Path fileD = Samples.file(folder, "d", d);
    Path fileE = Samples.file(folder, "e", e);
    for (int at = 0; ; at++) {
      Path where = folder.resolve("s" + at);
      FaultyDisk disk = new FaultyDisk(fault, at);
      Map<String, byte[]> published = new TreeMap<>();
      try {
        story(where, disk, published, fileA, fileB, fileC, fileD, fileE);
      } catch (IOException expected) {
        disk.loseUnsynced();
      }
      String what = fault + " at change " + at;
      check(where, published, what);
      if (!disk.happened()) {
        return at;
      }
    }
  }

  /** What is in the map is published for certain; removals are noted before they begin. */
  private void story(
      Path where,
      Disk disk,
      Map<String, byte[]> published,
      Path fileA,
      Path fileB,
      Path fileC,
      Path fileD,
      Path fileE)
      throws IOException {
    Store store = Store.create(where, 0, disk);
    Samples.make(store, fileA, "a");
    published.put("a", a);
    Samples.make(store, fileC, "c");
    published.put("c", c);
    published.remove("c");
    store.remove("c");
    Samples.make(store, fileD, "d");
    Samples.make(store, fileE, "e");
    published.put("e", e);
    store.remove("d");
    try (StoreWriter writer = store.writer()) {
      new Maker(writer, Progress.NONE).make(fileB, "b", false);
      published.put("b", b);
    }
    // Several steps: a pack that is of no use, then one pack after the other.
    new Collector(store, Duration.ofSeconds(5), 1).collect();
    published.remove("a");
    Samples.make(store, fileC, "a");
    published.put("a", c);
  }

  private void check(Path where, Map<String, byte[]> published, String what) throws IOException {
    if (!Files.exists(new Layout(where).format())) {
      assertThat(published).as(what).isEmpty();
      Store.create(where, 0);
    }
    Store store = Store.open(where);
    for (Map.Entry<String, byte[]> entry : published.entrySet()) {
      Samples.assertHolds(store, entry.getKey(), entry.getValue(), what);
    }
    Verifier.Report found = new Verifier(store, Progress.NONE).verify();
    assertThat(found.hurt()).as(what).isEmpty();
    assertThat(found.damage()).as(what).isEmpty();
    Samples.make(store, folder.resolve("b"), "again");
    new Collector(store, Duration.ofSeconds(5)).collect();
    Samples.assertHolds(store, "again", b, what);
    for (Map.Entry<String, byte[]> entry : published.entrySet()) {
      Samples.assertHolds(store, entry.getKey(), entry.getValue(), what + ", collected");
    }
    assertThat(Session.list(store.layout.temporary())).as(what).isEmpty();
    assertThat(Session.list(store.layout.sessions())).as(what).isEmpty();
    assertThat(Session.list(store.layout.condemned())).as(what).isEmpty();
  }

  /** The other side of the next test: stores, removes and collects until it is killed. */
  static final class Busy {
    private Busy() {}

    public static void main(String[] arguments) throws IOException {
      Path folder = Path.of(arguments[0]);
      long seed = Long.parseLong(arguments[1]);
      Store store = Store.openOrCreate(folder.resolve("s"));
      for (int round = 0; ; round++) {
        byte[] data = Samples.image(new Random(seed + round % 3), 400);
        Path file = Samples.file(folder, "busy", data);
        Samples.make(store, file, "f" + round % 3 + "-" + seed);
        System.out.println("f" + round % 3);
        if (round % 4 == 3) {
          store.remove("f" + round % 3 + "-" + seed);
          new Collector(store, Duration.ofSeconds(1)).collect();
        }
      }
    }
  }

  @Test
  void aProcessKilledAtAnyTimeLeavesAStoreThatIsWhole() throws Exception {
    Random random = new Random(5);
    for (int round = 0; round < 5; round++) {
      long seed = 100L * round;
      Process process =
          new ProcessBuilder(
                  Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                  "-Xmx256m",
                  "-XX:TieredStopAtLevel=1",
                  "--enable-native-access=ALL-UNNAMED",
                  "-cp",
                  System.getProperty("java.class.path"),
                  Busy.class.getName(),
                  folder.toString(),
                  Long.toString(seed))
              .redirectErrorStream(true)
              .start();
      process.getInputStream().read();
      Thread.sleep(random.nextInt(400));
      process.destroyForcibly();
      assertThat(process.waitFor(2, TimeUnit.MINUTES)).isTrue();
      Store store = Store.open(folder.resolve("s"));
      Verifier.Report found = new Verifier(store, Progress.NONE).verify();
      assertThat(found.sound()).as("round %d: %s %s", round, found.damage(), found.hurt()).isTrue();
      for (String name : store.names()) {
        String[] parts = name.substring(1).split("-", 2);
        long contents = Long.parseLong(parts[1]) + Integer.parseInt(parts[0]);
        Samples.assertHolds(
            store, name, Samples.image(new Random(contents), 400), "round " + round);
      }
    }
    Store store = Store.open(folder.resolve("s"));
    new Collector(store, Duration.ofSeconds(5)).collect();
    assertThat(Session.list(store.layout.temporary())).isEmpty();
    assertThat(new Verifier(store, Progress.NONE).verify().sound()).isTrue();
  }
}
