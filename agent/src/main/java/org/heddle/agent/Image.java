package org.heddle.agent;

import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.regex.Pattern;
import org.heddle.drivers.MachineConfig.ImageFiles;

/**
 * What {@code image.json} says of an image.
 *
 * @param digest of all that the image is; equal digests mean equal files
 * @param disk name of the qcow2 file, unless all is in the initrd
 */
record Image(
    String name,
    String digest,
    String kernel,
    String initrd,
    String kernelArguments,
    Optional<String> disk,
    Optional<Long> diskMiB,
    List<File> files) {
  /** Its description, beside its files and written last. */
  static final String DESCRIPTION = "image.json";

  private static final Pattern NAME = Pattern.compile("[A-Za-z0-9][A-Za-z0-9._-]{0,99}");

  /**
   * @param sha256 in hexadecimal digits
   * @param size in bytes
   */
  record File(String name, String sha256, long size) {
    File {
      checkName("file of an image", name);
    }
  }

  Image {
    checkName("image", name);
    files = List.copyOf(files);
    requireListed(files, kernel);
    requireListed(files, initrd);
    if (disk.isPresent()) {
      requireListed(files, disk.get());
    }
  }

  /** Names become file names, so nothing in them may lead out of a folder. */
  static void checkName(String what, String name) {
    if (!NAME.matcher(name).matches()) {
      throw new IllegalArgumentException(
          what + " '" + name + "': use letters, digits, '.', '_' and '-'");
    }
  }

  static boolean validName(String name) {
    return NAME.matcher(name).matches();
  }

  private static void requireListed(List<File> files, String name) {
    if (files.stream().noneMatch(file -> file.name().equals(name))) {
      throw new IllegalArgumentException("image.json: '" + name + "' is not among its files");
    }
  }

  ImageFiles in(Path folder) {
    return new ImageFiles(
        folder.resolve(kernel), folder.resolve(initrd), kernelArguments, disk.map(folder::resolve));
  }
}
