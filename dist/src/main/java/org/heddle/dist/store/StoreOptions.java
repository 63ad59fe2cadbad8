package org.heddle.dist.store;

import java.io.IOException;
import java.nio.file.Path;
import org.heddle.cli.Format;
import org.heddle.store.Store;
import picocli.CommandLine.Option;

/** What the commands on one store have in common. */
final class StoreOptions {
  @Option(
      names = "--store",
      paramLabel = "DIR",
      required = true,
      description = "The store's folder.")
  Path folder = Path.of("");

  @Option(
      names = {"-o", "--output"},
      paramLabel = "FORMAT",
      defaultValue = "table",
      description = "Print as ${COMPLETION-CANDIDATES}; errors too.")
  Format format = Format.TABLE;

  Store open() throws IOException {
    return Store.open(folder);
  }
}
