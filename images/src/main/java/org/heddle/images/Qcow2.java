package org.heddle.images;

import java.io.IOException;
import java.nio.file.Path;

/** Disks as images keep them: qcow2, compressed with zstd. */
final class Qcow2 {
  private Qcow2() {}

  /**
   * A disk that is only this file, in the words of qemu-img's {@code --image-opts}.
   *
   * @param driver QEMU's name of its format, with options
   */
  static String source(String driver, Path file) {
    return "driver="
        + driver
        + ",file.driver=file,file.filename="
        + file.toString().replace(",", ",,");
  }

  /**
   * @param driver of the disk that is read, see {@link #source}
   */
  static void convert(String driver, Path from, Path to, Log log)
      throws IOException, InterruptedException, FarmException {
    Command.of(
            "qemu-img",
            "convert",
            "-c",
            "-o",
            "compression_type=zstd",
            "--image-opts",
            "-O",
            "qcow2",
            source(driver, from),
            to.toString())
        .check(log);
  }
}
