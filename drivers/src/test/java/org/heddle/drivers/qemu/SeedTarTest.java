package org.heddle.drivers.qemu;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class SeedTarTest {
  @TempDir Path folder;

  @Test
  void tarUnpacksWhatWasPackedAndTheBytesDependOnNothingElse() throws Exception {
    Map<String, String> files =
        Map.of(
            "machine",
            "NAME=node1\n",
            "hosts",
            "x".repeat(1024),
            "empty",
            "",
            "start",
            "echo 'grüße'\n".repeat(100));
    byte[] tar = SeedTar.of(new TreeMap<>(files));
    assertThat(tar).hasSize(tar.length / 512 * 512).isEqualTo(SeedTar.of(new TreeMap<>(files)));
    Path archive = Files.write(folder.resolve("seed.tar"), tar);
    Path unpacked = Files.createDirectory(folder.resolve("unpacked"));
    Process process =
        new ProcessBuilder("tar", "xf", archive.toString(), "-C", unpacked.toString())
            .redirectErrorStream(true)
            .start();
    assertThat(new String(process.getInputStream().readAllBytes(), UTF_8)).isEmpty();
    assertThat(process.waitFor()).isZero();
    for (Map.Entry<String, String> file : files.entrySet()) {
      assertThat(unpacked.resolve(file.getKey())).hasContent(file.getValue());
    }
  }

  @Test
  void refusesANameThatDoesNotFit() throws IOException {
    TreeMap<String, String> files = new TreeMap<>(Map.of("n".repeat(101), ""));
    assertThatThrownBy(() -> SeedTar.of(files)).isInstanceOf(IllegalArgumentException.class);
  }
}
