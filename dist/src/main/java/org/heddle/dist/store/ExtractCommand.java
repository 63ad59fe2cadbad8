package org.heddle.dist.store;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.Callable;
import org.heddle.cli.Failure;
import org.heddle.store.ExtractReport;
import org.heddle.store.Extractor;
import org.heddle.store.IndexReader;
import org.heddle.store.Store;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.ParentCommand;

/** {@code heddle store extract}. */
@Command(
    name = "extract",
    description = "Make a file from an index; sparse where it had holes or zeros.")
final class ExtractCommand implements Callable<Integer> {
  @ParentCommand @Nullable StoreCommand parent;
  @Mixin StoreOptions options = new StoreOptions();
  @Mixin SignedOptions signed = new SignedOptions();

  @Parameters(index = "0", paramLabel = "INDEX", description = "Its name in the store.")
  String index = "";

  @Parameters(
      index = "1",
      paramLabel = "FILE",
      description = "Where to; replaced when it is whole.")
  Path file = Path.of("");

  @Option(
      names = "--in-place",
      description =
          "Change FILE, which exists, into what the index says: only what differs is written. If"
              + " this is interrupted, repeat it.")
  boolean inPlace;

  @Option(
      names = "--like",
      paramLabel = "OLDFILE",
      description =
          "A file that has much of what FILE shall have, as an older version: it is read, and what"
              + " it has is taken from it; on btrfs and XFS the two then share those blocks, which"
              + " takes neither time nor space. May be repeated.")
  List<Path> like = new ArrayList<>();

  @Override
  public Integer call() {
    StoreCommand store = Objects.requireNonNull(parent);
    if (inPlace && !like.isEmpty()) {
      throw Failure.invalid("--in-place keeps what FILE has already: leave --like");
    }
    if (inPlace && !Files.isRegularFile(file)) {
      throw Failure.notFound("there is no file " + file + " to change in place");
    }
    Outcome outcome = Work.run(store.around(), "extracting", this::extract);
    store.around().print(options.format, outcome, () -> outcome.text("extracted"));
    return 0;
  }

  private Outcome extract(org.heddle.store.Progress progress) throws IOException {
    long begin = System.nanoTime();
    Store store = options.open();
    Extractor extractor = new Extractor(store, progress);
    try (IndexReader reader = signed.index(store, index)) {
      ExtractReport done =
          inPlace ? extractor.update(reader, file) : extractor.extract(reader, file, like);
      return Outcome.of(
              index,
              done.index().id().toString(),
              done.index().fileSize(),
              done.bytesWritten(),
              0,
              done.chunks(),
              System.nanoTime() - begin)
          .cloned(done.bytesCloned());
    }
  }
}
