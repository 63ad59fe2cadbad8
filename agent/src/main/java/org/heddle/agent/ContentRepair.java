package org.heddle.agent;

import java.io.IOException;
import java.util.List;
import java.util.function.Supplier;
import org.heddle.store.Evidence;
import org.heddle.store.Progress;
import org.heddle.store.Repairer;
import org.heddle.store.Store;
import org.heddle.store.Verifier;
import org.heddle.store.transfer.ConnectSettings;
import org.heddle.store.transfer.Traffic;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Mends a host's content store, from other agents' where that is needed. Thread-safe. */
final class ContentRepair {
  private static final Logger LOG = LoggerFactory.getLogger(ContentRepair.class);

  private final Store store;
  private final ConnectSettings connect;
  private volatile Supplier<List<String>> site = List::of;

  ContentRepair(Store store, ConnectSettings connect) {
    this.store = store;
    this.connect = connect;
  }

  /**
   * @param urls base URLs of the other agents of this site, as they are now
   */
  void site(Supplier<List<String>> urls) {
    site = urls;
  }

  /** Looks at all that is stored, and takes away what is damaged, so that it can be made anew. */
  void alone() throws IOException {
    from(List.of(), Evidence.ofFiles());
  }

  /**
   * Looks at all that is stored, and fetches what is damaged.
   *
   * @param urls base URLs of agents that have it
   */
  void from(List<String> urls, Evidence evidence) throws IOException {
    Verifier.Report found = new Verifier(store, Progress.NONE).verify();
    if (!found.sound()) {
      found.damage().forEach(line -> LOG.warn("content store: {}", line));
      try (OpenSources sources = new OpenSources(urls, connect, new Traffic())) {
        Repairer.Report done = new Repairer(store, evidence).repair(found, sources.patient());
        told(done);
        if (done.stillMissing() > 0 && !done.failures().isEmpty()) {
          throw new IOException(String.join("; ", done.failures()));
        }
      }
    }
  }

  /**
   * Fetches damaged indexes, and what of their chunks is not here, from agents of this site.
   *
   * @return whether there was one that is sound now
   */
  boolean indexesFromSite() throws IOException {
    try (OpenSources sources = new OpenSources(site.get(), connect, new Traffic())) {
      Repairer.Report done = new Repairer(store).repairIndexes(sources.patient());
      told(done);
      done.failures().forEach(line -> LOG.warn("content store: {}", line));
      return !done.indexes().isEmpty();
    }
  }

  private static void told(Repairer.Report done) {
    for (Repairer.Mended index : done.indexes()) {
      LOG.warn(
          "content store: index '{}' was damaged; now it is that of {}",
          index.name(),
          index.from());
    }
  }
}
