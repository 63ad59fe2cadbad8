package org.heddle.dist.farm;

import java.util.List;
import java.util.Objects;
import java.util.concurrent.Callable;
import org.heddle.cli.Environment;
import org.heddle.cli.Human;
import org.heddle.cli.Table;
import org.heddle.images.ImageRecord;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParentCommand;

/** {@code heddle farm list}. */
@Command(name = "list", description = "List the images of the farm, or what could be built.")
final class ListCommand implements Callable<Integer> {
  @ParentCommand @Nullable FarmCommand parent;
  @Mixin FarmOptions options = new FarmOptions();

  @Option(names = "--known-recipes", description = "List the names of the recipes instead.")
  boolean known;

  @Option(names = "--classes", description = "List the names of the classes instead.")
  boolean classes;

  @Override
  public Integer call() {
    Environment around = Objects.requireNonNull(parent).around();
    if (known || classes) {
      List<String> names =
          Work.run(() ->
              known
                  ? options.library(around).recipes()
                  : List.copyOf(options.library(around).classes().keySet()));
      around.print(options.format, names, () -> String.join("\n", names) + "\n");
      return 0;
    }
    List<ImageRecord> all = Work.run(() -> options.open(around).list());
    around.print(options.format, all, () -> table(all, around));
    return 0;
  }

  private static String table(List<ImageRecord> all, Environment around) {
    Table table = Table.of("IMAGE", "FROM", "ARCH", "FORMAT", ">SIZE", ">AGE", "DIGEST");
    for (ImageRecord image : all) {
      table.row(
          image.name(),
          image.from(),
          image.architecture(),
          image.format(),
          Human.mib(Math.max(1, image.bytes() >> 20)),
          Human.age(around.nowMs() - image.built() * 1000),
          image.digest().substring(0, 12));
    }
    return table.isEmpty() ? "no images\n" : table.render(around.output());
  }
}
