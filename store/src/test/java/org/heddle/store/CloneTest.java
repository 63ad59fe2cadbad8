package org.heddle.store;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** On file systems that share blocks, what a new file has from an old one takes no space. */
@Tag("real")
final class CloneTest {
  private static final int MIB = 1 << 20;

  @TempDir Path folder;

  /** A file system of its own in a file, gone when it is closed. */
  private record Loop(Path mounted) implements AutoCloseable {
    static Loop make(Path folder, String type) throws IOException {
      Path image = folder.resolve(type + ".img");
      try (RandomAccessFile file = new RandomAccessFile(image.toFile(), "rw")) {
        file.setLength(400L * MIB);
      }
      run("mkfs." + type, "-q", image.toString());
      Path mounted = Files.createDirectory(folder.resolve(type));
      run("mount", "-o", "loop", image.toString(), mounted.toString());
      return new Loop(mounted);
    }

    /** What files take, by the file system's own count. */
    long used() throws IOException {
      run("sync", "-f", mounted.toString());
      return Files.getFileStore(mounted).getTotalSpace()
          - Files.getFileStore(mounted).getUnallocatedSpace();
    }

    @Override
    public void close() throws IOException {
      run("umount", mounted.toString());
    }
  }

  private static void run(String... command) throws IOException {
    Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
    String told = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    assertThat(process.onExit().join().exitValue())
        .as("%s: %s", String.join(" ", command), told)
        .isZero();
  }

  @ParameterizedTest
  @ValueSource(strings = {"btrfs", "xfs"})
  void whatTwoFilesShareTakesNoSpace(String type) throws Exception {
    assumeTrue(
        Files.isExecutable(Path.of("/usr/sbin/mkfs." + type)),
        "no mkfs." + type + " here (./heddle test gets it)");
    byte[] first = Samples.noise(new Random(30), 20 * MIB);
    byte[] second = next(first);
    Store store = Store.create(folder.resolve("s"), 0);
    Samples.make(store, Samples.file(folder, "second", second), "second");
    try (Loop loop = Loop.make(folder, type);
        IndexReader index = store.index("second")) {
      Path old = Samples.file(loop.mounted(), "old", first);
      Path young = loop.mounted().resolve("young");
      long before = loop.used();
      ExtractReport done = new Extractor(store, Progress.NONE).extract(index, young, List.of(old));
      long taken = loop.used() - before;
      assertThat(young).hasBinaryContent(second);
      assertThat(done.bytesCloned()).isBetween(18L * MIB, 20L * MIB);
      assertThat(done.bytesWritten()).isEqualTo(second.length - done.bytesCloned());
      assertThat(taken).as("bytes that the new file takes").isLessThan(6L * MIB);
      assertThat(loop.mounted().toFile().list()).containsExactlyInAnyOrder("old", "young");
      // Neither changes with the other.
      Files.write(old, new byte[first.length]);
      assertThat(young).hasBinaryContent(second);
    }
  }

  /** Some bytes changed, a mebibyte put in, and a tail that moves by no whole blocks. */
  private static byte[] next(byte[] first) {
    Random random = new Random(31);
    byte[] next = Arrays.copyOf(first, first.length + MIB);
    System.arraycopy(Samples.noise(random, 100), 0, next, 4 * MIB + 17, 100);
    System.arraycopy(Samples.noise(random, MIB), 0, next, 8 * MIB, MIB);
    System.arraycopy(first, 8 * MIB, next, 9 * MIB, 12 * MIB);
    System.arraycopy(first, 19 * MIB, next, 20 * MIB + 100, MIB - 100);
    return next;
  }
}
