package org.heddle.store.nbd;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import org.heddle.store.Maker;
import org.heddle.store.Progress;
import org.heddle.store.Store;
import org.heddle.store.StoreWriter;
import org.heddle.store.demand.MappedImage;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** QEMU's own client agrees with what the server says. */
@Tag("real")
final class QemuToolsTest {
  @TempDir private Path folder;

  private record Run(int exit, String out) {}

  private static Run run(String... command) throws IOException, InterruptedException {
    Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
    String out = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    return new Run(process.waitFor(), out);
  }

  private Path image() throws IOException {
    byte[] data = new byte[20 << 20];
    new Random(5).nextBytes(data);
    Arrays.fill(data, 3 << 20, 9 << 20, (byte) 0);
    Arrays.fill(data, 12 << 20, (12 << 20) + 70_000, (byte) 0xab);
    return Files.write(folder.resolve("disk.raw"), data);
  }

  private MappedImage stored(Path raw) throws IOException {
    Store store = Store.openOrCreate(folder.resolve("store"));
    try (StoreWriter writer = store.writer()) {
      new Maker(writer, Progress.NONE).make(raw, "disk", false);
    }
    return MappedImage.of(store, "disk");
  }

  @Test
  void toolsOfQemuReadCompareAndMapIt() throws Exception {
    Path raw = image();
    MappedImage image = stored(raw);
    try (NbdServer unix = NbdServer.unix(folder.resolve("s"), image);
        NbdServer tcp = NbdServer.loopback(0, image)) {
      for (String uri : List.of(unix.uri(), tcp.uri())) {
        Run same = run("qemu-img", "compare", "-f", "raw", "-F", "raw", raw.toString(), uri);
        assertThat(same.out()).contains("Images are identical");
        Run map = run("qemu-img", "map", "--output=json", "-f", "raw", uri);
        assertThat(map.out()).contains("\"start\": 3145728, \"length\": 6291456");
        Run pattern = run("qemu-io", "-r", "-f", "raw", "-c", "read -P 0xab 12582912 70000", uri);
        assertThat(pattern.out()).contains("read 70000/70000").doesNotContain("failed");
        Run beyond = run("qemu-io", "-r", "-f", "raw", "-c", "read -P 0 3145728 6291456", uri);
        assertThat(beyond.out()).contains("read 6291456/6291456").doesNotContain("failed");
        assertThat(run("qemu-io", "-f", "raw", "-c", "write 0 512", uri).exit()).isNotZero();
      }
      Path copy = folder.resolve("copy.qcow2");
      assertThat(run("qemu-img", "convert", "-O", "qcow2", unix.uri(), copy.toString()).exit())
          .isZero();
      assertThat(run("qemu-img", "compare", raw.toString(), copy.toString()).out())
          .contains("identical");
    }
  }
}
