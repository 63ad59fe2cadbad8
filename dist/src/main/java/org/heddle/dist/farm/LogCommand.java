package org.heddle.dist.farm;

import java.nio.file.Files;
import java.util.Objects;
import java.util.concurrent.Callable;
import org.heddle.cli.Environment;
import org.heddle.images.Farm;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.ParentCommand;

/** {@code heddle farm log}. */
@Command(name = "log", description = "Print what the build of an image printed.")
final class LogCommand implements Callable<Integer> {
  @ParentCommand @Nullable FarmCommand parent;
  @Mixin FarmOptions options = new FarmOptions();

  @Parameters(index = "0", paramLabel = "IMAGE", description = "Its name or digest.")
  String image = "";

  @Override
  public Integer call() {
    Environment around = Objects.requireNonNull(parent).around();
    return Work.run(() -> {
      Farm farm = options.open(around);
      Files.copy(farm.log(farm.show(image)), around.out());
      around.out().flush();
      return 0;
    });
  }
}
