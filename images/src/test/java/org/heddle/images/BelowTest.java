package org.heddle.images;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.time.Duration;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What the farm takes is counted while others fetch and delete. */
final class BelowTest {
  private static final int FILES = 40;

  @TempDir Path folder;

  private Path files(String name) throws IOException {
    Path into = Files.createDirectories(folder.resolve(name));
    for (int i = 0; i < FILES; i++) {
      Files.write(into.resolve("file" + i), new byte[100]);
    }
    return into;
  }

  @Test
  void filesAreCountedAndLinksAreNotFollowed() throws Exception {
    files("a/b");
    Files.createSymbolicLink(folder.resolve("a/link"), folder.resolve("a/b"));

    assertThat(Below.bytes(folder)).isEqualTo(FILES * 100);
    assertThat(Below.bytes(folder.resolve("none"))).isZero();
  }

  @Test
  void whatGoesWhileOneLooksIsNotThere() throws Exception {
    List<Path> folders = List.of(files("a"), files("b"), files("c"));
    List<Path> seen = new ArrayList<>();

    Below.each(
        folder,
        (file, _) -> {
          seen.add(file);
          for (Path one : folders) {
            FarmFolder.delete(one);
          }
          throw new NoSuchFileException(file.toString());
        });

    assertThat(seen).hasSize(1);
    assertThat(Below.bytes(folder)).isZero();
  }

  /** As when a build fetches: files come into a folder of theirs, and move from there. */
  private void comeAndGo(Path packages, CountDownLatch begun, AtomicBoolean enough)
      throws IOException {
    Path partial = Files.createDirectories(packages.resolve("suite/partial"));
    while (!enough.get()) {
      for (int i = 0; i < FILES; i++) {
        Path fresh = Files.write(partial.resolve(i + ".deb"), new byte[10]);
        Path kept = packages.resolve("suite").resolve(fresh.getFileName());
        Files.move(fresh, kept, StandardCopyOption.ATOMIC_MOVE);
      }
      for (int i = 0; i < FILES; i++) {
        Files.delete(packages.resolve("suite/" + i + ".deb"));
      }
      begun.countDown();
    }
  }

  @Test
  void aQuotaIsKeptAndTheFarmIsCleanedWhilePackagesComeAndGo() throws Exception {
    Path at = folder.resolve("farm");
    Farm farm = Farm.open(at, Limits.USUAL, Map.of(), InstantSource.system());
    farm.bound(new Quota(1, Duration.ZERO, _ -> false));
    CountDownLatch begun = new CountDownLatch(1);
    AtomicBoolean enough = new AtomicBoolean();
    try (var beside = Executors.newVirtualThreadPerTaskExecutor()) {
      Future<?> coming =
          beside.submit(() -> {
            comeAndGo(at.resolve("packages"), begun, enough);
            return 0;
          });
      begun.await();
      for (int i = 0; i < 200 && !coming.isDone(); i++) {
        Below.bytes(at);
        farm.clean(new Cleaning.Wish(0, Duration.ofHours(1), true));
      }
      enough.set(true);
      coming.get();
    }
    farm.tidy();
  }
}
