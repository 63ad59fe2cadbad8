package org.heddle.images;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import org.heddle.images.recipe.Canonical;
import org.heddle.images.recipe.ImageFormat;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/**
 * Takes images from elsewhere, known by their contents. A disk becomes a compressed qcow2 of its
 * own: one that refers to other files (a backing file could be any file of this machine) is
 * refused, as is what is no image.
 */
public final class Import {
  /** The parent of a VMware disk that has none. */
  private static final long NO_PARENT = 0xffff_ffffL;

  private static final long MOST_SEED_MIB = 17;

  private Import() {}

  /**
   * What to take.
   *
   * @param userData for cloud-init's NoCloud source (a small disk with the label CIDATA)
   * @param sha256 what the file's digest must be; empty: whatever it is
   */
  public record Wish(Path file, String name, Optional<String> userData, Optional<String> sha256) {}

  /**
   * Where its files are written.
   *
   * @param out the folder of the image
   * @param work another, for what is on the way
   * @param bounds of what is unpacked
   */
  record Place(Path out, Path work, Landing.Bounds bounds, Log log) {}

  /** Writes the files of the image; answers its format. */
  static ImageFormat write(Wish wish, Place place)
      throws IOException, InterruptedException, FarmException {
    Path file = wish.file().toAbsolutePath();
    Unpacking.Found found = new Unpacking(called(wish), place).find(file);
    return switch (found.content()) {
      case QCOW2 -> disk(wish, "qcow2", found.file(), place);
      case VHDX -> disk(wish, "vhdx", found.file(), place);
      case VMDK -> disk(wish, "vmdk", found.file(), place);
      case VDI -> disk(wish, "vdi", found.file(), place);
      // By its own size: what its geometry says may be less.
      case VHD -> disk(wish, "vpc,force_size_calc=current_size", found.file(), place);
      case RAW -> disk(wish, "raw", found.file(), place);
      case SQUASHFS -> tree(wish, ImageFormat.SQUASHFS, found.file(), place);
      case TAR -> tree(wish, ImageFormat.TAR, found.file(), place);
      case GZIP -> tree(wish, ImageFormat.TAR_GZ, found.file(), place);
      case ZSTD -> tree(wish, ImageFormat.TAR_ZST, found.file(), place);
      case XZ, BZIP2, CDROM, VMDK_PARTS -> throw new IllegalStateException("was not unpacked");
    };
  }

  private static String called(Wish wish) {
    return String.valueOf(wish.file().getFileName());
  }

  private static ImageFormat tree(Wish wish, ImageFormat format, Path file, Place place)
      throws IOException, FarmException {
    if (wish.userData().isPresent()) {
      throw FarmException.invalid(
          called(wish) + " is no disk: user-data are for the first boot of one");
    }
    Path to = place.out().resolve(format.file());
    if (file.startsWith(place.work())) {
      Files.move(file, to);
    } else {
      Files.copy(file, to);
    }
    return format;
  }

  /**
   * The disk as qcow2.
   *
   * @param driver QEMU's, with its options
   */
  private static ImageFormat disk(Wish wish, String driver, Path file, Place place)
      throws IOException, InterruptedException, FarmException {
    Assembly.need("qemu-img", "qemu-utils");
    String source = Qcow2.source(driver, file);
    String said =
        Command.of("qemu-img", "info", "--image-opts", "--output=json", source).output(place.log());
    if (outside(JsonMapper.builder().build().readTree(said))) {
      throw Content.elsewhere(called(wish));
    }
    Qcow2.convert(driver, file, place.out().resolve(ImageFormat.QCOW2.file()), place.log());
    if (wish.userData().isPresent()) {
      seed(wish.name(), wish.userData().get(), place);
    }
    return ImageFormat.QCOW2;
  }

  /** Whether a part of it lies in another file. */
  private static boolean outside(JsonNode info) {
    JsonNode data = info.path("format-specific").path("data");
    return info.has("backing-filename")
        || info.has("full-backing-filename")
        || data.has("data-file")
        || data.path("extents").size() > 1
        || data.path("parent-cid").asLong(NO_PARENT) != NO_PARENT;
  }

  private static void seed(String name, String userData, Place place)
      throws IOException, InterruptedException, FarmException {
    Assembly.need("mkfs.vfat", "dosfstools");
    Assembly.need("mcopy", "mtools");
    Path user = Files.writeString(place.work().resolve("user-data"), userData);
    long mebibytes = (Files.size(user) >> 20) + 2;
    if (mebibytes > MOST_SEED_MIB) {
      throw FarmException.invalid(
          "the user-data have "
              + Files.size(user)
              + " bytes; a seed takes less than "
              + (MOST_SEED_MIB - 1)
              + " MiB: let them fetch what is large");
    }
    String id = Canonical.digest(List.of(name, userData)).substring(0, 16);
    Path meta =
        Files.writeString(
            place.work().resolve("meta-data"),
            "instance-id: " + id + "\nlocal-hostname: " + name + "\n");
    String to = place.out().resolve("seed.img").toString();
    Command.of("truncate", "-s", mebibytes + "M", to).check(place.log());
    Command.of("mkfs.vfat", "-n", "CIDATA", "-i", id.substring(0, 8), "--invariant", to)
        .check(place.log());
    Command.of("mcopy", "-i", to, user.toString(), meta.toString(), "::").check(place.log());
  }
}
