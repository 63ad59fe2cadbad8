package org.heddle.dist.farm;

import java.nio.file.Path;
import java.util.Objects;
import java.util.concurrent.Callable;
import org.heddle.cli.Environment;
import org.heddle.images.Farm;
import org.heddle.images.ImageRecord;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.ParentCommand;

/** {@code heddle farm export}. */
@Command(
    name = "export",
    description = {
      "Write an image's main file (disk, tar, ..) to FILE, checked; or, when FILE is a folder, all"
          + " of its files with signature and SBOM."
    })
final class ExportCommand implements Callable<Integer> {
  @ParentCommand @Nullable FarmCommand parent;
  @Mixin FarmOptions options = new FarmOptions();

  @Parameters(index = "0", paramLabel = "IMAGE", description = "Its name or digest.")
  String image = "";

  @Parameters(index = "1", paramLabel = "FILE", description = "Where to.")
  Path file = Path.of("");

  @Override
  public Integer call() {
    Environment around = Objects.requireNonNull(parent).around();
    ImageRecord exported =
        Work.run(() -> {
          Farm farm = options.open(around);
          ImageRecord found = farm.show(image);
          farm.export(found, file);
          return found;
        });
    around.print(options.format, exported, () -> "wrote " + file + "\n");
    return 0;
  }
}
