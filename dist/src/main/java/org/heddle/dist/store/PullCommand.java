package org.heddle.dist.store;

import java.io.IOException;
import java.security.PublicKey;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.Callable;
import org.heddle.cli.Environment;
import org.heddle.cli.Failure;
import org.heddle.store.ChunkId;
import org.heddle.store.Progress;
import org.heddle.store.Store;
import org.heddle.store.StoreException;
import org.heddle.store.transfer.Address;
import org.heddle.store.transfer.ConnectSettings;
import org.heddle.store.transfer.Pull;
import org.heddle.store.transfer.RemoteStore;
import org.heddle.store.transfer.Site;
import org.heddle.store.transfer.Traffic;
import org.heddle.store.transfer.TransferReport;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.ParentCommand;

/** {@code heddle store pull}. */
@Command(
    name = "pull",
    description = {
      "Fetch an index, and what is missing here of its chunks; the store is made if there is none."
          + " What has arrived stays: if it fails, repeat it.",
      "URL: http://HOST:PORT (behind 'heddle store serve') or ssh://[USER@]HOST/DIR."
    })
final class PullCommand implements Callable<Integer> {
  @ParentCommand @Nullable StoreCommand parent;
  @Mixin StoreOptions options = new StoreOptions();
  @Mixin ConnectOptions connect = new ConnectOptions();
  @Mixin ExpectedId expected = new ExpectedId();
  @Mixin SignedOptions signed = new SignedOptions();

  @Parameters(index = "0", paramLabel = "URL/INDEX", description = "What to fetch.")
  String what = "";

  @Option(names = "--as", paramLabel = "NAME", description = "Its name here. Default: INDEX.")
  @Nullable String as;

  @Option(
      names = "--from",
      paramLabel = "URL",
      description = "A store nearer by, asked for chunks first. May be repeated.")
  List<String> from = new ArrayList<>();

  @Option(
      names = "--me",
      paramLabel = "URL",
      description =
          "How this store is served to those of --from, who fetch the same now: each fetches its"
              + " share from URL/INDEX and the rest from the others. Without --from: others stand"
              + " behind it.")
  @Nullable String me;

  @Option(
      names = "--behind",
      paramLabel = "URL",
      description =
          "A store that is fetching the same now: all is taken from it as it comes, and from"
              + " URL/INDEX only if it fails.")
  @Nullable String behind;

  @Option(names = "--replace", description = "Another index of that name may be replaced.")
  boolean replace;

  @Option(
      names = "--small",
      description =
          "Fetch chunks of URL/INDEX against similar ones that are here: fewer bytes for more work,"
              + " for slow links.")
  boolean small;

  @Override
  public Integer call() {
    StoreCommand store = Objects.requireNonNull(parent);
    if (behind != null && (me != null || !from.isEmpty())) {
      throw Failure.invalid("--behind names all that is asked: leave --from and --me");
    }
    if (signed.asked() && (as != null || expected.id != null)) {
      throw Failure.invalid("a signed image keeps its name, and its signature says its id");
    }
    Moving.run(
        store.around(),
        options.format,
        "pull",
        (traffic, progress) -> pull(store.around(), traffic, progress));
    return 0;
  }

  private TransferReport pull(Environment around, Traffic traffic, Progress progress)
      throws IOException {
    Address.Named named = Address.parseNamed(what);
    ConnectSettings settings = connect.settings(around);
    List<PublicKey> keys = signed.keys();
    Optional<ChunkId> wanted = expected.get();
    List<RemoteStore> peers = new ArrayList<>();
    try (RemoteStore origin = RemoteStore.reading(named.store(), settings, traffic)) {
      Optional<String> self = Optional.empty();
      if (me != null) {
        self = Optional.of(Address.parse(me).text());
      }
      for (String url : from) {
        Address address = Address.parse(url);
        if (self.isEmpty() || !self.get().equals(address.text())) {
          peers.add(RemoteStore.reading(address, settings, traffic));
        }
      }
      Site site = new Site(peers, self);
      if (behind != null) {
        peers.add(RemoteStore.reading(Address.parse(behind), settings, traffic));
        site = Site.behind(peers.getFirst());
      }
      Store store = store(origin, named.index());
      Pull pull = new Pull(store, origin, site, traffic, progress).small(small);
      String name = as == null ? named.index() : as;
      return signed.asked()
          ? pull.pullSigned(name, keys, replace)
          : pull.pull(named.index(), name, wanted, replace);
    } finally {
      peers.forEach(RemoteStore::close);
    }
  }

  /** None is made here for what is not there. */
  private Store store(RemoteStore origin, String index) throws IOException {
    try {
      return options.open();
    } catch (StoreException none) {
      if (none.kind() != StoreException.Kind.NOT_FOUND) {
        throw none;
      }
      origin.info(index);
      return Store.openOrCreate(options.folder);
    }
  }
}
