package org.heddle.images;

import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;

/** An image's build log: those of its stages, also of the reused ones, and of its assembly. */
final class Logs {
  private Logs() {}

  static void gather(Stages stages, ImageRecord image, Path last, Path into) throws IOException {
    try (OutputStream out = Files.newOutputStream(into)) {
      for (ImageRecord.StageUse use : image.stages()) {
        String how = use.cached() ? " (reused)" : "";
        title(out, use.name() + how + " " + use.digest());
        Path log = stages.folder(use.digest()).resolve("log");
        if (Files.exists(log)) {
          Files.copy(log, out);
        }
      }
      title(out, image.format());
      Files.copy(last, out);
    }
  }

  private static void title(OutputStream out, String text) throws IOException {
    out.write(("== " + text + "\n").getBytes(StandardCharsets.UTF_8));
  }
}
