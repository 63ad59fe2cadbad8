package org.heddle.images;

import java.io.IOException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import org.heddle.images.recipe.ImageFormat;

/** Writes images out of the farm: as files, and into the content store. */
final class Exports {
  private final FarmFolder farm;
  private final Images images;

  Exports(FarmFolder farm, Images images) {
    this.farm = farm;
    this.images = images;
  }

  /** The main file of an image: disk, tar, and so on. */
  Path main(ImageRecord image) throws FarmException {
    ImageFormat format =
        ImageFormat.of(image.format())
            .orElseThrow(() -> FarmException.failed("unknown format " + image.format()));
    return images.folder(image.digest()).resolve(format.file());
  }

  private static boolean qcow2(ImageRecord image) {
    return image.format().equals(ImageFormat.QCOW2.word());
  }

  /** Keeps the chunks of its disk, uncompressed, or of its main file. */
  void keep(ImageRecord image) throws IOException, InterruptedException, FarmException {
    try (Locks.Held _ = Locks.exclusive(farm.locks().resolve("image-" + image.digest()));
        FarmFolder.Work work = farm.work();
        Log log = new Log(work.folder().resolve("log"))) {
      Path main = main(image);
      if (qcow2(image)) {
        Path raw = work.folder().resolve("raw");
        uncompressed(main, raw, log);
        main = raw;
      }
      images.chunks().put(image.digest(), main);
    }
  }

  private static void uncompressed(Path qcow2, Path raw, Log log)
      throws IOException, InterruptedException, FarmException {
    Command.of("qemu-img", "convert", "-f", "qcow2", "-O", "raw", qcow2.toString(), raw.toString())
        .check(log);
  }

  /** A folder gets all of it, a file its main file; see {@link Farm#export}. */
  void export(ImageRecord image, Path to) throws IOException, InterruptedException, FarmException {
    boolean raw = to.toString().endsWith(".raw");
    if (Files.isDirectory(to)) {
      all(images.folder(image.digest()), to);
    } else if (raw == qcow2(image) && images.chunks().has(image.digest())) {
      images.chunks().get(image.digest(), to);
    } else if (raw && qcow2(image)) {
      uncompressed(main(image), to, new Log(Path.of("/dev/null")));
    } else {
      Files.copy(main(image), to, StandardCopyOption.REPLACE_EXISTING);
    }
  }

  private static void all(Path folder, Path to) throws IOException {
    try (DirectoryStream<Path> files = Files.newDirectoryStream(folder)) {
      for (Path file : files) {
        Files.copy(file, to.resolve(file.getFileName()), StandardCopyOption.REPLACE_EXISTING);
      }
    }
  }
}
