package org.heddle.store;

import java.io.IOException;
import java.io.InterruptedIOException;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;

/**
 * Chunks that are asked of several sources, one after the other for what is still missing. They are
 * asked for a window at a time, so that memory does not grow with what is missing. For one thread.
 */
final class Wanted {
  /** 4 GiB of data or so, some 30 MB of memory. */
  static final int WINDOW = 1 << 18;

  private final Sources sources;
  private final Set<ChunkRef> window = new LinkedHashSet<>();
  private final ChunkSet lost = new ChunkSet();
  private long came;

  Wanted(Sources sources) {
    this.sources = sources;
  }

  /**
   * Adds what is missing here of an index. When that turns out to be damaged further on, what was
   * added so far is of parts of it that are not.
   */
  void addAll(IndexReader index, StoreWriter writer) throws IOException {
    index.eachChunk(chunk -> {
      if (!writer.has(chunk.id()) && !lost.contains(chunk.id())) {
        window.add(chunk);
      }
      if (window.size() >= WINDOW) {
        ask(writer);
      }
    });
  }

  /** Asks for what was added since; what nobody gives is not asked for again. */
  void ask(StoreWriter writer) throws IOException {
    long before = window.size();
    for (ChunkSource source : sources.usable()) {
      if (!window.isEmpty()) {
        fetch(source, writer);
        window.removeIf(chunk -> writer.has(chunk.id()));
      }
    }
    came += before - window.size();
    window.forEach(chunk -> lost.add(chunk.id()));
    window.clear();
  }

  /** How many have come. */
  long came() {
    return came;
  }

  /** How many nobody has. */
  long lost() {
    return lost.size();
  }

  /**
   * One source's failure must not keep the next from being asked; what it gave before stays.
   *
   * @throws IOException writing here failed
   */
  private void fetch(ChunkSource source, StoreWriter writer) throws IOException {
    IOException[] here = new IOException[1];
    try {
      source.fetch(
          List.copyOf(window),
          block -> {
            try {
              writer.addBlock(block);
            } catch (IOException failure) {
              here[0] = theirs(failure) ? null : failure;
              throw failure;
            }
          });
    } catch (IOException failure) {
      if (here[0] != null) {
        throw here[0];
      }
      if (failure instanceof InterruptedIOException) {
        throw failure;
      }
      sources.leave(source, failure);
    }
  }

  private static boolean theirs(IOException failure) {
    return failure instanceof StoreException known
        && switch (known.kind()) {
          case CORRUPT, MALFORMED -> true;
          case NOT_FOUND, CONFLICT, FULL, INVALID -> false;
        };
  }
}
