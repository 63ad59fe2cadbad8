package org.heddle.images;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.InstantSource;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What a file from elsewhere is taken for, and that it is then what it was. */
final class ImportedFilesTest {
  private static final int MIB = 1 << 20;
  private static final Limits LIMITS = new Limits(Duration.ofMinutes(2), 256, 64, 8);

  @TempDir Path folder;
  private Farm farm;

  @BeforeAll
  static void able() {
    for (String program : List.of("qemu-img", "xz", "bzip2", "zstd", "gzip", "tar")) {
      assumeTrue(Files.isExecutable(Path.of("/usr/bin", program)), "there is no " + program);
    }
  }

  @BeforeEach
  void open() throws Exception {
    farm = Farm.open(folder.resolve("farm"), LIMITS, Map.of(), InstantSource.system());
  }

  @AfterEach
  void nothingIsLeft() throws Exception {
    try (Stream<Path> left = Files.list(folder.resolve("farm/work"))) {
      assertThat(left.toList()).isEmpty();
    }
  }

  /** A disk with a table of partitions, and mostly zeros. */
  private static byte[] disk() {
    byte[] disk = new byte[2 * MIB];
    byte[] noise = new byte[1 << 17];
    new Random(1).nextBytes(noise);
    System.arraycopy(noise, 0, disk, 0, noise.length);
    disk[510] = 0x55;
    disk[511] = (byte) 0xaa;
    return disk;
  }

  private Path raw() throws IOException {
    return Files.write(folder.resolve("disk.raw"), disk());
  }

  private Farm.Built take(Path file, Optional<String> userData) throws Exception {
    return farm.take(new Import.Wish(file, "taken", userData, Optional.empty()));
  }

  private Farm.Built take(Path file) throws Exception {
    return take(file, Optional.empty());
  }

  private FarmException refused(Path file) {
    return catchThrowableOfType(FarmException.class, () -> take(file));
  }

  private void shell(String commands) throws Exception {
    ProcessBuilder builder = new ProcessBuilder("sh", "-ec", commands);
    assertThat(builder.directory(folder.toFile()).inheritIO().start().waitFor()).isZero();
  }

  private void assertIsTheDisk(Farm.Built taken) throws Exception {
    assertThat(taken.image().format()).isEqualTo("qcow2");
    Path seen = folder.resolve("seen.raw");
    farm.export(taken.image(), seen);
    byte[] content = Files.readAllBytes(seen);
    assertThat(Arrays.equals(content, 0, 2 * MIB, disk(), 0, 2 * MIB)).isTrue();
    assertThat(content.length).isLessThan(3 * MIB);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "cp disk.raw given",
        "xz -c disk.raw >given",
        "gzip -c disk.raw >given",
        "bzip2 -c disk.raw >given",
        "zstd -qc disk.raw >given",
        "qemu-img convert -f raw -O qcow2 disk.raw given",
        "qemu-img convert -f raw -O qcow2 disk.raw disk.qcow2; xz -c disk.qcow2 >given",
        "qemu-img convert -f raw -O vmdk disk.raw given",
        "qemu-img convert -f raw -O vmdk -o subformat=streamOptimized disk.raw given",
        "qemu-img convert -f raw -O vpc -o force_size=on disk.raw given",
        "qemu-img convert -f raw -O vpc -o force_size=on,subformat=fixed disk.raw given",
        "qemu-img convert -f raw -O vhdx disk.raw given",
        "qemu-img convert -f raw -O vdi disk.raw given",
        "tar -cJf given disk.raw",
        "tar -cf - -S --format=oldgnu ./disk.raw | gzip >given",
        "mv disk.raw b.img; echo x >a.txt; tar -cf given ./a.txt ./b.img",
      })
  void aDiskIsTheSameDiskHoweverItComes(String how) throws Exception {
    raw();
    shell(how);
    assertIsTheDisk(take(folder.resolve("given")));
  }

  @Test
  void aSeedIsAsLargeAsItsDataUpToALimit() throws Exception {
    assumeTrue(Files.isExecutable(Path.of("/usr/bin/mcopy")), "there is no mcopy");
    String data = "#cloud-config\n" + "# much\n".repeat(400_000);
    Farm.Built taken = take(raw(), Optional.of(data));
    shell("mcopy -i " + taken.folder().resolve("seed.img") + " ::user-data seen");
    assertThat(folder.resolve("seen")).hasContent(data);

    String more = "x".repeat(16 * MIB);
    assertThat(
            catchThrowableOfType(
                FarmException.class, () -> take(folder.resolve("disk.raw"), Optional.of(more))))
        .hasMessageContaining("user-data have 16777216 bytes; a seed takes less than 16 MiB");
  }

  @Test
  void aNameWithACommaIsANameAllTheSame() throws Exception {
    assertIsTheDisk(take(Files.move(raw(), folder.resolve("a,format=b.img"))));
  }

  @Test
  void aFixedVhdIsAsLargeAsItSaysWhateverItsGeometryIs() throws Exception {
    raw();
    shell("qemu-img convert -f raw -O vpc -o force_size=on,subformat=fixed disk.raw given");
    Path given = folder.resolve("given");
    byte[] vhd = Files.readAllBytes(given);
    int footer = vhd.length - 512;
    System.arraycopy("vbox".getBytes(StandardCharsets.US_ASCII), 0, vhd, footer + 28, 4);
    // 2 cylinders, 4 heads, 4 sectors: as one that counts in these would have it.
    ByteBuffer.wrap(vhd).putInt(footer + 56, 0x0002_0404).putInt(footer + 64, 0);
    int sum = 0;
    for (int i = footer; i < vhd.length; i++) {
      sum += vhd[i] & 0xff;
    }
    ByteBuffer.wrap(vhd).putInt(footer + 64, ~sum);
    assertIsTheDisk(take(Files.write(given, vhd)));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "tar -cf given tree, tar",
        "tar -czf given tree, tar.gz",
        "tar -c tree | zstd -qc >given, tar.zst",
        "tar -cJf given tree, tar",
        "tar -c tree | bzip2 >given, tar",
      })
  void aTreeIsATar(String how) throws Exception {
    shell("mkdir tree; echo x >tree/disk.raw; " + how.substring(0, how.indexOf(',')));
    Path given = folder.resolve("given");
    Farm.Built taken = take(given);
    assertThat(taken.image().format()).isEqualTo(how.substring(how.indexOf(',') + 2));
    shell("tar -xf " + farm.mainFile(taken.image()) + " -O tree/disk.raw | grep -qx x");
    FarmException seeded =
        catchThrowableOfType(FarmException.class, () -> take(given, Optional.of("#cloud-config")));
    assertThat(seeded).hasMessageContaining("given is no disk: user-data");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        ": >given, given is empty",
        "printf '' | xz -c >given, what is packed in given is empty",
        "head -c 99999 /dev/zero >given, given is no disk or tar that the farm knows",
        "echo '<html>' >given, given is no disk or tar that the farm knows",
        "echo x | gzip -c >given, what is packed in given is no disk or tar",
        "echo x >a.img; tar -cf given a.img, what is packed in given is no disk or tar",
        "cp disk.raw b.img; tar -cf given disk.raw b.img, given has several disks",
        "xz -c disk.raw | head -c 9999 >given, given is damaged: xz says",
        "tar -c disk.raw | head -c 99999 >given, given is damaged: tar says",
        "gzip -c disk.raw | gzip | gzip | gzip >given, packed too many times",
        "head -c 32769 /dev/zero >given; echo CD001 >>given, heddle farm install NAME --from",
        "qemu-img create -qf vmdk -o subformat=monolithicFlat given 1M, refers to another file",
        "qemu-img create -qf qcow2 -F raw -b disk.raw given, refers to another file",
        "qemu-img convert -f raw -O vmdk disk.raw a.vmdk;"
            + " qemu-img create -qf vmdk -F vmdk -b a.vmdk given, refers to another file",
        "qemu-img convert -f raw -O vpc disk.raw given; printf '\\004' |"
            + " dd of=given bs=1 seek=63 conv=notrunc status=none, refers to another file",
        "head -c 9M /dev/zero | gzip >given, has more than 8 MiB; allow more: --disk-limit",
        "truncate -s 9M disk.raw; tar -cSf given disk.raw, has more than 8 MiB",
      })
  void whatIsNoWholeImageIsRefused(String how) throws Exception {
    raw();
    shell(how.substring(0, how.lastIndexOf(", ")));
    assertThat(refused(folder.resolve("given")))
        .hasMessageContaining(how.substring(how.lastIndexOf(", ") + 2))
        .extracting(FarmException::kind)
        .isEqualTo(FarmException.Kind.INVALID);
    assertThat(farm.list()).isEmpty();
  }
}
