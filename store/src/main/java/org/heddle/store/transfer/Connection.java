package org.heddle.store.transfer;

import java.io.IOException;

/** Carries requests to a store and replies back. Safe for threads. */
interface Connection extends AutoCloseable {
  /** Reads a reply; what it throws ends the request. */
  interface Reply<T> {
    T read(FrameInput reply) throws IOException;
  }

  /**
   * Asks once.
   *
   * @throws CutException if asking again may help
   * @throws org.heddle.store.StoreException if not
   */
  <T> T ask(Request request, Reply<T> reply) throws IOException;

  /** What goes slower counts as if nothing moved: bytes a second; 0: any byte will do. */
  default long leastRate() {
    return 0;
  }

  /** How it is named in messages. */
  String name();

  /** Ends all requests at once. */
  @Override
  void close();
}
