package org.heddle.store;

import java.io.IOException;
import java.io.InterruptedIOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * The sources of a repair. One that sends a wrong chunk, or cannot be reached, is asked for nothing
 * more.
 */
final class Sources {
  private final List<ChunkSource> usable;
  private final List<String> failures = new ArrayList<>();

  Sources(List<? extends ChunkSource> all) {
    usable = new ArrayList<>(all);
  }

  List<ChunkSource> usable() {
    return List.copyOf(usable);
  }

  void leave(ChunkSource source, IOException why) {
    usable.remove(source);
    failures.add(source.name() + ": " + why.getMessage());
  }

  void failed(String what) {
    failures.add(what);
  }

  List<String> failures() {
    return failures;
  }

  /**
   * A source's index of that name; empty when it has none, or another one.
   *
   * @param id that it must have, if that is known
   */
  Optional<IndexDraft> index(
      ChunkSource source, String name, Optional<ChunkId> id, StoreWriter into) throws IOException {
    try {
      return source.index(name, id.orElse(null), into);
    } catch (InterruptedIOException interrupted) {
      throw interrupted;
    } catch (StoreException wrong) {
      switch (wrong.kind()) {
        case FULL -> throw wrong;
        case NOT_FOUND, CONFLICT, CORRUPT, MALFORMED ->
            failed(source.name() + ": index '" + name + "': " + wrong.getMessage());
        case INVALID -> leave(source, wrong);
      }
    } catch (IOException unreachable) {
      leave(source, unreachable);
    }
    return Optional.empty();
  }
}
