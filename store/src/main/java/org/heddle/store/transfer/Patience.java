package org.heddle.store.transfer;

import java.time.Duration;

/**
 * Decides how long a peer that is itself still fetching is asked again and again in vain before its
 * share is fetched from elsewhere. Called under a lock: answers at once.
 */
@FunctionalInterface
interface Patience {
  /**
   * Whether it has come to an end.
   *
   * @param peer its name
   * @param useless how long it has brought nothing new
   * @param slowest what our own slowest request to the store elsewhere took or has taken so far
   */
  boolean ended(String peer, Duration useless, Duration slowest);

  /**
   * So long at least, and longer where our own requests take long: peers share the link with us.
   */
  static Patience of(Duration least) {
    return (_, useless, slowest) ->
        useless.compareTo(least) > 0 && useless.compareTo(slowest.multipliedBy(4)) > 0;
  }
}
