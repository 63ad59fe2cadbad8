package org.heddle.dist.farm;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class Iso9660Test {
  private static final int SECTOR = 2048;
  private static final int FOLDER = 2;

  @TempDir Path folder;

  /** A root with a folder in it, which has two files; all in ECMA-119's form. */
  private Path image() throws IOException {
    ByteBuffer disk = ByteBuffer.allocate(40 * SECTOR).order(ByteOrder.LITTLE_ENDIAN);
    disk.put(16 * SECTOR, new byte[] {1, 'C', 'D', '0', '0', '1', 1});
    record(disk, 16 * SECTOR + 156, "\0", "", 20, SECTOR, FOLDER);
    int at = record(disk, 20 * SECTOR, "\0", "", 20, SECTOR, FOLDER);
    at = record(disk, at, "\1", "", 20, SECTOR, FOLDER);
    record(disk, at, "INSTALL.AMD", "", 21, 2 * SECTOR, FOLDER);
    record(disk, 21 * SECTOR, "VMLINUZ.;1", "", 30, 6, 0);
    // In the folder's second sector, with a name of Rock Ridge.
    record(disk, 22 * SECTOR, "INITRD_G.Z;1", "Initrd.gz", 31, 3000, 0);
    disk.put(30 * SECTOR, "kernel".getBytes(UTF_8));
    disk.put(31 * SECTOR, "i".repeat(3000).getBytes(UTF_8));
    return Files.write(folder.resolve("cd.iso"), disk.array());
  }

  private static int record(
      ByteBuffer disk, int at, String name, String longName, int sector, int bytes, int flags) {
    byte[] plain = name.getBytes(UTF_8);
    byte[] rock = longName.getBytes(UTF_8);
    int use = 33 + plain.length + (plain.length % 2 == 0 ? 1 : 0);
    int length = use + (rock.length == 0 ? 0 : 5 + rock.length);
    disk.put(at, (byte) length);
    disk.putInt(at + 2, sector);
    disk.putInt(at + 10, bytes);
    disk.put(at + 25, (byte) flags);
    disk.put(at + 32, (byte) plain.length);
    disk.put(at + 33, plain);
    if (rock.length > 0) {
      disk.put(at + use, new byte[] {'N', 'M', (byte) (5 + rock.length), 1, 0});
      disk.put(at + use + 5, rock);
    }
    return at + length;
  }

  @Test
  void theFirstFileThatIsThereIsCopied() throws IOException {
    Path to = folder.resolve("copy");
    try (Iso9660 cdrom = Iso9660.open(image())) {
      cdrom.copyFirst(List.of("casper/vmlinuz", "vmlinuz", "install.amd/vmlinuz"), to);
      assertThat(to).hasContent("kernel");
      cdrom.copyFirst(List.of("install.amd/initrd.gz"), to);
      assertThat(to).hasContent("i".repeat(3000));
      assertThatThrownBy(() -> cdrom.copyFirst(List.of("install.amd", "install.amd/none"), to))
          .hasMessageContaining("none of [install.amd, install.amd/none]");
    }
  }

  @Test
  void whatIsNoImageOrNotWholeIsToldSo() throws IOException {
    Path text = Files.writeString(folder.resolve("text"), "no image");
    assertThatThrownBy(() -> Iso9660.open(text)).hasMessageContaining("is no image of a CD-ROM");
    byte[] cut = java.util.Arrays.copyOf(Files.readAllBytes(image()), 32 * SECTOR);
    Path half = Files.write(folder.resolve("half.iso"), cut);
    try (Iso9660 cdrom = Iso9660.open(half)) {
      assertThatThrownBy(
              () -> cdrom.copyFirst(List.of("install.amd/initrd.gz"), folder.resolve("copy")))
          .hasMessageContaining("is not complete");
    }
    try (Iso9660 cdrom =
        Iso9660.open(Files.write(half, java.util.Arrays.copyOf(cut, 20 * SECTOR + 10)))) {
      assertThatThrownBy(() -> cdrom.copyFirst(List.of("vmlinuz"), folder.resolve("copy")))
          .hasMessageContaining("ends too early");
    }
  }
}
