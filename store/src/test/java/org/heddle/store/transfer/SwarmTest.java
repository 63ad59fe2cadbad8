package org.heddle.store.transfer;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import org.heddle.store.Progress;
import org.heddle.store.Store;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/**
 * What the origin is asked for must not hang on how fast this machine is: whether a peer will bring
 * nothing more is said by each test, no clock.
 */
@Timeout(value = 5, unit = TimeUnit.MINUTES)
final class SwarmTest {
  private static final byte[] DATA = Sample.image(31, 3000);
  private static final Patience FOR_EVER = (_, _, _) -> false;

  /** Chunks: the image takes several windows, hosts are in different ones at a time. */
  private static final int WINDOW = 150;

  private static final RateLimit LINK = new RateLimit(4 << 20);

  @TempDir private Path folder;

  /** A host of the site: its store, and the server beside it. */
  private final class Host implements AutoCloseable {
    private final Path store;
    private final HttpStoreServer server;

    Host(String name) throws IOException {
      this.store = folder.resolve(name);
      this.server = Sample.serve(Store.openOrCreate(store));
    }

    String name() {
      return Sample.of(server).text();
    }

    TransferReport pull(HttpStoreServer origin, List<String> members, Patience patience)
        throws IOException {
      return pull(origin, members, patience, WINDOW);
    }

    TransferReport pull(HttpStoreServer origin, List<String> members, Patience patience, int window)
        throws IOException {
      Traffic traffic = new Traffic();
      // Longer than any test: who hangs is not cut.
      ConnectSettings settings = ConnectSettings.plain().impatient(Duration.ofMinutes(10), 3);
      List<RemoteStore> peers = new ArrayList<>();
      for (String member : members) {
        if (!member.equals(name())) {
          peers.add(RemoteStore.reading(Address.parse(member), settings, traffic));
        }
      }
      try (RemoteStore far = RemoteStore.reading(Sample.of(origin), settings, traffic)) {
        return new Pull(
                Store.open(store),
                far,
                new Site(peers, Optional.of(name())),
                traffic,
                Progress.NONE,
                patience,
                window)
            .pull(Sample.NAME, Sample.NAME, Optional.empty(), false);
      } finally {
        peers.forEach(RemoteStore::close);
      }
    }

    TransferReport pullBehind(HttpStoreServer origin, Host other) throws IOException {
      Traffic traffic = new Traffic();
      ConnectSettings settings = ConnectSettings.plain().impatient(Duration.ofMinutes(1), 3);
      try (RemoteStore far = RemoteStore.reading(Sample.of(origin), settings, traffic);
          RemoteStore near = RemoteStore.reading(Sample.of(other.server), settings, traffic)) {
        Site site = Site.behind(near);
        int whole = Segments.WINDOW;
        return new Pull(Store.open(store), far, site, traffic, Progress.NONE, FOR_EVER, whole)
            .pull(Sample.NAME, Sample.NAME, Optional.empty(), false);
      }
    }

    @Override
    public void close() throws IOException {
      server.close();
    }
  }

  private void all(
      List<Host> hosts, HttpStoreServer origin, List<String> members, Patience patience)
      throws Exception {
    try (ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor()) {
      List<Future<TransferReport>> pulls = new ArrayList<>();
      for (Host host : hosts) {
        pulls.add(threads.submit(() -> host.pull(origin, members, patience)));
      }
      for (Future<TransferReport> pull : pulls) {
        pull.get();
      }
    }
    for (Host host : hosts) {
      Sample.assertHolds(Store.open(host.store), Sample.NAME, DATA);
    }
  }

  private long oneCopy(HttpStoreServer origin) throws IOException {
    long before = origin.bytesSent();
    Sample.pull(Store.openOrCreate(folder.resolve("alone")), Sample.of(origin), Sample.once());
    return origin.bytesSent() - before;
  }

  @Test
  void fourHostsPutAboutOneCopyOnTheLink() throws Exception {
    Store there = Sample.store(folder.resolve("there"), DATA);
    try (HttpStoreServer origin = Sample.serve(there, ServeSettings.open().with(LINK));
        Host a = new Host("a");
        Host b = new Host("b");
        Host c = new Host("c");
        Host d = new Host("d")) {
      long one = oneCopy(origin);
      long before = origin.bytesSent();
      List<Host> hosts = List.of(a, b, c, d);
      all(hosts, origin, hosts.stream().map(Host::name).toList(), FOR_EVER);
      assertThat(origin.bytesSent() - before).isBetween(one * 9 / 10, one * 6 / 5);
    }
  }

  @Test
  void hostsThatStandOneBehindTheOtherTakeOneCopyFromTheOrigin() throws Exception {
    Store there = Sample.store(folder.resolve("there"), DATA);
    try (HttpStoreServer origin = Sample.serve(there, ServeSettings.open().with(LINK));
        Host a = new Host("a");
        Host b = new Host("b");
        Host c = new Host("c");
        ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor()) {
      long one = oneCopy(origin);
      long before = origin.bytesSent();
      // The last begins first.
      Future<TransferReport> third = threads.submit(() -> c.pullBehind(origin, b));
      Future<TransferReport> second = threads.submit(() -> b.pullBehind(origin, a));
      a.pull(origin, List.of(), FOR_EVER, Segments.WINDOW);
      second.get();
      third.get();
      for (Host host : List.of(a, b, c)) {
        Sample.assertHolds(Store.open(host.store), Sample.NAME, DATA);
      }
      assertThat(origin.bytesSent() - before).isBetween(one, one * 6 / 5);
    }
  }

  @Test
  void aPeerThatIsNotThereAndOneThatGetsNothingAreDoneWithout() throws Exception {
    Store there = Sample.store(folder.resolve("there"), DATA);
    try (HttpStoreServer origin = Sample.serve(there, ServeSettings.open());
        Host a = new Host("a");
        Host b = new Host("b");
        Host idle = new Host("idle")) {
      long one = oneCopy(origin);
      long before = origin.bytesSent();
      Host dead = new Host("dead");
      List<String> members = List.of(a.name(), b.name(), idle.name(), dead.name());
      dead.close();
      String useless = idle.name();
      all(List.of(a, b), origin, members, (peer, _, _) -> peer.equals(useless));
      assertThat(origin.bytesSent() - before).isBetween(one * 9 / 10, one * 7 / 5);
    }
  }

  /** The system takes its connections, nobody reads from them. */
  @Test
  void aPeerThatAcceptsAndDoesNotAnswerIsDoneWithout() throws Exception {
    Store there = Sample.store(folder.resolve("there"), DATA);
    try (HttpStoreServer origin = Sample.serve(there, ServeSettings.open());
        Host a = new Host("a");
        ServerSocket silent = new ServerSocket(0, 50, InetAddress.getLoopbackAddress())) {
      String name = Sample.at(silent.getLocalPort()).text();
      TransferReport report =
          a.pull(origin, List.of(a.name(), name), (peer, _, _) -> peer.equals(name));
      assertThat(report.refused()).containsEntry(name, "did not answer for too long");
      Sample.assertHolds(Store.open(a.store), Sample.NAME, DATA);
    }
  }

  @Test
  void aPeerThatHasItAllSparesTheLink() throws Exception {
    Store there = Sample.store(folder.resolve("there"), DATA);
    try (HttpStoreServer origin = Sample.serve(there, ServeSettings.open());
        Host full = new Host("full")) {
      full.pull(origin, List.of(full.name()), FOR_EVER);
      long before = origin.bytesSent();
      Traffic traffic = new Traffic();
      try (RemoteStore far = RemoteStore.reading(Sample.of(origin), Sample.once(), traffic);
          RemoteStore near = RemoteStore.reading(Sample.of(full.server), Sample.once(), traffic)) {
        TransferReport report =
            new Pull(
                    Store.openOrCreate(folder.resolve("here")),
                    far,
                    new Site(List.of(near), Optional.empty()),
                    traffic,
                    Progress.NONE)
                .pull(Sample.NAME, Sample.NAME, Optional.empty(), false);
        assertThat(report.refused()).isEmpty();
        assertThat(report.bytesFrom()).containsEntry(far.name(), 0L);
      }
      assertThat(origin.bytesSent() - before).isLessThan(DATA.length / 50);
    }
  }
}
