package org.heddle.store;

import java.nio.file.Path;
import java.util.List;

/** Where things lie in a store's folder. */
record Layout(Path folder) {
  /** Written last when a store is made: without it there is no store. */
  Path format() {
    return folder.resolve("format");
  }

  Path packs() {
    return folder.resolve("packs");
  }

  Path indexes() {
    return folder.resolve("indexes");
  }

  /** Names of packs that a collection is about to delete. */
  Path condemned() {
    return folder.resolve("condemned");
  }

  Path sessions() {
    return folder.resolve("sessions");
  }

  Path temporary() {
    return folder.resolve("tmp");
  }

  /** Held for short steps. */
  Path lock() {
    return folder.resolve("lock");
  }

  /** Held by the one collection that may go on. */
  Path collectorLock() {
    return folder.resolve("collector.lock");
  }

  List<Path> folders() {
    return List.of(packs(), indexes(), condemned(), sessions(), temporary());
  }
}
