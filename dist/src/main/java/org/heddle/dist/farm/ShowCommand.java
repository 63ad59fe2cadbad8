package org.heddle.dist.farm;

import java.nio.file.Path;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.Callable;
import org.heddle.cli.Environment;
import org.heddle.cli.Failure;
import org.heddle.cli.Table;
import org.heddle.images.Farm;
import org.heddle.images.ImageRecord;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.ParentCommand;

/** {@code heddle farm show}. */
@Command(name = "show", description = "Show what an image comes from and what is in it.")
final class ShowCommand implements Callable<Integer> {
  @ParentCommand @Nullable FarmCommand parent;
  @Mixin FarmOptions options = new FarmOptions();

  @Parameters(index = "0", paramLabel = "IMAGE", description = "Its name or digest.")
  String image = "";

  @Option(names = "--packages", description = "Only the packages, one a line.")
  boolean packages;

  @Option(names = "--check", description = "Check signature and files; fails if one is not right.")
  boolean check;

  @Override
  public Integer call() {
    Environment around = Objects.requireNonNull(parent).around();
    Farm farm = Work.run(() -> options.open(around));
    ImageRecord shown = Work.run(() -> farm.show(image));
    Path folder = farm.folder(shown);
    around.print(
        options.format,
        shown,
        () -> packages ? String.join("\n", shown.packages()) + "\n" : text(shown, folder, around));
    if (check) {
      List<String> wrong = Work.run(() -> farm.check(shown));
      if (!wrong.isEmpty()) {
        throw Failure.failed(String.join("\n", wrong));
      }
    }
    return 0;
  }

  private static String text(ImageRecord image, Path folder, Environment around) {
    StringBuilder text = new StringBuilder();
    text.append("image     ").append(image.name()).append('\n');
    text.append("digest    ").append(image.digest()).append('\n');
    text.append("from      ")
        .append(image.from())
        .append(' ')
        .append(image.architecture())
        .append('\n');
    text.append("packages  ").append(image.packages().size()).append('\n');
    text.append("folder    ").append(folder).append("\n\n");
    Table stages = Table.of("STAGE", "DIGEST", ">SECONDS", "HOW");
    image
        .stages()
        .forEach(one ->
            stages.row(one.name(), one.digest().substring(0, 12), one.seconds(), one.reason()));
    Table files = Table.of("FILE", ">BYTES", "SHA-256");
    image.files().forEach(one -> files.row(one.name(), one.size(), one.sha256().substring(0, 16)));
    return text + stages.render(around.output()) + "\n" + files.render(around.output());
  }
}
