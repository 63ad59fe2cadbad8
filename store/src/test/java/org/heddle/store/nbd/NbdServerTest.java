package org.heddle.store.nbd;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.EOFException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

@Timeout(value = 2, unit = TimeUnit.MINUTES)
final class NbdServerTest {
  private static final int NO_ZEROES = 3;
  private static final int PAGE = 4096;
  private static final int PAGES = 100;
  private static final long BAD = 90L * PAGE;

  @TempDir private Path folder;
  private final Memory disk = new Memory();
  private Path socket = Path.of("");
  private NbdServer server;

  /** Every third page is a hole; the pages from {@link #BAD} on cannot be read. */
  private static final class Memory implements Export {
    private final byte[] data = new byte[PAGES * PAGE - 100];

    Memory() {
      new Random(7).nextBytes(data);
      for (int page = 0; page < PAGES - 1; page += 3) {
        Arrays.fill(data, page * PAGE, (page + 1) * PAGE, (byte) 0);
      }
    }

    @Override
    public String name() {
      return "disk";
    }

    @Override
    public long size() {
      return data.length;
    }

    @Override
    public void read(long position, byte[] into, int offset, int length) throws IOException {
      if (position + length > BAD) {
        throw new IOException("the source is lost");
      }
      System.arraycopy(data, (int) position, into, offset, length);
    }

    @Override
    public List<Stretch> stretches(long position, long length, int most) {
      List<Stretch> stretches = new ArrayList<>();
      for (long at = position; at < position + length && stretches.size() < most; ) {
        long next = Math.min(position + length, (at / PAGE + 1) * PAGE);
        stretches.add(new Stretch(next - at, at / PAGE % 3 == 0 && at / PAGE < PAGES - 1));
        at = next;
      }
      return stretches;
    }
  }

  @BeforeEach
  void listen() throws IOException {
    socket = folder.resolve("s");
    server = NbdServer.unix(socket, disk);
  }

  @AfterEach
  void close() throws IOException {
    server.close();
    assertThat(socket).doesNotExist();
  }

  private TestClient greeted() throws IOException {
    TestClient client = new TestClient(socket);
    client.greet(NO_ZEROES);
    return client;
  }

  private TestClient structured() throws IOException {
    TestClient client = greeted();
    client.option(8, new byte[0]);
    client.answers();
    client.option(10, TestClient.contexts("disk", "base:allocation", "x:y"));
    client.answers();
    client.option(7, TestClient.name("disk"));
    client.answers();
    return client;
  }

  private TestClient simple() throws IOException {
    TestClient client = greeted();
    client.option(7, TestClient.name(""));
    client.answers();
    return client;
  }

  private byte[] data(long from, int length) {
    return Arrays.copyOfRange(disk.data, (int) from, (int) from + length);
  }

  /** More than all clients' replies may take together. */
  private static final class Large implements Export {
    @Override
    public String name() {
      return "disk";
    }

    @Override
    public long size() {
      return 64 << 20;
    }

    @Override
    public void read(long position, byte[] into, int offset, int length) {}

    @Override
    public List<Stretch> stretches(long position, long length, int most) {
      return List.of(new Stretch(length, false));
    }
  }

  @Test
  void clientsThatTakeNoRepliesDoNotKeepOthersFromTheirs() throws Exception {
    server.close();
    server = NbdServer.unix(socket, new Large(), Duration.ofMillis(200));
    try (TestClient first = simple();
        TestClient second = simple();
        TestClient other = simple()) {
      for (TestClient stuck : List.of(first, second)) {
        stuck.command(0, 0, 1, 0, 31 << 20);
        assertThat(stuck.simple().error()).isZero();
      }
      // Nearly all memory is in their replies, of which they take nothing.
      other.command(0, 0, 2, 0, 4 << 20);
      assertThat(other.simple().cookie()).isEqualTo(2);
      assertThat(other.in.readNBytes(4 << 20)).hasSize(4 << 20);
    }
  }

  @Test
  void aSocketWhoseFolderIsNotThereIsNamed() {
    Path nowhere = folder.resolve("none/s");
    assertThatThrownBy(() -> NbdServer.unix(nowhere, disk))
        .isInstanceOfSatisfying(
            FileSystemException.class,
            failure -> assertThat(failure.getFile()).isEqualTo(nowhere.toString()));
  }

  @Test
  void theOldWayToBeginGivesSizeAndFlags() throws Exception {
    for (int flags : new int[] {1, NO_ZEROES}) {
      try (TestClient client = new TestClient(socket)) {
        assertThat(client.greet(flags)).isEqualTo(3);
        client.option(1, "disk".getBytes(java.nio.charset.StandardCharsets.UTF_8));
        assertThat(client.in.readLong()).isEqualTo(disk.size());
        // Has flags, read only, may be read over several connections.
        assertThat(client.in.readUnsignedShort()).isEqualTo(0b1_0000_0011);
        if (flags == 1) {
          assertThat(client.in.readNBytes(124)).containsOnly(0);
        }
        client.command(0, 0, 42, 5000, 3000);
        assertThat(client.simple()).isEqualTo(new TestClient.Simple(0, 42));
        assertThat(client.in.readNBytes(3000)).isEqualTo(data(5000, 3000));
      }
    }
  }

  @Test
  void optionsAreAnsweredAsTheProtocolSays() throws Exception {
    try (TestClient client = greeted()) {
      client.option(3, new byte[0]);
      List<TestClient.Answer> list = client.answers();
      assertThat(list.getFirst().type()).isEqualTo(2);
      assertThat(list.getFirst().data()).endsWith((byte) 'd', (byte) 'i', (byte) 's', (byte) 'k');
      client.option(3, new byte[1]);
      assertThat(client.answer().type()).isEqualTo(0x80000003);
      client.option(5, new byte[0]);
      assertThat(client.answer()).extracting("option", "type").containsExactly(5, 0x80000001);
      client.option(6, TestClient.name("other"));
      assertThat(client.answer().type()).isEqualTo(0x80000006);
      client.option(6, new byte[] {0, 0, 0, 99, 1});
      assertThat(client.answer().type()).isEqualTo(0x80000003);
      client.option(6, new byte[100_000]);
      assertThat(client.answer().type()).isEqualTo(0x80000009);
      client.option(10, TestClient.contexts("disk", "base:allocation"));
      assertThat(client.answer().type()).as("before structured replies").isEqualTo(0x80000003);
      client.option(9, TestClient.contexts("disk"));
      assertThat(client.answers()).hasSize(2);
      client.option(6, TestClient.name("disk", 3, 9));
      List<TestClient.Answer> info = client.answers();
      assertThat(info).extracting("type").containsExactly(3, 3, 1);
      assertThat(ByteBuffer.wrap(info.getFirst().data()).getLong(2)).isEqualTo(disk.size());
      assertThat(ByteBuffer.wrap(info.get(1).data()).getInt(10)).isEqualTo(32 << 20);
      client.option(2, new byte[0]);
      assertThat(client.answer().type()).isEqualTo(1);
      assertThat(client.in.read()).isEqualTo(-1);
    }
  }

  @Test
  void structuredRepliesBringHolesAsHoles() throws Exception {
    try (TestClient client = structured()) {
      client.command(0, 0, 1, PAGE / 2, 4 * PAGE);
      byte[] read = new byte[4 * PAGE];
      int holes = 0;
      for (TestClient.Piece piece : client.pieces()) {
        assertThat(piece.cookie()).isEqualTo(1);
        ByteBuffer data = ByteBuffer.wrap(piece.data());
        int at = (int) data.getLong() - PAGE / 2;
        if (piece.type() == 2) {
          holes += data.getInt();
        } else {
          assertThat(piece.type()).isEqualTo(1);
          data.get(read, at, data.remaining());
        }
      }
      assertThat(read).isEqualTo(data(PAGE / 2, 4 * PAGE));
      assertThat(holes).isEqualTo(PAGE / 2 + PAGE);
      client.command(4, 0, 2, 0, 2 * PAGE);
      List<TestClient.Piece> one = client.pieces();
      assertThat(one).as("one piece was asked for").hasSize(1);
      assertThat(one.getFirst().data()).endsWith(data(0, 2 * PAGE));
    }
  }

  @Test
  void whereZerosAreIsTold() throws Exception {
    try (TestClient client = structured()) {
      client.command(0, 7, 3, PAGE, 3 * PAGE);
      ByteBuffer told = ByteBuffer.wrap(client.pieces().getFirst().data());
      int[] numbers = new int[7];
      told.asIntBuffer().get(numbers);
      assertThat(numbers).containsExactly(1, PAGE, 0, PAGE, 0, PAGE, 3);
      client.command(8, 7, 4, 0, 3 * PAGE);
      assertThat(client.pieces().getFirst().data()).hasSize(12);
    }
    try (TestClient client = simple()) {
      client.command(0, 7, 5, 0, PAGE);
      assertThat(client.simple()).isEqualTo(new TestClient.Simple(22, 5));
    }
  }

  @Test
  void nothingCanBeChanged() throws Exception {
    try (TestClient client = simple()) {
      client.command(0, 1, 1, 0, 70_000);
      client.out.write(new byte[70_000]);
      assertThat(client.simple()).isEqualTo(new TestClient.Simple(1, 1));
      client.command(0, 4, 2, 0, 100);
      assertThat(client.simple()).isEqualTo(new TestClient.Simple(1, 2));
      client.command(0, 6, 3, 0, 100);
      assertThat(client.simple()).isEqualTo(new TestClient.Simple(1, 3));
      client.command(0, 3, 4, 0, 0);
      assertThat(client.simple()).isEqualTo(new TestClient.Simple(0, 4));
      client.command(0, 0, 5, 3, 10);
      assertThat(client.simple()).isEqualTo(new TestClient.Simple(0, 5));
      assertThat(client.in.readNBytes(10)).isEqualTo(data(3, 10));
    }
  }

  @Test
  void aReadThatFailsIsAnErrorAndTheNextOneIsNot() throws Exception {
    try (TestClient client = simple()) {
      client.command(0, 0, 1, BAD, 10);
      assertThat(client.simple()).isEqualTo(new TestClient.Simple(5, 1));
      client.command(0, 0, 2, disk.size() - 5, 10);
      assertThat(client.simple()).isEqualTo(new TestClient.Simple(22, 2));
      client.command(0, 0, 3, 0, (32 << 20) + 1);
      assertThat(client.simple()).isEqualTo(new TestClient.Simple(75, 3));
      client.command(0, 0, 4, -1, 1);
      assertThat(client.simple()).isEqualTo(new TestClient.Simple(22, 4));
      client.command(0, 99, 5, 0, 1);
      assertThat(client.simple()).isEqualTo(new TestClient.Simple(22, 5));
      client.command(0, 0, 6, PAGE, 10);
      assertThat(client.simple()).isEqualTo(new TestClient.Simple(0, 6));
    }
    try (TestClient client = structured()) {
      client.command(0, 0, 7, BAD - PAGE, 3 * PAGE);
      TestClient.Piece error = client.pieces().getLast();
      assertThat(error.type()).isEqualTo(0x8001);
      assertThat(ByteBuffer.wrap(error.data()).getInt()).isEqualTo(5);
      assertThat(new String(error.data(), java.nio.charset.StandardCharsets.UTF_8))
          .contains("the source is lost");
    }
  }

  @Test
  void manyReadsGoOnAtOnce() throws Exception {
    try (TestClient client = simple()) {
      for (int i = 0; i < 500; i++) {
        client.command(0, 0, i, i * 37L, 1000);
      }
      boolean[] answered = new boolean[500];
      for (int i = 0; i < 500; i++) {
        TestClient.Simple head = client.simple();
        assertThat(head.error()).isZero();
        int which = (int) head.cookie();
        assertThat(client.in.readNBytes(1000)).isEqualTo(data(which * 37L, 1000));
        answered[which] = true;
      }
      assertThat(answered).doesNotContain(false);
    }
  }

  @Test
  void whoBreaksTheProtocolLosesItsConnectionAndNothingElse() throws Exception {
    for (int seed = 0; seed < 150; seed++) {
      Random random = new Random(seed);
      try (TestClient client = seed % 3 == 0 ? new TestClient(socket) : greeted()) {
        if (seed % 3 == 2) {
          client.option(7, TestClient.name("disk"));
        }
        byte[] noise = new byte[random.nextInt(300)];
        random.nextBytes(noise);
        client.out.write(noise);
        client.out.flush();
      } catch (IOException cut) {
        assertThat(cut).as("seed %d", seed).isNotNull();
      }
    }
    try (TestClient client = new TestClient(socket)) {
      client.greet(0x80);
      assertThatThrownBy(client::answer).isInstanceOf(EOFException.class);
    }
    try (TestClient client = simple()) {
      client.command(0, 0, 1, 0, PAGE);
      assertThat(client.simple()).isEqualTo(new TestClient.Simple(0, 1));
    }
  }

  @Test
  void aSocketIsItsOwnersAndADeadOneIsReplaced() throws Exception {
    assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(socket)))
        .isEqualTo("rw-------");
    assertThatThrownBy(() -> NbdServer.unix(socket, disk))
        .isInstanceOf(FileSystemException.class)
        .hasMessageContaining("another server");
    Path file = Files.createFile(folder.resolve("file"));
    assertThatThrownBy(() -> NbdServer.unix(file, disk))
        .isInstanceOf(FileSystemException.class)
        .hasMessageContaining("no socket");
    Path dead = folder.resolve("dead");
    try (var channel =
        java.nio.channels.ServerSocketChannel.open(java.net.StandardProtocolFamily.UNIX)) {
      channel.bind(java.net.UnixDomainSocketAddress.of(dead));
    }
    assertThat(dead).exists();
    try (NbdServer again = NbdServer.unix(dead, disk);
        TestClient client = new TestClient(dead)) {
      assertThat(again.uri()).isEqualTo("nbd+unix:///disk?socket=" + dead);
      assertThat(client.greet(NO_ZEROES)).isEqualTo(3);
    }
  }
}
