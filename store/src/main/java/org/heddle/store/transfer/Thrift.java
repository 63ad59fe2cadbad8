package org.heddle.store.transfer;

import java.io.IOException;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.Comparator;
import java.util.HashSet;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import java.util.SequencedSet;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.LongConsumer;
import java.util.function.Predicate;
import org.heddle.store.ChunkId;
import org.heddle.store.ChunkRef;
import org.heddle.store.Difference;
import org.heddle.store.IndexDraft;
import org.heddle.store.IndexReader;
import org.heddle.store.Limits;
import org.heddle.store.Lookalikes;
import org.heddle.store.NamedIndex;
import org.heddle.store.Store;
import org.heddle.store.StoreException;

/**
 * Moves chunks as what they differ by from similar ones that both sides have. Whoever has the
 * similar ones looks for them: of a push the sender among chunks that the receiver has too, of a
 * pull the receiver, who is told sketches of what is missing. Safe for threads.
 */
final class Thrift {
  /** So many bytes of chunks are looked at, those of the newest indexes. */
  private static final long LEARNT = 1L << 30;

  /** So many indexes are looked at for chunks that the receiver has. */
  private static final int INDEXES = 32;

  /** So many chunks of each are asked for. */
  private static final int ASKED = 64;

  /** So many sketches are asked for before one can say whether it is worth it. */
  private static final int TRIED = 2048;

  /** It is when one chunk of so many is similar: a sketch takes 60 bytes, a chunk 8 KB or so. */
  private static final int WORTH = 50;

  private final Store store;
  private final Lookalikes lookalikes;
  private final AtomicLong sketches = new AtomicLong();
  private final AtomicLong similar = new AtomicLong();

  private Thrift(Store store, Lookalikes lookalikes) {
    this.store = store;
    this.lookalikes = lookalikes;
  }

  /**
   * For who receives.
   *
   * @param wanted the index that is to come
   * @param first of this index rather than of others, if there is one
   * @param usable whether a chunk may be relied on
   */
  static Thrift receiving(Store store, IndexDraft wanted, String first, Predicate<ChunkId> usable)
      throws IOException {
    Gathered gathered = new Gathered(usable);
    for (String name : newest(store, first)) {
      gathered.addAll(store, name);
    }
    try (IndexReader own = wanted.open()) {
      return gathered.but(own, store);
    }
  }

  /**
   * For who sends: looks at indexes of which the other side has at least half.
   *
   * @param index what is to be sent
   */
  static Thrift sending(Store store, String index, RemoteStore to) throws IOException {
    Gathered gathered = new Gathered(_ -> true);
    int asked = 0;
    for (String name : newest(store, index)) {
      if (!name.equals(index)
          && asked++ < INDEXES
          && gathered.room()
          && isMostlyThere(store, name, to)) {
        gathered.addAll(store, name);
      }
    }
    try (IndexReader own = store.index(index)) {
      return gathered.but(own, store);
    }
  }

  private static List<String> newest(Store store, String first) throws IOException {
    List<NamedIndex> indexes = new ArrayList<>(store.indexes());
    indexes.sort(
        Comparator.comparing((NamedIndex index) -> index.name().equals(first))
            .thenComparing(NamedIndex::published)
            .reversed());
    return indexes.stream().map(NamedIndex::name).toList();
  }

  private static final class Gathered {
    private final Predicate<ChunkId> usable;
    private final SequencedSet<ChunkRef> chunks = new LinkedHashSet<>();
    private long bytes;

    Gathered(Predicate<ChunkId> usable) {
      this.usable = usable;
    }

    /**
     * Without what the index itself has: what is missing must not be found to be like itself, and
     * what two versions share hides the older ones of what has changed.
     */
    Thrift but(IndexReader own, Store store) throws IOException {
      own.eachChunk(chunks::remove);
      return new Thrift(store, Lookalikes.of(store, chunks));
    }

    boolean room() {
      return bytes < LEARNT;
    }

    void addAll(Store store, String name) throws IOException {
      try (IndexReader index = store.index(name)) {
        for (Optional<ChunkRef> next = index.nextChunk();
            next.isPresent() && room();
            next = index.nextChunk()) {
          ChunkRef chunk = next.get();
          bytes += usable.test(chunk.id()) && chunks.add(chunk) ? chunk.length() : 0;
        }
      } catch (StoreException damagedOrRemoved) {
        // It costs some bytes, no more.
      }
    }
  }

  private static boolean isMostlyThere(Store store, String name, RemoteStore to)
      throws IOException {
    List<ChunkId> some = new ArrayList<>();
    try (IndexReader index = store.index(name)) {
      long step = Math.max(1, index.info().dataBytes() / ASKED);
      long bytes = 0;
      for (Optional<ChunkRef> next = index.nextChunk();
          next.isPresent() && some.size() < ASKED;
          next = index.nextChunk()) {
        if (bytes >= some.size() * step) {
          some.add(next.get().id());
        }
        bytes += next.get().length();
      }
    } catch (StoreException damagedOrRemoved) {
      return false;
    }
    return !some.isEmpty()
        && to.missing(Responder.NO_SESSION, some).cardinality() * 2 <= some.size();
  }

  /** Chunks to be moved together, and those that they are like. */
  private static final class Pairs {
    private final List<ChunkRef> chunks = new ArrayList<>();
    private final SequencedSet<ChunkRef> references = new LinkedHashSet<>();
    private final Set<ChunkRef> wanted;
    private long chunkBytes;
    private long referenceBytes;

    Pairs(List<ChunkRef> wanted) {
      this.wanted = new HashSet<>(wanted);
    }

    /** Whether one difference may have this, too. */
    boolean add(Pair pair) {
      ChunkRef like = pair.like;
      boolean more = !references.contains(like);
      if (chunkBytes + pair.chunk.length() > Bounds.GATHERED
          || (more && referenceBytes + like.length() > Bounds.GATHERED)
          || (more && references.size() == Limits.REFERENCES)) {
        return false;
      }
      if (!wanted.contains(like)) {
        chunks.add(pair.chunk);
        chunkBytes += pair.chunk.length();
        referenceBytes += references.add(like) ? like.length() : 0;
      }
      return true;
    }

    boolean isEmpty() {
      return chunks.isEmpty();
    }
  }

  /**
   * Sends those of a group that are like chunks that the other side has.
   *
   * @return the others
   */
  List<ChunkRef> send(RemoteStore to, UUID session, List<ChunkRef> group) throws IOException {
    if (lookalikes.size() == 0) {
      return group;
    }
    Pairs pairs = there(pairs(group, Lookalikes.sketches(store, group)), to, session);
    if (pairs.isEmpty()) {
      return group;
    }
    Optional<Difference> made;
    try {
      made = Difference.of(store, pairs.chunks, List.copyOf(pairs.references));
    } catch (StoreException damaged) {
      return group;
    }
    return made.isPresent() && to.put(session, made.get()) ? without(group, made.get()) : group;
  }

  private record Pair(ChunkRef chunk, ChunkRef like) {}

  private List<Pair> pairs(List<ChunkRef> chunks, List<int[]> sketches) {
    List<Pair> pairs = new ArrayList<>();
    for (int i = 0; i < chunks.size(); i++) {
      ChunkRef chunk = chunks.get(i);
      lookalikes.like(sketches.get(i)).ifPresent(like -> pairs.add(new Pair(chunk, like)));
    }
    return pairs;
  }

  /** Those of which the other side has what they are like. */
  private static Pairs there(List<Pair> pairs, RemoteStore to, UUID session) throws IOException {
    Pairs there = new Pairs(pairs.stream().map(Pair::chunk).toList());
    if (!pairs.isEmpty()) {
      BitSet missing = to.missing(session, pairs.stream().map(pair -> pair.like.id()).toList());
      for (int i = missing.nextClearBit(0); i < pairs.size(); i = missing.nextClearBit(i + 1)) {
        there.add(pairs.get(i));
      }
    }
    return there;
  }

  /** Takes a difference as it comes. */
  interface Sink {
    /** Whether its chunks are here now; if not, they are wanted as they are. */
    boolean accept(Difference difference) throws IOException;
  }

  /**
   * Fetches those of the wanted chunks that are like chunks that are here.
   *
   * @return the others
   */
  List<ChunkRef> fetch(RemoteStore from, List<ChunkRef> wanted, Sink sink, LongConsumer moves)
      throws IOException {
    if (wanted.isEmpty() || lookalikes.size() == 0 || !isWorthIt()) {
      return wanted;
    }
    List<ChunkRef> rest = wanted;
    for (List<ChunkRef> some : Request.split(wanted)) {
      List<Pair> pairs = pairs(some, from.sketches(some, moves));
      sketches.addAndGet(some.size());
      similar.addAndGet(pairs.size());
      for (Pairs group : groups(some, pairs)) {
        Optional<Difference> came = from.differ(group.chunks, List.copyOf(group.references), moves);
        if (came.isPresent() && sink.accept(came.get())) {
          rest = without(rest, came.get());
        }
      }
    }
    return rest;
  }

  /** As many at once as one difference may have. */
  private static List<Pairs> groups(List<ChunkRef> wanted, List<Pair> pairs) {
    List<Pairs> groups = new ArrayList<>();
    Pairs group = new Pairs(wanted);
    for (Pair pair : pairs) {
      if (!group.add(pair)) {
        groups.add(group);
        group = new Pairs(wanted);
        group.add(pair);
      }
    }
    groups.add(group);
    return groups.stream().filter(one -> !one.isEmpty()).toList();
  }

  private boolean isWorthIt() {
    return sketches.get() < TRIED || similar.get() * WORTH >= sketches.get();
  }

  private static List<ChunkRef> without(List<ChunkRef> all, Difference moved) {
    Set<ChunkRef> gone = new HashSet<>(moved.chunks());
    return all.stream().filter(chunk -> !gone.contains(chunk)).toList();
  }
}
