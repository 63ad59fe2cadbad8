package org.heddle.store.transfer;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.DataInputStream;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import org.heddle.store.ChunkRef;
import org.heddle.store.IndexReader;
import org.heddle.store.Progress;
import org.heddle.store.Store;
import org.heddle.store.StoreException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class HostilePeerTest {
  private static final byte[] DATA = Sample.image(21, 60);

  @TempDir private Path folder;

  private static TransferReport pull(Store here, RemoteStore origin) throws IOException {
    return new Pull(here, origin, Site.alone(), new Traffic(), Progress.NONE)
        .pull(Sample.NAME, Sample.NAME, Optional.empty(), false);
  }

  @Test
  void nothingThatALiarSendsIsStoredAndTheReasonIsSaid() throws Exception {
    Store there = Sample.store(folder.resolve("there"), DATA);
    int number = 0;
    try (Responder honest = new Responder(there, true, Duration.ofMinutes(1))) {
      for (Map.Entry<String, Liar.Lie> lie : Liar.lies().entrySet()) {
        Store here = Store.openOrCreate(folder.resolve("here" + number++));
        RemoteStore liar = new RemoteStore(new Liar(honest, lie.getValue()), 2);
        assertThatThrownBy(() -> pull(here, liar))
            .as(lie.getKey())
            .isInstanceOf(StoreException.class)
            .hasMessageContaining("given up: {liar=");
        assertThat(here.names()).as(lie.getKey()).isEmpty();
      }
    }
  }

  @Test
  void aFlippedBitAnywhereIsFoundAndAnotherSourceTakesOver() throws Exception {
    Store there = Sample.store(folder.resolve("there"), DATA);
    try (Responder honest = new Responder(there, true, Duration.ofMinutes(1));
        HttpStoreServer server = Sample.serve(there)) {
      for (int seed = 0; seed < 40; seed++) {
        Random random = new Random(seed);
        RemoteStore liar =
            new RemoteStore(
                new Liar(
                    honest,
                    (_, told, out) -> {
                      byte[] flipped = told.clone();
                      flipped[random.nextInt(flipped.length)] ^= (byte) (1 << random.nextInt(8));
                      out.write(flipped);
                    }),
                2);
        Store here = Store.openOrCreate(folder.resolve("here" + seed));
        Traffic traffic = new Traffic();
        try (RemoteStore origin = RemoteStore.reading(Sample.of(server), Sample.once(), traffic)) {
          new Pull(here, origin, new Site(List.of(liar), Optional.empty()), traffic, Progress.NONE)
              .pull(Sample.NAME, Sample.NAME, Optional.empty(), false);
        }
        Sample.assertHolds(here, Sample.NAME, DATA);
      }
    }
  }

  @Test
  void requestsThatAreNoneHarmNothing() throws Exception {
    Store store = Sample.store(folder.resolve("store"), DATA);
    List<byte[]> whole = new ArrayList<>();
    try (IndexReader index = store.index(Sample.NAME)) {
      List<ChunkRef> chunks = new ArrayList<>();
      index.eachChunk(chunks::add);
      whole.add(Request.fetch(chunks).open().readAllBytes());
      whole.add(
          Request.missing(Responder.NO_SESSION, chunks.stream().map(ChunkRef::id).toList())
              .open()
              .readAllBytes());
      whole.add(Request.sketches(chunks).open().readAllBytes());
      List<ChunkRef> wanted = chunks.subList(0, 3);
      List<ChunkRef> references = chunks.subList(3, 6);
      whole.add(Request.differ(wanted, references).open().readAllBytes());
      whole.add(Request.index("../" + Sample.NAME).open().readAllBytes());
      whole.add(Request.begin().open().readAllBytes());
    }
    try (Responder responder = new Responder(store, false, Duration.ofMinutes(1))) {
      for (int seed = 0; seed < 2000; seed++) {
        Random random = new Random(seed);
        byte[] request = whole.get(random.nextInt(whole.size())).clone();
        for (int i = 0; i <= random.nextInt(4); i++) {
          request[random.nextInt(Math.min(request.length, 60))] = (byte) random.nextInt(256);
        }
        try {
          responder.answer(new ByteArrayInputStream(request), new ByteArrayOutputStream());
        } catch (IOException refused) {
          assertThat(refused).as("seed %d", seed).isNotNull();
        }
      }
    }
    Sample.assertHolds(store, Sample.NAME, DATA);
    assertThat(store.names()).containsExactly(Sample.NAME);
  }

  @Test
  void aNameThatLeadsOutIsRefused() throws Exception {
    Store there = Sample.store(folder.resolve("there"), DATA);
    try (Responder responder = new Responder(there, false, Duration.ofMinutes(1))) {
      for (String name : List.of("../format", "a/b", "/etc/passwd", ".", "x\0y")) {
        ByteArrayOutputStream reply = new ByteArrayOutputStream();
        responder.answer(Request.index(name).open(), reply);
        FrameInput message = new FrameInput(new ByteArrayInputStream(reply.toByteArray()), 1 << 20);
        assertThatThrownBy(() -> new DataInputStream(message).readLong())
            .as(name)
            .isInstanceOf(StoreException.class)
            .hasMessageContaining("cannot be a name");
      }
    }
  }
}
