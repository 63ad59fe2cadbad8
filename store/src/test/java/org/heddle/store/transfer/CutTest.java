package org.heddle.store.transfer;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.ServerSocket;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.heddle.store.Block;
import org.heddle.store.ChunkId;
import org.heddle.store.ChunkRef;
import org.heddle.store.Effort;
import org.heddle.store.Store;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class CutTest {
  private static final byte[] DATA = Sample.image(11, 250);

  @TempDir private Path folder;

  private interface Transfer {
    void go(Address address) throws IOException;
  }

  /** Repeats a transfer over connections that are cut later each time, until it is through. */
  private static int untilDone(HttpStoreServer server, Random random, Transfer transfer)
      throws IOException {
    long bytes = 0;
    for (int attempt = 1; attempt < 500; attempt++) {
      bytes += 1 + random.nextInt(90_000);
      try (CuttingProxy proxy = new CuttingProxy(server.address().getPort(), bytes)) {
        transfer.go(proxy.address());
        return attempt;
      } catch (CutException cut) {
        assertThat(cut).isNotNull();
      }
    }
    throw new AssertionError("never done");
  }

  @Test
  void aPullThatIsCutAgainAndAgainEndsAtLast() throws Exception {
    Store there = Sample.store(folder.resolve("there"), DATA);
    Store here = Store.openOrCreate(folder.resolve("here"));
    try (HttpStoreServer server = Sample.serve(there)) {
      int attempts =
          untilDone(server, new Random(12), address -> Sample.pull(here, address, Sample.once()));
      assertThat(attempts).isGreaterThan(3);
    }
    Sample.assertHolds(here, Sample.NAME, DATA);
  }

  @Test
  void aPushThatIsCutAgainAndAgainEndsAtLast() throws Exception {
    Store here = Sample.store(folder.resolve("here"), DATA);
    Store there = Store.openOrCreate(folder.resolve("there"));
    ServeSettings short_ =
        new ServeSettings(
            java.util.Optional.empty(),
            false,
            RateLimit.NONE,
            Duration.ofSeconds(1),
            Duration.ofMinutes(1));
    try (HttpStoreServer server = Sample.serve(there, short_)) {
      int attempts =
          untilDone(server, new Random(13), address -> Sample.push(here, address, patient()));
      assertThat(attempts).isGreaterThan(3);
    }
    Sample.assertHolds(there, Sample.NAME, DATA);
  }

  /** The sessions of pushes that were cut end after a second; until then there may be too many. */
  private static ConnectSettings patient() {
    return ConnectSettings.plain().impatient(Duration.ofMinutes(1), 3);
  }

  @Test
  void whatArrivedBeforeACutDoesNotComeAgain() throws Exception {
    byte[] noise = new byte[30 << 20];
    new Random(14).nextBytes(noise);
    Store there = Sample.store(folder.resolve("there"), noise);
    Store here = Store.openOrCreate(folder.resolve("here"));
    try (HttpStoreServer server = Sample.serve(there)) {
      try (CuttingProxy proxy = new CuttingProxy(server.address().getPort(), 26 << 20)) {
        assertThat(failure(() -> Sample.pull(here, proxy.address(), Sample.once()))).isTrue();
        assertThat(proxy.used()).isTrue();
      }
      TransferReport rest = Sample.pull(here, Sample.of(server), Sample.once());
      assertThat(rest.bytesSent()).isLessThan(noise.length * 3L / 4);
    }
    Sample.assertHolds(here, Sample.NAME, noise);
  }

  private interface Attempt {
    void go() throws IOException;
  }

  private static boolean failure(Attempt attempt) {
    try {
      attempt.go();
      return false;
    } catch (IOException expected) {
      return true;
    }
  }

  @Test
  void aRequestCutAtAnyByteChangesNothingAndAReplyCutAtAnyByteIsNoReply() throws Exception {
    Store store = Sample.store(folder.resolve("store"), Sample.image(15, 20));
    byte[] bytes = {1, 2, 3};
    ChunkRef chunk = new ChunkRef(ChunkId.hash(bytes, 0, 3), 3);
    Block block = Block.of(bytes, List.of(chunk), Effort.FAST);
    try (Responder responder = new Responder(store, false, Duration.ofMinutes(1))) {
      byte[] begun = answer(responder, bytes(Request.begin()));
      FrameInput reply = new FrameInput(new ByteArrayInputStream(begun), 16);
      java.io.DataInputStream id = new java.io.DataInputStream(reply);
      java.util.UUID session = new java.util.UUID(id.readLong(), id.readLong());
      List<Request> requests =
          List.of(
              Request.index(Sample.NAME),
              Request.missing(Responder.NO_SESSION, List.of(chunk.id())),
              Request.fetch(List.of(chunk)),
              Request.put(session, List.of(block)),
              Request.publish(session, "other", true, store.indexFile(Sample.NAME)));
      for (Request request : requests) {
        everyCut(responder, bytes(request));
      }
      assertThat(store.names()).containsExactly(Sample.NAME);
      assertThat(store.has(chunk.id())).isFalse();
    }
  }

  private static void everyCut(Responder responder, byte[] whole) {
    for (int length = 0; length < whole.length; length += whole.length > 2000 ? 37 : 1) {
      byte[] cut = java.util.Arrays.copyOf(whole, length);
      assertThat(
              failure(() -> {
                byte[] reply = answer(responder, cut);
                new FrameInput(new ByteArrayInputStream(reply), Long.MAX_VALUE).drain();
              }))
          .as("cut after %d bytes", length)
          .isTrue();
    }
  }

  private static byte[] bytes(Request request) throws IOException {
    try (InputStream in = request.open()) {
      return in.readAllBytes();
    }
  }

  private static byte[] answer(Responder responder, byte[] request) throws IOException {
    ByteArrayOutputStream reply = new ByteArrayOutputStream();
    responder.answer(new ByteArrayInputStream(request), reply);
    return reply.toByteArray();
  }

  @Test
  void aServerThatSaysNothingIsGivenUp() throws Exception {
    Store here = Store.openOrCreate(folder.resolve("here"));
    List<Throwable> said = new ArrayList<>();
    try (ServerSocket silent = new ServerSocket(0)) {
      ConnectSettings settings = ConnectSettings.plain().impatient(Duration.ofMillis(300), 1);
      try {
        Sample.pull(here, Sample.at(silent.getLocalPort()), settings);
      } catch (IOException failure) {
        said.add(failure);
      }
    }
    assertThat(said).singleElement().asString().contains("did not answer in time");
  }

  /** A byte now and then, each in time. */
  @Test
  void aServerThatTricklesIsGivenUp() throws Exception {
    Store here = Store.openOrCreate(folder.resolve("here"));
    Store there = Sample.store(folder.resolve("there"), Sample.image(8, 400));
    List<Throwable> said = new ArrayList<>();
    try (ServerSocket slow = new ServerSocket(0);
        Responder responder = new Responder(there, true, Duration.ofMinutes(1))) {
      byte[] index = answer(responder, bytes(Request.index(Sample.NAME)));
      Thread.ofVirtual().start(() -> trickle(slow, index));
      ConnectSettings settings = ConnectSettings.plain().impatient(Duration.ofSeconds(2), 1);
      try {
        Sample.pull(here, Sample.at(slow.getLocalPort()), settings);
      } catch (IOException failure) {
        said.add(failure);
      }
    }
    assertThat(said)
        .singleElement()
        .asString()
        .contains("moves less than 1024 bytes/s for 2 s")
        .contains("--limit");
  }

  private static void trickle(ServerSocket slow, byte[] reply) {
    try {
      OutputStream out = slow.accept().getOutputStream();
      out.write(
          "HTTP/1.1 200 OK\r\nContent-Length: 1000000\r\n\r\n"
              .getBytes(java.nio.charset.StandardCharsets.US_ASCII));
      for (byte one : reply) {
        out.write(one);
        out.flush();
        Thread.sleep(20);
      }
    } catch (IOException | InterruptedException over) {
      // The test is over.
    }
  }

  @Test
  void aServerThatStopsInTheMiddleIsGivenUp() throws Exception {
    Store here = Store.openOrCreate(folder.resolve("here"));
    try (ServerSocket half = new ServerSocket(0)) {
      Thread.ofVirtual()
          .start(() -> {
            try {
              OutputStream out = half.accept().getOutputStream();
              out.write(
                  "HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\nHDL"
                      .getBytes(java.nio.charset.StandardCharsets.US_ASCII));
              out.flush();
            } catch (IOException over) {
              // The test is over.
            }
          });
      ConnectSettings settings = ConnectSettings.plain().impatient(Duration.ofMillis(300), 1);
      assertThat(failure(() -> Sample.pull(here, Sample.at(half.getLocalPort()), settings)))
          .isTrue();
    }
  }
}
