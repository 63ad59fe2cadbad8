package org.heddle.agent;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.DataOutputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class StateStreamTest {
  @TempDir Path folder;

  private byte[] sent(Path from) throws IOException {
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    StateStream.send(from, "image-digest", out);
    return out.toByteArray();
  }

  private Path received(byte[] stream) throws IOException {
    Path to = Files.createTempDirectory(folder, "to");
    assertThat(StateStream.receive(new ByteArrayInputStream(stream), to, _ -> {}))
        .isEqualTo("image-digest");
    return to;
  }

  @Test
  void whatIsSentArrivesWhateverItsShape() throws IOException {
    long seed = new Random().nextLong();
    Random random = new Random(seed);
    Path from = Files.createDirectories(folder.resolve("from"));
    for (int i = 0; i < 40; i++) {
      Path file = from.resolve(i % 4 == 0 ? "sub/file" + i : "file" + i);
      Files.createDirectories(file.getParent());
      byte[] content = new byte[random.nextInt(600_000) * (i == 1 ? 0 : 1)];
      for (int run = random.nextInt(6); run > 0 && content.length > 0; run--) {
        int start = random.nextInt(content.length);
        int end = Math.min(content.length, start + random.nextInt(20_000));
        byte[] noise = new byte[end - start];
        random.nextBytes(noise);
        System.arraycopy(noise, 0, content, start, noise.length);
      }
      Files.write(file, content);
    }
    Path to = received(sent(from));
    try (var files = Files.walk(from)) {
      for (Path file : files.filter(Files::isRegularFile).toList()) {
        assertThat(to.resolve(from.relativize(file)))
            .as("seed %d, %s", seed, file)
            .hasSameBinaryContentAs(file);
      }
    }
  }

  @Test
  void zeroPagesAreNotSentAndTakeNoRoom() throws IOException {
    Path from = Files.createDirectories(folder.resolve("from"));
    try (RandomAccessFile ram = new RandomAccessFile(from.resolve("ram").toFile(), "rw")) {
      ram.setLength(64L << 20);
      ram.seek(30L << 20);
      ram.write(new byte[] {1, 2, 3});
    }
    byte[] stream = sent(from);
    assertThat(stream.length).isLessThan(10_000);
    Path to = received(stream);
    assertThat(to.resolve("ram")).hasSize(64L << 20);
    assertThat(allocated(to.resolve("ram"))).isLessThan(1L << 20);
  }

  private static long allocated(Path file) throws IOException {
    Process du = new ProcessBuilder("du", "-B1", file.toString()).start();
    String line =
        new String(du.getInputStream().readAllBytes(), java.nio.charset.StandardCharsets.UTF_8);
    return Long.parseLong(line.split("\\s", 2)[0]);
  }

  @Test
  void aStreamThatEndsTooEarlyIsNoticedWhereverItIsCut() throws IOException {
    Path from = Files.createDirectories(folder.resolve("from"));
    byte[] noise = new byte[20_000];
    new Random(1).nextBytes(noise);
    Files.write(from.resolve("ram"), noise);
    Files.write(from.resolve("manifest"), new byte[] {1});
    byte[] stream = sent(from);
    for (int cut = 0; cut < stream.length; cut += 997) {
      byte[] part = Arrays.copyOf(stream, cut);
      assertThatThrownBy(() -> received(part))
          .as("cut at %d", cut)
          .isInstanceOf(EOFException.class);
    }
    assertThatThrownBy(() -> received(Arrays.copyOf(stream, stream.length - 1)))
        .isInstanceOf(EOFException.class);
  }

  @Test
  void nothingIsWrittenOutsideOfTheFolder() throws IOException {
    for (String name : new String[] {"../escaped", "/tmp/escaped-heddle", "a/../../escaped", ""}) {
      ByteArrayOutputStream bytes = new ByteArrayOutputStream();
      try (DataOutputStream out = new DataOutputStream(bytes)) {
        out.writeInt(0x48445354);
        out.writeInt(1);
        out.writeUTF("d");
        out.writeByte(1);
        out.writeUTF(name);
        out.writeLong(0);
        out.writeInt(0);
        out.writeByte(0);
      }
      assertThatThrownBy(() -> received(bytes.toByteArray()))
          .as(name)
          .isInstanceOf(IOException.class)
          .hasMessageContaining("may not hold");
    }
  }
}
