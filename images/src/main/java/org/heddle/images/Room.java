package org.heddle.images;

import java.io.IOException;

/** Asked before something comes to stay in the farm. */
interface Room {
  /** Of a farm without a quota. */
  Room ENDLESS = _ -> () -> {};

  /**
   * Makes room for so many bytes, and keeps it until what is given back is closed.
   *
   * @throws FarmException when there is no room for them
   */
  Locks.Held want(long bytes) throws IOException, InterruptedException, FarmException;
}
