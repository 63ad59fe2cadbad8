package org.heddle.store.transfer;

import java.util.List;
import java.util.Optional;

/**
 * Stores of the same site, which are asked before the one elsewhere.
 *
 * @param peers other hosts
 * @param me this host as the others name it, when it serves its own store and all hosts of the site
 *     fetch the same at the same time: then each fetches its share from elsewhere and the rest from
 *     the others. Empty: what a peer has not, is fetched from elsewhere at once
 */
public record Site(List<RemoteStore> peers, Optional<String> me) {
  public Site {
    peers = List.copyOf(peers);
  }

  /** Nobody. */
  public static Site alone() {
    return new Site(List.of(), Optional.empty());
  }

  boolean swarm() {
    return me.isPresent() && !peers.isEmpty();
  }
}
