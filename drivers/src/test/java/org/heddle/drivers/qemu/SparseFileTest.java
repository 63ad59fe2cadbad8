package org.heddle.drivers.qemu;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Random;
import org.heddle.drivers.qemu.SparseFile.Content;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class SparseFileTest {
  private static final int ROUNDS = 40;

  @TempDir Path folder;

  @Test
  void copiesWhatIsThereAndKeepsTheHoles() throws IOException {
    long seed = System.nanoTime();
    Random random = new Random(seed);
    for (int round = 0; round < ROUNDS; round++) {
      byte[] bytes = pages(random);
      Path from = Files.write(folder.resolve("from"), bytes);
      Path to = folder.resolve("to" + round);
      Content copied = SparseFile.copy(from, to, round % 2 == 0, () -> false);
      assertThat(Files.readAllBytes(to)).as("seed %d", seed).isEqualTo(bytes);
      assertThat(copied.size()).isEqualTo(bytes.length);
      assertThat(SparseFile.digest(to, () -> false)).isEqualTo(copied);
      assertThat(allocated(to))
          .as("seed %d", seed)
          .isLessThanOrEqualTo(copied.data() + shortHoles(bytes) + 8192);
      assertThat(SparseFile.copyWhole(from, to, true, () -> false)).isEqualTo(copied);
      assertThat(Files.mismatch(from, to)).as("as a whole, seed %d", seed).isEqualTo(-1);
    }
  }

  /** Large enough for direct access and for several segments, which several threads share. */
  @Test
  void largeFilesToo() throws IOException {
    long seed = System.nanoTime();
    Random random = new Random(seed);
    byte[] bytes = new byte[2 * SegmentPass.SEGMENT + 5 * SparseFile.PAGE];
    for (int i = 0; i < 300; i++) {
      bytes[random.nextInt(bytes.length)] = (byte) (1 + random.nextInt(255));
    }
    Path from = Files.write(folder.resolve("from"), bytes);
    Path to = folder.resolve("to");
    Content copied = SparseFile.copy(from, to, true, () -> false);
    assertThat(Files.mismatch(from, to)).as("seed %d", seed).isEqualTo(-1);
    assertThat(SparseFile.digest(to, () -> false)).isEqualTo(copied);
    int position = random.nextInt(bytes.length);
    bytes[position] ^= 1;
    assertThat(content(from, bytes).sha256()).as("seed %d", seed).isNotEqualTo(copied.sha256());
  }

  /** Zeros that may be written along, because a write of their own for what follows costs more. */
  private static long shortHoles(byte[] bytes) {
    long bridged = 0;
    int run = 0;
    for (int page = 0; page < bytes.length; page += SparseFile.PAGE) {
      boolean zero = true;
      for (int i = page; i < Math.min(page + SparseFile.PAGE, bytes.length); i++) {
        zero &= bytes[i] == 0;
      }
      if (!zero) {
        bridged += run <= 4 ? run : 0;
      }
      run = zero ? run + 1 : 0;
    }
    return bridged * SparseFile.PAGE;
  }

  @Test
  void digestChangesWithEveryBitAndWithTheLength() throws IOException {
    long seed = System.nanoTime();
    Random random = new Random(seed);
    for (int round = 0; round < ROUNDS; round++) {
      byte[] bytes = pages(random);
      Path file = folder.resolve("file");
      Content before = content(file, bytes);
      int position = random.nextInt(bytes.length);
      bytes[position] = (byte) (bytes[position] ^ (1 << random.nextInt(8)));
      assertThat(content(file, bytes).sha256()).as("seed %d", seed).isNotEqualTo(before.sha256());
    }
    assertThat(content(folder.resolve("a"), new byte[8192]).sha256())
        .isNotEqualTo(content(folder.resolve("b"), new byte[8193]).sha256());
  }

  @Test
  void samePageAtAnotherPlaceHasAnotherDigest() throws IOException {
    byte[] first = new byte[4 * SparseFile.PAGE];
    byte[] second = new byte[4 * SparseFile.PAGE];
    first[0] = 1;
    second[SparseFile.PAGE] = 1;
    assertThat(content(folder.resolve("a"), first).sha256())
        .isNotEqualTo(content(folder.resolve("b"), second).sha256());
  }

  @Test
  void stopsWhenCancelled() throws IOException {
    Path from = Files.write(folder.resolve("from"), new byte[100]);
    assertThatThrownBy(() -> SparseFile.copy(from, folder.resolve("to"), false, () -> true))
        .isInstanceOf(IOException.class);
  }

  private static Content content(Path file, byte[] bytes) throws IOException {
    return SparseFile.digest(Files.write(file, bytes), () -> false);
  }

  /** One to about 800 pages, half of them zero in runs, and a last one that may be short. */
  private static byte[] pages(Random random) {
    byte[] bytes = new byte[1 + random.nextInt(800 * SparseFile.PAGE)];
    boolean zero = random.nextBoolean();
    for (int page = 0; page < bytes.length; page += SparseFile.PAGE) {
      zero = random.nextInt(6) == 0 ? !zero : zero;
      if (!zero) {
        bytes[page + random.nextInt(Math.min(SparseFile.PAGE, bytes.length - page))] = 1;
      }
    }
    return bytes;
  }

  private static long allocated(Path file) throws IOException {
    Process du =
        new ProcessBuilder("du", "--block-size=1", file.toString())
            .redirectErrorStream(true)
            .start();
    String printed =
        new String(du.getInputStream().readAllBytes(), java.nio.charset.StandardCharsets.UTF_8);
    return Long.parseLong(printed.substring(0, printed.indexOf('\t')));
  }
}
