package org.heddle.dist.store;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.KeyPair;
import java.util.Objects;
import java.util.concurrent.Callable;
import org.heddle.cli.Failure;
import org.heddle.store.Effort;
import org.heddle.store.MakeReport;
import org.heddle.store.Maker;
import org.heddle.store.SignedImages;
import org.heddle.store.Store;
import org.heddle.store.StoreWriter;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.ParentCommand;

/** {@code heddle store make}. */
@Command(name = "make", description = "Store a file; the store is made if there is none.")
final class MakeCommand implements Callable<Integer> {
  @ParentCommand @Nullable StoreCommand parent;
  @Mixin StoreOptions options = new StoreOptions();

  @Parameters(index = "0", paramLabel = "FILE", description = "What to store.")
  Path file = Path.of("");

  @Option(names = "--name", paramLabel = "INDEX", description = "Default: the file's name.")
  @Nullable String name;

  @Option(names = "--small", description = "Compress more: about a tenth smaller, much slower.")
  boolean small;

  @Option(names = "--replace", description = "Another index of that name may be replaced.")
  boolean replace;

  @Option(
      names = "--quota",
      paramLabel = "BYTES",
      description =
          "Most bytes that the store may take from now on; 0: no limit. Default: as it is; a store"
              + " made now has no limit.")
  @Nullable Long quota;

  @Option(
      names = "--sign",
      paramLabel = "KEY",
      description =
          "Also publish INDEX.manifest, signed with this private key; KEY.pub is read too"
              + " ('heddle store key' makes both).")
  @Nullable Path key;

  @Override
  public Integer call() {
    StoreCommand store = Objects.requireNonNull(parent);
    if (quota != null && quota < 0) {
      throw Failure.invalid("--quota cannot be negative");
    }
    if (!Files.isRegularFile(file)) {
      throw Failure.notFound("there is no file " + file + " (devices and folders are not stored)");
    }
    Outcome outcome = Work.run(store.around(), "storing", this::make);
    store.around().print(options.format, outcome, () -> outcome.text("stored"));
    return 0;
  }

  private Outcome make(org.heddle.store.Progress progress) throws IOException {
    long begin = System.nanoTime();
    @Nullable KeyPair signer = key == null ? null : KeyFiles.pair(key); // before anything is stored
    String index = name == null ? String.valueOf(file.getFileName()) : name;
    Store store =
        quota == null
            ? Store.openOrCreate(options.folder)
            : Store.openOrCreate(options.folder, quota);
    if (key != null) {
      store.indexFile(SignedImages.manifestOf(index)); // Refuses too long a name.
    }
    try (StoreWriter writer = store.writer(small ? Effort.SMALL : Effort.FAST)) {
      MakeReport made = new Maker(writer, progress).make(file, index, replace);
      if (signer != null) {
        SignedImages.sign(writer, made.index(), signer.getPrivate(), signer.getPublic(), replace);
      }
      return Outcome.of(
          index,
          made.index().info().id().toString(),
          made.index().info().fileSize(),
          made.bytesStored(),
          0,
          made.chunks(),
          System.nanoTime() - begin);
    }
  }
}
