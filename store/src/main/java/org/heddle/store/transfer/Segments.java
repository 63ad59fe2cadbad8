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
import org.heddle.store.Entry;
import org.heddle.store.IndexDraft;
import org.heddle.store.IndexReader;

/**
 * Cuts the chunks of an index into stretches that are fetched from one place: chunks that lie
 * beside each other in the file are mostly in one block of the sender. The cuts depend on the index
 * and the number of hosts only, so that all hosts cut alike, whatever they have already.
 */
final class Segments {
  /** The largest: a block or so. */
  private static final int MOST = 4 << 20;

  /** The smallest: what is compressed together for the way. */
  private static final int LEAST = 256 << 10;

  /** So many for each host, for even shares. */
  private static final int SHARES = 16;

  private Segments() {}

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

  /** The segments of an index of which something is missing, in the order of the file. */
  static List<Segment> of(IndexDraft draft, int hosts, Predicate<ChunkId> here) throws IOException {
    int length = length(draft.info().dataBytes(), hosts);
    List<Segment> segments = new ArrayList<>();
    Set<ChunkId> seen = new HashSet<>();
    SequencedSet<ChunkRef> current = new LinkedHashSet<>();
    long bytes = 0;
    try (IndexReader index = draft.open()) {
      for (Optional<Entry> entry = index.next(); entry.isPresent(); entry = index.next()) {
        if (entry.get() instanceof Entry.Data(ChunkRef chunk) && seen.add(chunk.id())) {
          current.add(chunk);
          bytes += chunk.length();
          if (bytes >= length) {
            close(current, here, segments);
            bytes = 0;
          }
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
}
