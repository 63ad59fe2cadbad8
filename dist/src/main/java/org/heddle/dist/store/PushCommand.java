package org.heddle.dist.store;

import java.io.IOException;
import java.util.Objects;
import java.util.concurrent.Callable;
import org.heddle.cli.Environment;
import org.heddle.store.IndexReader;
import org.heddle.store.Progress;
import org.heddle.store.SignedImages;
import org.heddle.store.Store;
import org.heddle.store.transfer.Address;
import org.heddle.store.transfer.Push;
import org.heddle.store.transfer.RemoteStore;
import org.heddle.store.transfer.Traffic;
import org.heddle.store.transfer.TransferReport;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.ParentCommand;

/** {@code heddle store push}. */
@Command(
    name = "push",
    description = {
      "Send an index, and what the other store lacks of its chunks; with its signed manifest if it"
          + " has one. What has arrived stays: if it fails, repeat it.",
      "URL: http://HOST:PORT (behind 'heddle store serve') or ssh://[USER@]HOST/DIR."
    })
final class PushCommand implements Callable<Integer> {
  @ParentCommand @Nullable StoreCommand parent;
  @Mixin StoreOptions options = new StoreOptions();
  @Mixin ConnectOptions connect = new ConnectOptions();

  @Parameters(index = "0", paramLabel = "INDEX", description = "Its name in the store.")
  String index = "";

  @Parameters(index = "1", paramLabel = "URL", description = "Where to.")
  String url = "";

  @Option(names = "--as", paramLabel = "NAME", description = "Its name there. Default: INDEX.")
  @Nullable String as;

  @Option(names = "--replace", description = "Another index of that name there may be replaced.")
  boolean replace;

  @Option(
      names = "--small",
      description =
          "Send chunks against similar ones that both stores have: fewer bytes for more work, for"
              + " slow links.")
  boolean small;

  @Override
  public Integer call() {
    StoreCommand store = Objects.requireNonNull(parent);
    Moving.run(
        store.around(),
        options.format,
        "push",
        (traffic, progress) -> push(store.around(), traffic, progress));
    return 0;
  }

  private TransferReport push(Environment around, Traffic traffic, Progress progress)
      throws IOException {
    Store store = options.open();
    try (IndexReader _ = store.index(index);
        RemoteStore to =
            RemoteStore.adding(Address.parse(url), connect.settings(around), traffic)) {
      String name = as == null ? index : as;
      TransferReport report =
          new Push(store, to, traffic, progress).small(small).push(index, name, replace);
      String manifest = SignedImages.manifestOf(index);
      if (name.equals(index) && store.names().contains(manifest)) {
        new Push(store, to, traffic, Progress.NONE).push(manifest, manifest, replace);
      }
      return report;
    }
  }
}
