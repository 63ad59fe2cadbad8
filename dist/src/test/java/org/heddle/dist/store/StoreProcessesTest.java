package org.heddle.dist.store;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Random;
import org.heddle.api.Json;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * {@code push}, {@code pull} and {@code serve} as processes that know of each other by addresses.
 */
final class StoreProcessesTest {
  @TempDir Path folder;
  private byte[] contents = new byte[0];
  private StoreProcesses processes;

  @BeforeEach
  void aStoreWithASignedFile() throws IOException, InterruptedException {
    processes = new StoreProcesses(folder);
    contents = new byte[700_000];
    new Random(1).nextBytes(contents);
    Files.write(folder.resolve("disk.raw"), contents);
    assertThat(processes.heddle("key", "@key").exit()).isZero();
    assertThat(processes.heddle("make", "@disk.raw", "--sign", "@key", "--store", "@a").err())
        .isEmpty();
  }

  private void assertHolds(String store) throws IOException, InterruptedException {
    StoreProcesses.Run done =
        processes.heddle(
            "extract", "disk.raw", "@out", "--signed-by", "@key.pub", "--store", "@" + store);
    assertThat(done.exit()).as(done.err()).isZero();
    assertThat(folder.resolve("out")).hasBinaryContent(contents);
  }

  @Test
  void anImageGoesOverHttpFromStoreToStore() throws Exception {
    Files.writeString(folder.resolve("token"), "secret\n");
    try (StoreProcesses.Served b =
        processes.serve(folder.resolve("b"), "--token-file", folder.resolve("token").toString())) {
      StoreProcesses.Run refused = processes.heddle("push", "disk.raw", b.url(), "--store", "@a");
      assertThat(refused.exit()).as(refused.err()).isNotZero();
      StoreProcesses.Run pushed =
          processes.heddle(
              "push", "disk.raw", b.url(), "--token-file", "@token", "--store", "@a", "-o", "json");
      assertThat(pushed.exit()).as(pushed.err()).isZero();
      assertThat(Json.MAPPER.readTree(pushed.out()).get("bytesSent").asLong())
          .isGreaterThan(contents.length);
      StoreProcesses.Run pulled =
          processes.heddle(
              "pull",
              b.url() + "/disk.raw",
              "--signed-by",
              "@key.pub",
              "--token-file",
              "@token",
              "--store",
              "@c");
      assertThat(pulled.exit()).as(pulled.err()).isZero();
    }
    assertHolds("b");
    assertHolds("c");
  }

  @Test
  void anImageGoesThroughACommandThatReachesAnotherHost() throws Exception {
    Path bin = processes.bin();
    Path shell =
        processes.script(
            "shell",
            "[ \"$1\" = far ] || exit 9\nshift\nPATH='" + bin + "':$PATH exec sh -c \"$*\"");
    String far = "ssh://far" + folder.resolve("b");
    StoreProcesses.Run pushed =
        processes.heddle("push", "disk.raw", far, "--ssh", shell.toString(), "--store", "@a");
    assertThat(pushed.exit()).as(pushed.err()).isZero();
    assertHolds("b");
    StoreProcesses.Run pulled =
        processes.heddle(
            "pull", far + "/disk.raw", "--ssh", shell.toString(), "--store", "@c", "-o", "json");
    assertThat(pulled.exit()).as(pulled.err()).isZero();
    StoreProcesses.Run nowhere =
        processes.heddle(
            "pull", "ssh://other/x/disk.raw", "--ssh", shell.toString(), "--store", "@c");
    assertThat(nowhere.exit()).isNotZero();
    assertThat(nowhere.err()).isNotBlank();
  }
}
