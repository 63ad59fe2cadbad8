package org.heddle.images.recipe;

import java.util.Arrays;
import java.util.List;
import java.util.Optional;

/** What an image is written as. */
public enum ImageFormat {
  /** ext4 without partitions, uncompressed, with kernel and initrd beside it. */
  RAW("raw", "disk.raw"),
  /** The same, zstd-compressed; what the grid boots. */
  QCOW2("qcow2", "disk.qcow2"),
  /** The whole tree as initrd, with a kernel beside it: a machine without a disk. */
  INITRD("initrd", "initrd"),
  /** A partitioned disk that boots by GRUB, from BIOS and UEFI. */
  DISK("disk", "disk.raw"),
  TAR("tar", "root.tar"),
  TAR_GZ("tar.gz", "root.tar.gz"),
  TAR_ZST("tar.zst", "root.tar.zst"),
  SQUASHFS("squashfs", "root.squashfs"),
  /** An OCI image layout in a tar. */
  OCI("oci", "image.oci.tar");

  private final String word;
  private final String file;

  ImageFormat(String word, String file) {
    this.word = word;
    this.file = file;
  }

  /** As recipes name it. */
  public String word() {
    return word;
  }

  /** The name of the main file of an image. */
  public String file() {
    return file;
  }

  /** Whether kernel and initrd lie beside it. */
  public boolean bootsDirectly() {
    return this == RAW || this == QCOW2 || this == INITRD;
  }

  public static Optional<ImageFormat> of(String word) {
    return Arrays.stream(values()).filter(format -> format.word.equals(word)).findFirst();
  }

  public static List<String> words() {
    return Arrays.stream(values()).map(ImageFormat::word).toList();
  }
}
