package org.heddle.images;

import java.util.List;

/**
 * Where an image comes from; its file {@code build.json} is what is signed.
 *
 * @param from its class
 * @param snapshot of the packages, also of those of its kernel and of recipes that give it files;
 *     "" for none
 * @param epoch seconds since 1970; no file in the image is younger
 * @param packages "name version architecture" of each
 * @param seconds that it took to make, with the stages that had to be
 * @param built seconds since 1970
 */
public record ImageRecord(
    String digest,
    String name,
    String from,
    String architecture,
    String format,
    String snapshot,
    long epoch,
    List<StageUse> stages,
    List<String> packages,
    List<FileOf> files,
    long bytes,
    double seconds,
    long built) {
  public ImageRecord {
    stages = List.copyOf(stages);
    packages = List.copyOf(packages);
    files = List.copyOf(files);
  }

  /** Whether a kernel lies beside its disk or initrd, so that a machine of a grid can boot it. */
  public boolean withKernel() {
    return files.stream().anyMatch(file -> file.name().equals(Images.KERNEL));
  }

  /**
   * A stage of an image.
   *
   * @param name its kind, with the recipe's name where it is not the image's own
   * @param reason why it was made, or what it was reused from
   */
  public record StageUse(
      String name, String digest, boolean cached, double seconds, String reason) {}

  /** A file of an image. */
  public record FileOf(String name, String sha256, long size) {}
}
