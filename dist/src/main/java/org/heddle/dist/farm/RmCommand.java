package org.heddle.dist.farm;

import java.util.ArrayList;
import java.util.List;
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

/** {@code heddle farm rm}. */
@Command(name = "rm", description = "Delete images; their stages go with the next gc.")
final class RmCommand implements Callable<Integer> {
  @ParentCommand @Nullable FarmCommand parent;
  @Mixin FarmOptions options = new FarmOptions();

  @Parameters(arity = "1..*", paramLabel = "IMAGE", description = "Names or digests.")
  List<String> names = List.of();

  @Override
  public Integer call() {
    Environment around = Objects.requireNonNull(parent).around();
    List<String> gone =
        Work.run(() -> {
          Farm farm = options.open(around);
          List<ImageRecord> images = new ArrayList<>();
          for (String name : names) {
            images.add(farm.show(name));
          }
          for (ImageRecord image : images) {
            farm.remove(image);
          }
          return images.stream().map(ImageRecord::digest).toList();
        });
    around.print(options.format, gone, () -> "deleted " + String.join(" ", names) + "\n");
    return 0;
  }
}
