package org.heddle.dist.store;

import java.nio.file.Path;
import java.util.Objects;
import java.util.concurrent.Callable;
import org.heddle.cli.Environment;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.ParentCommand;

/** {@code heddle store key}. */
@Command(
    name = "key",
    description = {
      "Make an Ed25519 key to sign images with: FILE, which nobody else may read, and FILE.pub,"
          + " which those get who check signatures. As 'openssl genpkey -algorithm ed25519' and"
          + " 'openssl pkey -pubout' do."
    })
final class KeyCommand implements Callable<Integer> {
  @ParentCommand @Nullable StoreCommand parent;

  @Parameters(index = "0", paramLabel = "FILE", description = "Where to; must not be there.")
  Path file = Path.of("");

  @Override
  public Integer call() {
    Environment around = Objects.requireNonNull(parent).around();
    Work.run(
        around,
        "making a key",
        _ -> {
          KeyFiles.make(file);
          return file;
        });
    around.out().println("made " + file + " and " + KeyFiles.publicOf(file));
    return 0;
  }
}
