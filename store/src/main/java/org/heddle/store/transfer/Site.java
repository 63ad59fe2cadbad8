package org.heddle.store.transfer;

import java.util.List;
import java.util.Optional;

/**
 * Stores of the same site, which are asked before the one elsewhere.
 *
 * @param peers other hosts
 * @param me this host as the others name it, when it serves its own store and all hosts of the site
 *     fetch the same at the same time: then each fetches its share from elsewhere and the rest from
 *     the others. Without peers: others stand behind it. Empty: what a peer has not, is fetched
 *     from elsewhere at once
 * @param line whether the hosts stand one behind the other: all is the one peer's share, which is
 *     asked for it as it comes
 */
public record Site(List<RemoteStore> peers, Optional<String> me, boolean line) {
  public Site {
    peers = List.copyOf(peers);
    if (line && (peers.size() != 1 || me.isEmpty())) {
      throw new IllegalArgumentException("in a line one stands behind one other");
    }
  }

  /** Hosts that share the work, or those who have it already. */
  public Site(List<RemoteStore> peers, Optional<String> me) {
    this(peers, me, false);
  }

  /** One host, which is itself still fetching; elsewhere is asked only when it fails. */
  public static Site behind(RemoteStore peer) {
    return new Site(List.of(peer), Optional.of("who stands behind " + peer.name()), true);
  }

  /** Nobody. */
  public static Site alone() {
    return new Site(List.of(), Optional.empty());
  }

  boolean swarm() {
    return me.isPresent() && !peers.isEmpty();
  }
}
