package org.heddle.store.demand;

import java.io.IOException;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.TreeMap;
import org.heddle.store.Block;
import org.heddle.store.ChunkId;
import org.heddle.store.ChunkRef;
import org.heddle.store.StoreException;
import org.heddle.store.transfer.RemoteStore;

/**
 * Stores elsewhere, the nearest first. One that sends anything wrong is not asked again; one that
 * cannot be reached now is. Safe for threads.
 */
final class Sources {
  private final List<RemoteStore> stores;
  private final Map<String, String> refused = new TreeMap<>();

  Sources(List<RemoteStore> stores) {
    this.stores = List.copyOf(stores);
  }

  /** Takes a chunk that was checked. */
  interface Sink {
    /**
     * @param raw where its bytes lie; not kept
     */
    void accept(ChunkRef chunk, byte[] raw, int offset);
  }

  synchronized Map<String, String> refused() {
    return Map.copyOf(refused);
  }

  private synchronized boolean usable(RemoteStore store) {
    return !refused.containsKey(store.name());
  }

  private synchronized void refuse(RemoteStore store, StoreException why) {
    refused.put(store.name(), Objects.requireNonNullElse(why.getMessage(), why.toString()));
  }

  /**
   * Fetches all of them, each from the first that gives it.
   *
   * @throws StoreException no source has one of them, and all have answered: asking again is no use
   * @throws IOException a source could not be reached or ended early; what came before that has
   *     been accepted
   */
  void fetch(Collection<ChunkRef> wanted, Sink sink) throws IOException {
    Set<ChunkId> missing = new HashSet<>();
    wanted.forEach(chunk -> missing.add(chunk.id()));
    IOException cut = null;
    for (RemoteStore store : stores) {
      if (missing.isEmpty()) {
        return;
      }
      if (usable(store)) {
        List<ChunkRef> rest = new ArrayList<>(wanted);
        rest.removeIf(chunk -> !missing.contains(chunk.id()));
        try {
          store.fetch(rest, block -> open(block, sink, missing));
        } catch (StoreException wrong) {
          refuse(store, wrong);
        } catch (IOException unreachable) {
          cut = unreachable;
        }
      }
    }
    if (!missing.isEmpty()) {
      throw cut == null ? nobody(missing) : cut;
    }
  }

  private StoreException nobody(Set<ChunkId> missing) {
    Map<String, String> given = refused();
    return new StoreException(
        StoreException.Kind.NOT_FOUND,
        "no source has chunk "
            + missing.iterator().next()
            + (given.isEmpty() ? "" : "; given up: " + given));
  }

  private static void open(Block block, Sink sink, Set<ChunkId> missing) throws StoreException {
    byte[] raw = block.open(null);
    int at = 0;
    for (ChunkRef chunk : block.chunks()) {
      sink.accept(chunk, raw, at);
      missing.remove(chunk.id());
      at += chunk.length();
    }
  }

  void close() {
    stores.forEach(RemoteStore::close);
  }
}
