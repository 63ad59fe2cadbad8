package org.heddle.images;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Arrays;
import java.util.Optional;
import java.util.stream.Stream;

/**
 * What a file is, by what is in it: its name is not asked. Places of the signatures are those of
 * the formats' specifications (as file(1) and blkid(8) have them).
 */
enum Content {
  QCOW2,
  VHDX,
  VMDK,
  VDI,
  VHD,
  SQUASHFS,
  TAR,
  GZIP,
  XZ,
  BZIP2,
  ZSTD,
  /** ISO 9660. */
  CDROM,
  /** Text that names the files of a VMware disk. */
  VMDK_PARTS,
  /** A disk as it is: with a table of partitions, or a file system or volume on all of it. */
  RAW;

  private static final int HEAD = 65600 + 8;

  /**
   * A fixed VHD is a disk as it is, with this at its end; others have the same at the beginning.
   */
  private static final int VHD_FOOTER = 512;

  private static final int VHD_TYPE_AT = 60;
  private static final int VHD_DIFFERENCE = 4;
  private static final int VMDK_CAPACITY_AT = 12;

  /**
   * What it is.
   *
   * @param name what it is called in messages
   * @throws FarmException when it is nothing that the farm knows, or empty
   */
  static Content of(Path file, String name) throws IOException, FarmException {
    byte[] head;
    byte[] foot;
    try (FileChannel in = FileChannel.open(file, StandardOpenOption.READ)) {
      head = read(in, 0, HEAD);
      foot = read(in, Math.max(0, in.size() - VHD_FOOTER), VHD_FOOTER);
    }
    if (head.length == 0) {
      throw FarmException.invalid(name + " is empty");
    }
    Optional<Content> known = Stream.of(values()).filter(one -> one.is(head)).findFirst();
    if (VHD.is(foot) && known.filter(one -> one == VHD).isEmpty()) {
      return whole(VHD, foot, name);
    }
    return whole(known.orElseThrow(() -> unknown(name)), head, name);
  }

  private boolean is(byte[] head) {
    return switch (this) {
      case QCOW2 -> has(head, 0, "QFI\u00fb");
      case VHDX -> has(head, 0, "vhdxfile");
      case VMDK -> has(head, 0, "KDMV");
      case VDI -> has(head, 64, "\u007f\u0010\u00da\u00be");
      case VHD -> has(head, 0, "conectix");
      case SQUASHFS -> has(head, 0, "hsqs");
      case TAR -> has(head, 257, "ustar");
      case GZIP -> has(head, 0, "\u001f\u008b");
      case XZ -> has(head, 0, "\u00fd7zXZ\0");
      case BZIP2 -> has(head, 0, "BZh");
      case ZSTD -> has(head, 0, "(\u00b5/\u00fd");
      case CDROM -> has(head, 32769, "CD001");
      case VMDK_PARTS -> has(head, 0, "# Disk DescriptorFile");
      case RAW -> partitioned(head) || formatted(head);
    };
  }

  private static boolean partitioned(byte[] head) {
    return has(head, 510, "U\u00aa") || has(head, 512, "EFI PART") || has(head, 4096, "EFI PART");
  }

  /** FAT and NTFS end their first sector as a table of partitions does. */
  private static boolean formatted(byte[] head) {
    return has(head, 1080, "S\u00ef") // ext2, ext3, ext4
        || has(head, 0, "XFSB")
        || has(head, 65600, "_BHRfS_M") // btrfs
        || has(head, 1024, "\u0010 \u00f5\u00f2") // F2FS
        || has(head, 1024, "\u00e2\u00e1\u00f5\u00e0") // EROFS
        || has(head, 512, "LABELONE") // LVM
        || has(head, 0, "LUKS\u00ba\u00be");
  }

  private static boolean has(byte[] head, int place, String signature) {
    byte[] bytes = signature.getBytes(StandardCharsets.ISO_8859_1);
    int end = place + bytes.length;
    return head.length >= end && Arrays.equals(head, place, end, bytes, 0, bytes.length);
  }

  private static byte[] read(FileChannel in, long from, int most) throws IOException {
    ByteBuffer part = ByteBuffer.allocate(most);
    while (part.hasRemaining() && in.read(part, from + part.position()) >= 0) {
      // Until it is full or the file ends.
    }
    return Arrays.copyOf(part.array(), part.position());
  }

  /** Not one that is a part of a disk, nor what is not for this. */
  private static Content whole(Content content, byte[] head, String name) throws FarmException {
    ByteBuffer fields = ByteBuffer.wrap(head);
    boolean part =
        content == VMDK_PARTS
            || (content == VMDK && fields.getLong(VMDK_CAPACITY_AT) == 0)
            || (content == VHD && fields.getInt(VHD_TYPE_AT) == VHD_DIFFERENCE);
    if (part) {
      throw elsewhere(name);
    }
    if (content == CDROM) {
      throw FarmException.invalid(
          name
              + " is the image of a CD-ROM, not of a disk; what is on it can install one: heddle"
              + " farm install NAME --from FILE");
    }
    return content;
  }

  /** A disk of which other files hold a part. */
  static FarmException elsewhere(String name) {
    return FarmException.invalid(
        name + " refers to another file; make it complete first: qemu-img convert");
  }

  private static FarmException unknown(String name) {
    return FarmException.invalid(
        name
            + " is no disk or tar that the farm knows: it takes disks as qcow2, VMDK, VHD, VHDX, VDI"
            + " or raw with partitions or a file system, squashfs, and tars; also packed by gzip,"
            + " xz, bzip2 or zstd, and disks in a tar. If it is a disk all the same, say so by its"
            + " format: qemu-img convert -f raw -O qcow2 FILE DISK.qcow2");
  }
}
