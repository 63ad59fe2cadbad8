package org.heddle.store.transfer;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.heddle.store.ChunkId;
import org.heddle.store.IndexReader;
import org.heddle.store.Progress;
import org.heddle.store.Store;
import org.heddle.store.StoreException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class PushPullTest {
  private static final byte[] OLD = Sample.image(1, 600);
  private static final byte[] NEW = edited(OLD);

  @TempDir private Path folder;

  private static byte[] edited(byte[] data) {
    byte[] edited = data.clone();
    System.arraycopy(Sample.image(2, 10), 0, edited, 300 * 4096, 10 * 4096);
    return edited;
  }

  private Store store(String name) throws IOException {
    return Store.openOrCreate(folder.resolve(name));
  }

  @Test
  void aPullFetchesOnlyWhatIsMissing() throws Exception {
    Store there = Sample.store(folder.resolve("there"), OLD);
    Store here = store("here");
    try (HttpStoreServer server = Sample.serve(there)) {
      TransferReport first = Sample.pull(here, Sample.of(server), Sample.once());
      Sample.assertHolds(here, Sample.NAME, OLD);
      assertThat(first.bytesMoved()).isGreaterThan(OLD.length / 2);
      Sample.add(there, "next", NEW);
      Traffic traffic = new Traffic();
      try (RemoteStore origin = RemoteStore.reading(Sample.of(server), Sample.once(), traffic)) {
        TransferReport second =
            new Pull(here, origin, Site.alone(), traffic, Progress.NONE)
                .pull("next", "mine", Optional.empty(), false);
        assertThat(second.bytesSent()).isLessThan(first.bytesSent() / 4);
      }
      Sample.assertHolds(here, "mine", NEW);
    }
  }

  @Test
  void aLargeFileIsPulledOneWindowAfterTheOther() throws Exception {
    byte[] twice = Arrays.copyOf(OLD, 2 * OLD.length);
    System.arraycopy(OLD, 0, twice, OLD.length, OLD.length);
    Store there = Sample.store(folder.resolve("there"), twice);
    List<Long> told = Collections.synchronizedList(new ArrayList<>());
    Traffic traffic = new Traffic();
    try (HttpStoreServer server = Sample.serve(there);
        RemoteStore origin = RemoteStore.reading(Sample.of(server), Sample.once(), traffic)) {
      Store here = store("here");
      Patience patience = (_, _, _) -> false;
      Progress progress = (done, _) -> told.add(done);
      TransferReport one =
          new Pull(here, origin, Site.alone(), traffic, progress, patience, 20)
              .pull(Sample.NAME, Sample.NAME, Optional.empty(), false);
      Sample.assertHolds(here, Sample.NAME, twice);
      TransferReport all = Sample.pull(store("other"), Sample.of(server), Sample.once());
      assertThat(one.bytesMoved()).isEqualTo(all.bytesMoved());
      assertThat(one.chunks()).isEqualTo(all.chunks()).isGreaterThan(3 * 20);
    }
    assertThat(told).last().isEqualTo((long) twice.length);
    assertThat(told).allSatisfy(done -> assertThat(done).isBetween(0L, (long) twice.length));
  }

  @Test
  void aPushSendsOnlyWhatIsMissingThere() throws Exception {
    Store here = Sample.store(folder.resolve("here"), OLD);
    Store there = store("there");
    try (HttpStoreServer server = Sample.serve(there)) {
      TransferReport first = Sample.push(here, Sample.of(server), Sample.once());
      Sample.assertHolds(there, Sample.NAME, OLD);
      Sample.add(here, Sample.NAME, NEW);
      TransferReport second = Sample.push(here, Sample.of(server), Sample.once());
      Sample.assertHolds(there, Sample.NAME, NEW);
      assertThat(second.bytesSent()).isLessThan(first.bytesSent() / 4);
      TransferReport third = Sample.push(here, Sample.of(server), Sample.once());
      assertThat(third.chunks()).isZero();
    }
  }

  @Test
  void aCommandOnAnotherMachineServesBothWays() throws Exception {
    Store here = Sample.store(folder.resolve("here"), OLD);
    Path far = folder.resolve("it's there");
    ConnectSettings settings = Sample.overStreams();
    Address address = new Address.Shell("user@host", folder.resolve("its there").toString());
    assertThat(((Address.Shell) address).command(List.of("ssh"), false))
        .containsExactly(
            "ssh",
            "user@host",
            "heddle store serve --stdio --store '" + folder.resolve("its there") + "'");
    assertThat(new Address.Shell("host", far.toString()).command(List.of("ssh"), false).getLast())
        .endsWith("/it'\\''s there'");
    Sample.push(here, address, settings);
    Sample.assertHolds(store("its there"), Sample.NAME, OLD);
    Store back = store("back");
    Sample.pull(back, address, settings);
    Sample.assertHolds(back, Sample.NAME, OLD);
  }

  @Test
  void whoHasNotTheTokenGetsNothing() throws Exception {
    Store there = Sample.store(folder.resolve("there"), NEW);
    Store here = store("here");
    ServeSettings secret = ServeSettings.open().with(Optional.of("secret"));
    try (HttpStoreServer server = Sample.serve(there, secret)) {
      for (Optional<String> token : List.of(Optional.<String>empty(), Optional.of("secreT"))) {
        ConnectSettings settings = Sample.once().with(token);
        assertThatThrownBy(() -> Sample.pull(here, Sample.of(server), settings))
            .isInstanceOf(StoreException.class)
            .hasMessageContaining("401");
      }
      Sample.pull(here, Sample.of(server), Sample.once().with(Optional.of("secret")));
      Sample.assertHolds(here, Sample.NAME, NEW);
    }
  }

  @Test
  void aServerForReadingOnlyTakesNothing() throws Exception {
    Store here = Sample.store(folder.resolve("here"), NEW);
    try (HttpStoreServer server =
        Sample.serve(store("there"), ServeSettings.open().onlyReading(true))) {
      assertThatThrownBy(() -> Sample.push(here, Sample.of(server), Sample.once()))
          .isInstanceOf(StoreException.class)
          .hasMessageContaining("reading only");
    }
  }

  @Test
  void whatIsNotThereIsSaid() throws Exception {
    try (HttpStoreServer server = Sample.serve(store("there"))) {
      assertThatThrownBy(() -> Sample.pull(store("here"), Sample.of(server), Sample.once()))
          .isInstanceOfSatisfying(
              StoreException.class,
              e -> assertThat(e.kind()).isEqualTo(StoreException.Kind.NOT_FOUND))
          .hasMessageContaining("there is no index 'image'");
    }
  }

  @Test
  void anotherIndexUnderTheExpectedNameIsRefused() throws Exception {
    Store there = Sample.store(folder.resolve("there"), OLD);
    ChunkId other = ChunkId.hash(new byte[1], 0, 1);
    try (HttpStoreServer server = Sample.serve(there)) {
      Traffic traffic = new Traffic();
      try (RemoteStore origin = RemoteStore.reading(Sample.of(server), Sample.once(), traffic)) {
        Pull pull = new Pull(store("here"), origin, Site.alone(), traffic, Progress.NONE);
        assertThatThrownBy(() -> pull.pull(Sample.NAME, Sample.NAME, Optional.of(other), false))
            .isInstanceOf(StoreException.class)
            .hasMessageContaining("was expected");
      }
    }
    assertThat(store("here").names()).isEmpty();
  }

  @Test
  void twoPullsIntoOneStoreAtOnceBothEnd() throws Exception {
    Store there = Sample.store(folder.resolve("there"), OLD);
    store("here");
    try (HttpStoreServer server = Sample.serve(there);
        ExecutorService threads = Executors.newFixedThreadPool(2)) {
      List<Future<TransferReport>> both =
          threads.invokeAll(
              List.of(
                  () -> Sample.pull(store("here"), Sample.of(server), Sample.once()),
                  () -> Sample.pull(store("here"), Sample.of(server), Sample.once())));
      for (Future<TransferReport> one : both) {
        assertThat(one.get().index().fileSize()).isEqualTo(OLD.length);
      }
    }
    Sample.assertHolds(store("here"), Sample.NAME, OLD);
  }

  @Test
  void aFullStoreRefusesAPushAndSaysWhy() throws Exception {
    Store here = Sample.store(folder.resolve("here"), OLD);
    Store there = Store.create(folder.resolve("there"), 200_000);
    try (HttpStoreServer server = Sample.serve(there)) {
      assertThatThrownBy(() -> Sample.push(here, Sample.of(server), Sample.once()))
          .isInstanceOfSatisfying(
              StoreException.class, e -> assertThat(e.kind()).isEqualTo(StoreException.Kind.FULL));
    }
    assertThat(there.names()).isEmpty();
  }

  @Test
  void aPullIntoAFullStoreBlamesNoSource() throws Exception {
    Store there = Sample.store(folder.resolve("there"), OLD);
    Store here = Store.create(folder.resolve("here"), 200_000);
    try (HttpStoreServer server = Sample.serve(there)) {
      assertThatThrownBy(() -> Sample.pull(here, Sample.of(server), Sample.once()))
          .isInstanceOfSatisfying(
              StoreException.class, e -> assertThat(e.kind()).isEqualTo(StoreException.Kind.FULL));
    }
  }

  @Test
  void aServedIndexIsTheSameFile() throws Exception {
    Store there = Sample.store(folder.resolve("there"), OLD);
    Store here = store("here");
    try (HttpStoreServer server = Sample.serve(there)) {
      Sample.pull(here, Sample.of(server), Sample.once());
    }
    try (IndexReader one = there.index(Sample.NAME);
        IndexReader other = here.index(Sample.NAME)) {
      assertThat(other.info()).isEqualTo(one.info());
    }
  }
}
