package org.heddle.images;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import org.heddle.images.recipe.Canonical;
import org.heddle.images.recipe.ImageFormat;

/** Makes an image of the farm of a file from elsewhere; the same file again is found. */
final class Intake {
  private final Parts parts;

  Intake(Parts parts) {
    this.parts = parts;
  }

  Farm.Built take(Import.Wish wish) throws IOException, InterruptedException, FarmException {
    long begin = System.nanoTime();
    String content = checked(wish);
    String digest =
        Canonical.digest(
            List.of("import by content", content, wish.name(), wish.userData().orElse("")));
    FarmFolder farm = parts.folder();
    try (Locks.Held _ = Locks.exclusive(farm.locks().resolve("image-" + digest));
        FarmFolder.Work work = farm.work()) {
      Optional<ImageRecord> there = parts.images().find(digest);
      if (there.isPresent()) {
        return Farm.reused(parts, there.get(), begin);
      }
      Path out = Files.createDirectory(work.folder().resolve("image"));
      ImageFormat format;
      try (Log log = new Log(work.folder().resolve("log"))) {
        format =
            Import.write(wish, new Import.Place(out, work.folder(), Landing.Bounds.of(parts), log));
      }
      ImageRecord record = describe(wish.name(), digest, format, out, begin);
      parts.finishing().finish(record, "generic", out, work.folder());
      return new Farm.Built(record, false, Farm.seconds(begin), parts.images().folder(digest));
    }
  }

  /** The digest of the file, which is what it should be. */
  private static String checked(Import.Wish wish) throws IOException, FarmException {
    if (!wish.name().matches("[a-z0-9][a-z0-9._-]{0,62}")) {
      throw FarmException.invalid(
          "'"
              + wish.name()
              + "' cannot be the name of an image: use small letters, digits, '.', '_', '-'");
    }
    String content = OciLayout.sha256(wish.file());
    if (wish.sha256().filter(wanted -> !wanted.equalsIgnoreCase(content)).isPresent()) {
      throw FarmException.failed(
          wish.file().getFileName() + " is not what was wanted: its SHA-256 is " + content);
    }
    return content;
  }

  private ImageRecord describe(String name, String digest, ImageFormat format, Path out, long begin)
      throws IOException {
    List<ImageRecord.FileOf> files = Images.files(out);
    return new ImageRecord(
        digest,
        name,
        "import",
        "",
        format.word(),
        "",
        Snapshot.NONE.epoch(),
        List.of(),
        List.of(),
        files,
        files.stream().mapToLong(ImageRecord.FileOf::size).sum(),
        Farm.seconds(begin),
        parts.clock().millis() / 1000);
  }
}
