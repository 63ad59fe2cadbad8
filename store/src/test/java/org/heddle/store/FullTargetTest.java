package org.heddle.store;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Extraction onto a disk that is too small. */
@Tag("real")
final class FullTargetTest {
  private static final byte[] DATA = new byte[3 << 20];

  static {
    new Random(5).nextBytes(DATA);
  }

  @TempDir private Path folder;
  private Path small;

  @BeforeEach
  void mount() throws Exception {
    small = Files.createDirectory(folder.resolve("small"));
    run("mount", "-t", "tmpfs", "-o", "size=1m", "tmpfs", small.toString());
  }

  @AfterEach
  void unmount() throws Exception {
    run("umount", small.toString());
  }

  private static void run(String... command) throws Exception {
    Process process = new ProcessBuilder(command).inheritIO().start();
    assertThat(process.waitFor(30, TimeUnit.SECONDS)).isTrue();
    assertThat(process.exitValue()).isZero();
  }

  private Store store() throws IOException {
    Path file = Files.write(folder.resolve("file"), DATA);
    Store store = Store.create(folder.resolve("store"), 0);
    try (StoreWriter writer = store.writer()) {
      new Maker(writer, Progress.NONE).make(file, "file", false);
    }
    return store;
  }

  @Test
  void theDiskIsNamedAndNothingIsLeftOnIt() throws Exception {
    Store store = store();
    try (IndexReader index = store.index("file")) {
      assertThatThrownBy(
              () -> new Extractor(store, Progress.NONE).extract(index, small.resolve("copy")))
          .isInstanceOf(StoreException.class)
          .hasMessageContaining("no space left on the disk of " + small)
          .hasMessageContaining(small.resolve("copy") + ": nothing of it was left behind");
    }
    try (var left = Files.list(small)) {
      assertThat(left).isEmpty();
    }
  }

  @Test
  void aFileThatIsChangedInPlaceIsSaidToBeHalfChanged() throws Exception {
    Store store = store();
    Path old = Files.write(small.resolve("old"), new byte[4096]);
    try (IndexReader index = store.index("file")) {
      assertThatThrownBy(() -> new Extractor(store, Progress.NONE).update(index, old))
          .isInstanceOf(StoreException.class)
          .hasMessageContaining("no space left on the disk of " + small)
          .hasMessageContaining(old + ": it is half changed");
    }
  }
}
