package org.heddle.store;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.List;
import java.util.Random;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Files are made beside old ones that are like them, on whatever file system the test runs. */
final class LikeTest {
  @TempDir Path folder;

  private static ExtractReport extract(Store store, Path file, Progress progress, Path... like)
      throws IOException {
    try (IndexReader index = store.index("young")) {
      return new Extractor(store, progress).extract(index, file, List.of(like));
    }
  }

  private Store storeOf(byte[] young) throws IOException {
    Store store = Store.openOrCreate(folder.resolve("s"));
    Samples.make(store, Samples.file(folder, "young", young), "young");
    return store;
  }

  private List<String> files() throws IOException {
    try (Stream<Path> files = Files.list(folder)) {
      return files.map(file -> String.valueOf(file.getFileName())).sorted().toList();
    }
  }

  @Test
  void whatIsMadeBesideOldFilesIsWhatTheIndexSays() throws IOException {
    for (long seed = 0; seed < 8; seed++) {
      Random random = new Random(seed);
      byte[] first = Samples.image(random, 1 + random.nextInt(300));
      byte[] other = Samples.image(random, 1 + random.nextInt(100));
      byte[] second = Samples.edited(random, random.nextInt(3) == 0 ? other : first);
      Path old = Samples.file(folder, "old", first);
      Path older = Samples.file(folder, "older", other);
      Store store = storeOf(second);
      Path out = folder.resolve("out");
      ExtractReport done = extract(store, out, Progress.NONE, old, older);
      assertThat(out).as("seed %d", seed).hasBinaryContent(second);
      assertThat(old).as("old, seed %d", seed).hasBinaryContent(first);
      assertThat(done.bytesWritten() + done.bytesCloned())
          .as("seed %d", seed)
          .isEqualTo(done.index().dataBytes());
      extract(store, old, Progress.NONE, old);
      assertThat(old).as("in its own place, seed %d", seed).hasBinaryContent(second);
    }
    assertThat(files()).containsExactly("old", "older", "out", "s", "young");
  }

  @Test
  void whatTheOldFileHasIsNotReadFromTheStore() throws IOException {
    byte[] young = Samples.image(new Random(20), 500);
    Path old = Samples.file(folder, "old", young);
    Store store = storeOf(young);
    for (PackFile pack : store.packFiles()) {
      byte[] bytes = Files.readAllBytes(pack.path());
      bytes[bytes.length / 4] ^= 1;
      Files.write(pack.path(), bytes);
    }
    Path out = folder.resolve("out");
    assertThatThrownBy(() -> extract(store, out, Progress.NONE)).isInstanceOf(StoreException.class);
    extract(store, out, Progress.NONE, old);
    assertThat(out).hasBinaryContent(young);
  }

  @Test
  void anOldFileThatChangesWhenItWasReadDoesNoHarm() throws IOException {
    for (int length : new int[] {3_000_000, 100_000, 0}) {
      byte[] young = Samples.noise(new Random(21), 3_000_000);
      Path old = Samples.file(folder, "old", young);
      Store store = storeOf(young);
      Path out = folder.resolve("out" + length);
      AtomicBoolean changed = new AtomicBoolean();
      Progress whenItWasRead =
          (done, _) -> {
            if (done == young.length && changed.compareAndSet(false, true)) {
              overwrite(old, Samples.noise(new Random(22), length));
            }
          };
      extract(store, out, whenItWasRead, old);
      assertThat(changed).isTrue();
      assertThat(out).as("%d bytes were left of the old", length).hasBinaryContent(young);
    }
  }

  private static void overwrite(Path file, byte[] bytes) {
    try {
      Files.write(file, bytes);
    } catch (IOException failed) {
      throw new UncheckedIOException(failed);
    }
  }

  @Test
  void whatIsNoFileIsRefusedAndNothingIsLeft() throws IOException {
    Store store = storeOf(Samples.noise(new Random(23), 50_000));
    Path out = folder.resolve("out");
    assertThatThrownBy(() -> extract(store, out, Progress.NONE, folder.resolve("none")))
        .isInstanceOf(NoSuchFileException.class)
        .hasMessageContaining("none");
    Path young = folder.resolve("young");
    assertThatThrownBy(() -> extract(store, out, Progress.NONE, young, folder))
        .isInstanceOf(FileSystemException.class)
        .hasMessageContaining("no regular file");
    assertThat(files()).containsExactly("s", "young");
  }
}
