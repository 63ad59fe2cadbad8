package org.heddle.store.transfer;

import java.io.IOException;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import java.util.SequencedSet;
import java.util.Set;
import java.util.function.Predicate;
import org.heddle.store.ChunkId;
import org.heddle.store.ChunkRef;
import org.heddle.store.IndexDraft;
import org.heddle.store.IndexReader;

/**
 * Cuts the chunks of an index into stretches that are fetched from one place: chunks that lie
 * beside each other in the file are mostly in one block of the sender. The cuts depend on the index
 * and the number of hosts only, so that all hosts cut alike, whatever they have already. They are
 * given a window of the file at a time, so that memory does not grow with the file.
 */
final class Segments implements AutoCloseable {
  /** The largest: a block or so. */
  private static final int MOST = 4 << 20;

  /** The smallest: what is compressed together for the way. */
  private static final int LEAST = 256 << 10;

  /** So many for each host, for even shares. */
  private static final int SHARES = 16;

  /** Chunks of a window: 4 GiB of data or so, some 60 MB of memory when all are missing. */
  static final int WINDOW = 1 << 18;

  private final IndexReader index;
  private final int length;
  private final int window;
  private boolean ended;
  private long entries;

  /**
   * @param hosts that fetch the same
   * @param window most different chunks of a window
   */
  Segments(IndexDraft draft, int hosts, int window) throws IOException {
    this.index = draft.open();
    this.length = length(draft.info().dataBytes(), hosts);
    this.window = window;
  }

  /**
   * One stretch.
   *
   * @param first its first chunk, missing or not: what hosts agree about it by
   * @param missing chunks that are not here, at least one
   */
  record Segment(ChunkId first, List<ChunkRef> missing) {}

  /** Raw bytes of a segment. */
  static int length(long dataBytes, int hosts) {
    return hosts <= 1 ? MOST : Math.clamp(dataBytes / ((long) hosts * SHARES), LEAST, MOST);
  }

  /** Whether the last window has been given. */
  boolean ended() {
    return ended;
  }

  /** How many chunks the windows so far have had, those that come again included. */
  long entries() {
    return entries;
  }

  /** Bytes of the file up to the end of the last window. */
  long position() {
    return index.position();
  }

  /** The segments of the next window of which something is missing, in the order of the file. */
  List<Segment> next(Predicate<ChunkId> here) throws IOException {
    List<Segment> segments = new ArrayList<>();
    Set<ChunkId> seen = new HashSet<>();
    SequencedSet<ChunkRef> current = new LinkedHashSet<>();
    long bytes = 0;
    while (seen.size() < window) {
      Optional<ChunkRef> chunk = index.nextChunk();
      if (chunk.isEmpty()) {
        ended = true;
        break;
      }
      entries++;
      if (seen.add(chunk.get().id())) {
        current.add(chunk.get());
        bytes += chunk.get().length();
        if (bytes >= length) {
          close(current, here, segments);
          bytes = 0;
        }
      }
    }
    close(current, here, segments);
    return segments;
  }

  private static void close(
      SequencedSet<ChunkRef> current, Predicate<ChunkId> here, List<Segment> segments) {
    if (!current.isEmpty()) {
      ChunkId first = current.getFirst().id();
      List<ChunkRef> missing = current.stream().filter(chunk -> !here.test(chunk.id())).toList();
      if (!missing.isEmpty()) {
        segments.add(new Segment(first, missing));
      }
      current.clear();
    }
  }

  @Override
  public void close() throws IOException {
    index.close();
  }
}
