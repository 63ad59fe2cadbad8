package org.heddle.agent;

import java.net.URI;
import java.util.ArrayList;
import java.util.List;
import org.heddle.store.ChunkSource;
import org.heddle.store.transfer.Address;
import org.heddle.store.transfer.ConnectSettings;
import org.heddle.store.transfer.PatientSource;
import org.heddle.store.transfer.RemoteStore;
import org.heddle.store.transfer.Traffic;

/**
 * Connections to the content stores of other agents, for one attempt: a transfer that fails has
 * closed them.
 */
final class OpenSources implements AutoCloseable {
  private final List<RemoteStore> stores = new ArrayList<>();

  /**
   * @param urls base URLs of the agents
   */
  OpenSources(List<String> urls, ConnectSettings settings, Traffic traffic) {
    for (String url : urls) {
      stores.add(RemoteStore.reading(new Address.Http(URI.create(url)), settings, traffic));
    }
  }

  List<RemoteStore> stores() {
    return stores;
  }

  /** The same, to repair from. */
  List<ChunkSource> patient() {
    return stores.stream().<ChunkSource>map(PatientSource::new).toList();
  }

  @Override
  public void close() {
    stores.forEach(RemoteStore::close);
  }
}
