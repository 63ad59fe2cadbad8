package org.heddle.images;

import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import org.heddle.images.recipe.Canonical;
import org.heddle.images.recipe.ImageFormat;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/**
 * Takes images from elsewhere. A disk becomes a compressed qcow2 of its own: one that refers to
 * other files (a backing file could be any file of this machine) is refused.
 */
public final class Import {
  private static final byte[] QCOW2 = {'Q', 'F', 'I', (byte) 0xfb};
  private static final int FORMAT_BYTES = 512;
  private static final int TAR_MAGIC_AT = 257;

  private Import() {}

  /**
   * What to take.
   *
   * @param userData for cloud-init's NoCloud source (a small disk with the label CIDATA)
   * @param sha256 what the file's digest must be; empty: whatever it is
   */
  public record Wish(Path file, String name, Optional<String> userData, Optional<String> sha256) {}

  /** What a file is, by its first bytes and its name. */
  static ImageFormat format(Path file) throws IOException {
    byte[] head;
    try (InputStream in = Files.newInputStream(file)) {
      head = in.readNBytes(FORMAT_BYTES);
    }
    String name = String.valueOf(file.getFileName());
    if (head.length >= 4 && new String(head, 0, 4, StandardCharsets.US_ASCII).equals("hsqs")) {
      return ImageFormat.SQUASHFS;
    }
    if (head.length >= 4 && java.util.Arrays.equals(head, 0, 4, QCOW2, 0, 4)) {
      return ImageFormat.QCOW2;
    }
    boolean tar =
        head.length > TAR_MAGIC_AT + 5
            && new String(head, TAR_MAGIC_AT, 5, StandardCharsets.US_ASCII).equals("ustar");
    if (tar) {
      return ImageFormat.TAR;
    }
    if (name.endsWith(".tar.gz") || name.endsWith(".tgz")) {
      return ImageFormat.TAR_GZ;
    }
    return name.endsWith(".tar.zst") ? ImageFormat.TAR_ZST : ImageFormat.RAW;
  }

  /** Writes the files of the image; answers its format. */
  static ImageFormat write(Wish wish, Path out, Path work, Log log)
      throws IOException, InterruptedException, FarmException {
    ImageFormat format = format(wish.file());
    return switch (format) {
      case QCOW2, RAW -> {
        disk(wish.file(), format.word(), out.resolve(ImageFormat.QCOW2.file()), log);
        if (wish.userData().isPresent()) {
          seed(wish.name(), wish.userData().get(), out.resolve("seed.img"), work, log);
        }
        yield ImageFormat.QCOW2;
      }
      case TAR, TAR_GZ, TAR_ZST, SQUASHFS -> {
        Files.copy(wish.file(), out.resolve(format.file()));
        yield format;
      }
      case INITRD, DISK, OCI -> throw new IllegalStateException("not recognised");
    };
  }

  private static void disk(Path file, String format, Path to, Log log)
      throws IOException, InterruptedException, FarmException {
    String said =
        Command.of("qemu-img", "info", "-f", format, "--output=json", file.toString()).output(log);
    JsonNode info = JsonMapper.builder().build().readTree(said);
    boolean outside =
        info.has("backing-filename")
            || info.has("full-backing-filename")
            || info.path("format-specific").path("data").has("data-file");
    if (outside) {
      throw FarmException.invalid(
          file + " refers to another file; make it complete first: qemu-img convert");
    }
    Qcow2.convert(format, file, to, log);
  }

  private static void seed(String name, String userData, Path to, Path work, Log log)
      throws IOException, InterruptedException, FarmException {
    Assembly.need("mkfs.vfat", "dosfstools");
    Assembly.need("mcopy", "mtools");
    Path user = Files.writeString(work.resolve("user-data"), userData);
    String id = Canonical.digest(List.of(name, userData)).substring(0, 16);
    Path meta =
        Files.writeString(
            work.resolve("meta-data"), "instance-id: " + id + "\nlocal-hostname: " + name + "\n");
    Command.of("truncate", "-s", "1M", to.toString()).check(log);
    Command.of("mkfs.vfat", "-n", "CIDATA", "-i", id.substring(0, 8), "--invariant", to.toString())
        .check(log);
    Command.of("mcopy", "-i", to.toString(), user.toString(), meta.toString(), "::").check(log);
  }
}
