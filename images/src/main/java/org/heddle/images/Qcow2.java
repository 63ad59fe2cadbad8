package org.heddle.images;

import java.io.IOException;
import java.nio.file.Path;

/** Disks as images keep them: qcow2, compressed with zstd. */
final class Qcow2 {
  private Qcow2() {}

  /**
   * @param format of the disk that is read, in QEMU's words
   */
  static void convert(String format, Path from, Path to, Log log)
      throws IOException, InterruptedException, FarmException {
    Command.of(
            "qemu-img",
            "convert",
            "-c",
            "-o",
            "compression_type=zstd",
            "-f",
            format,
            "-O",
            "qcow2",
            from.toString(),
            to.toString())
        .check(log);
  }
}
