package org.heddle.store;

import java.io.IOException;
import java.io.InterruptedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/**
 * How packs are deleted while others read and write.
 *
 * <ol>
 *   <li>Each gets a mark on the disk. Writers that begin from now on do not rely on marked packs.
 *   <li>Writers that began before the marks are waited for: they may still publish indexes that
 *       rely on marked packs. From now on nothing new does.
 *   <li>What the indexes need by now and only marked packs have is copied to new packs.
 *   <li>Packs, then marks, are deleted.
 * </ol>
 *
 * A crash anywhere leaves marked packs that everyone can still read; the next collection goes on.
 * The last two steps may be gone for some of the packs after the other.
 */
final class Condemnation {
  private static final long POLL_MS = 20;

  private final Store store;
  private final Set<String> condemned = new HashSet<>();

  Condemnation(Store store) throws IOException {
    this.store = store;
    for (Path mark : Session.list(store.layout.condemned())) {
      condemned.add(String.valueOf(mark.getFileName()));
    }
  }

  Set<String> names() {
    return Set.copyOf(condemned);
  }

  void mark(Set<String> packs) throws IOException {
    for (String name : packs) {
      if (condemned.add(name)) {
        store.disk.create(store.layout.condemned().resolve(name)).close();
      }
    }
    store.disk.syncFolder(store.layout.condemned());
  }

  /** Waits for the writers that go on now, but one; false when some still go on after that time. */
  boolean awaitWriters(String but, Duration patience) throws IOException {
    List<String> before = new ArrayList<>(Session.living(store.layout, store.disk));
    before.remove(but);
    long end = System.nanoTime() + patience.toNanos();
    while (true) {
      before.retainAll(Session.living(store.layout, store.disk));
      if (before.isEmpty()) {
        return true;
      }
      if (System.nanoTime() > end) {
        return false;
      }
      try {
        Thread.sleep(POLL_MS);
      } catch (InterruptedException stopped) {
        Thread.currentThread().interrupt();
        throw new InterruptedIOException("interrupted");
      }
    }
  }

  /** Copies what indexes and blocks need and only marked packs have. */
  void rescue(StoreWriter writer) throws IOException {
    store.refresh();
    for (String name : store.names()) {
      try (IndexReader index = store.index(name)) {
        index.eachChunk(chunk -> {
          if (!writer.has(chunk.id())) {
            rescue(chunk, writer);
          }
        });
      } catch (StoreException gone) {
        if (gone.kind() != StoreException.Kind.NOT_FOUND) {
          throw gone;
        }
      }
    }
    rescueReferences(writer);
    writer.flush();
  }

  private void rescue(ChunkRef chunk, StoreWriter writer) throws IOException {
    if (store.has(chunk.id())) {
      byte[] bytes = store.read(chunk.id());
      writer.add(chunk.id(), bytes, 0, bytes.length);
    }
  }

  private void rescueReferences(StoreWriter writer) throws IOException {
    Set<ChunkId> kept = new HashSet<>();
    Set<ChunkId> needed = new HashSet<>();
    for (PackFile pack : store.packFiles()) {
      if (!condemned.contains(pack.name())) {
        for (int i = 0; i < pack.blockCount(); i++) {
          PackFile.Placed block = pack.block(i);
          kept.add(block.digest());
          if (block.codec() == Codec.ZSTD_WITH_REFERENCE) {
            needed.add(block.reference());
          }
        }
      }
    }
    needed.removeAll(kept);
    needed.removeAll(writer.appended());
    for (ChunkId block : needed) {
      writer.append(store.block(block));
    }
  }

  /** Takes marks away again; only for packs of which the one who marked them has deleted none. */
  void pardon(Set<String> packs) throws IOException {
    for (String name : packs) {
      store.disk.delete(store.layout.condemned().resolve(name));
      condemned.remove(name);
    }
    store.disk.syncFolder(store.layout.condemned());
  }

  /**
   * Deletes the marked packs.
   *
   * @return bytes that this freed
   */
  long delete() throws IOException {
    return delete(names());
  }

  /** Deletes some of the marked packs. */
  long delete(Set<String> packs) throws IOException {
    long freed = 0;
    for (String name : packs) {
      Path pack = store.layout.packs().resolve(name);
      if (Files.exists(pack)) {
        freed += Files.size(pack);
        store.disk.delete(pack);
      }
    }
    store.disk.syncFolder(store.layout.packs());
    for (String name : packs) {
      store.disk.delete(store.layout.condemned().resolve(name));
    }
    store.disk.syncFolder(store.layout.condemned());
    condemned.removeAll(packs);
    store.refresh();
    return freed;
  }
}
