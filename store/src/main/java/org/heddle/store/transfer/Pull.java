package org.heddle.store.transfer;

import java.io.IOException;
import java.security.PublicKey;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;
import java.util.concurrent.atomic.LongAdder;
import org.heddle.store.Block;
import org.heddle.store.ChunkId;
import org.heddle.store.ChunkRef;
import org.heddle.store.Difference;
import org.heddle.store.IndexDraft;
import org.heddle.store.IndexReader;
import org.heddle.store.Progress;
import org.heddle.store.SignedImages;
import org.heddle.store.Store;
import org.heddle.store.StoreException;
import org.heddle.store.StoreWriter;
import org.jspecify.annotations.Nullable;

/**
 * Fetches an index and those of its chunks that are missing here, from one store or several at
 * once. Everything is checked before it is stored; the index gets its name last. What has arrived
 * stays when a pull fails: repeat it. A source that sends anything wrong is not asked again.
 */
public final class Pull {
  private static final int LANES = 4;
  private static final int LANES_IN_SWARM = 2;

  /** What has arrived becomes durable, and visible to peers, so often. */
  private static final Duration FLUSH = Duration.ofSeconds(5);

  private static final Duration FLUSH_IN_SWARM = Duration.ofMillis(400);

  /** A peer that has nothing new is asked again after so long. */
  private static final Duration POLL = Duration.ofMillis(250);

  /** And after twice as long each time that it has nothing new, up to this. */
  private static final Duration LONGEST_POLL = Duration.ofSeconds(1);

  private static final Patience PATIENCE = Patience.of(Duration.ofSeconds(10));

  private final Store store;
  private final RemoteStore origin;
  private final Site site;
  private final Traffic traffic;
  private final Progress progress;
  private final Patience patience;
  private final int window;
  private final LongAdder chunks = new LongAdder();
  private final LongAdder moved = new LongAdder();
  private final Map<String, LongAdder> from = new HashMap<>();
  private boolean small;
  private volatile Optional<Thrift> thrift = Optional.empty();
  private long whole;
  private long entries;

  /** What would be here if no more of this window came: the file up to its end, less that. */
  private volatile long known;

  /** What had come when this window began. */
  private volatile long movedBefore;

  /**
   * @param origin the store elsewhere, which has it all
   * @param traffic that of all connections
   */
  public Pull(Store store, RemoteStore origin, Site site, Traffic traffic, Progress progress) {
    this(store, origin, site, traffic, progress, PATIENCE, Segments.WINDOW);
  }

  Pull(
      Store store,
      RemoteStore origin,
      Site site,
      Traffic traffic,
      Progress progress,
      Patience patience,
      int window) {
    this.store = store;
    this.origin = origin;
    this.site = site;
    this.traffic = traffic;
    this.progress = progress;
    this.patience = patience;
    this.window = window;
    from.put(origin.name(), new LongAdder());
    site.peers().forEach(peer -> from.put(peer.name(), new LongAdder()));
  }

  /**
   * Fetches fewer bytes for more work: what is like a chunk that is here, against it. Only from the
   * origin: the others are nearer.
   */
  public Pull small(boolean wanted) {
    small = wanted;
    return this;
  }

  /** Writing here failed: no source's fault. */
  private static final class Here extends RuntimeException {
    private static final long serialVersionUID = 1;
    private final IOException failure;

    Here(IOException failure) {
      super(failure);
      this.failure = failure;
    }
  }

  /**
   * Pulls.
   *
   * @param name of the index there
   * @param as its name here
   * @param expected its id, if it is known, as from a signed manifest; then nobody can slip in
   *     another one
   * @param replace whether another index of that name may be replaced here
   */
  public TransferReport pull(String name, String as, Optional<ChunkId> expected, boolean replace)
      throws IOException {
    store.indexFile(as);
    try (StoreWriter writer = store.writer();
        IndexDraft draft = origin.index(name, writer, expected.orElse(null))) {
      if (!replace) {
        writer.requireFree(as, draft);
      }
      Map<String, String> refused = Map.of();
      try {
        thrift =
            small ? Optional.of(Thrift.receiving(store, draft, as, writer::has)) : Optional.empty();
        refused = fetch(draft, writer);
      } finally {
        // Also when it failed: what has arrived need not come again.
        flushInPeace(writer);
      }
      writer.publish(as, draft, replace);
      progress.at(whole, whole);
      Map<String, Long> bytes = new HashMap<>();
      from.forEach((source, sum) -> bytes.put(source, sum.sum()));
      return new TransferReport(
          as,
          draft.info(),
          entries,
          chunks.sum(),
          moved.sum(),
          writer.bytesWritten(),
          traffic.all(),
          bytes,
          refused);
    }
  }

  /**
   * Pulls an image that must be signed, with its manifest. Nothing gets a name here before the
   * manifest is known to be right and the image to be whole; the manifest gets its name last.
   *
   * @param trusted keys, one of which must have signed
   * @param replace whether another image of that name, and its manifest, may be replaced here
   */
  public TransferReport pullSigned(String image, Collection<PublicKey> trusted, boolean replace)
      throws IOException {
    String manifest = SignedImages.manifestOf(image);
    Pull first = new Pull(store, origin, Site.alone(), traffic, Progress.NONE);
    try (StoreWriter writer = store.writer();
        IndexDraft draft = origin.index(manifest, writer, null)) {
      SignedImages.requireShort(image, draft.info());
      if (!replace) {
        writer.requireFree(manifest, draft);
      }
      first.fetch(draft, writer);
      writer.flush();
      ChunkId expected;
      try (IndexReader index = draft.open()) {
        expected = SignedImages.expected(store, image, index, trusted);
      }
      TransferReport report = pull(image, image, Optional.of(expected), replace);
      writer.publish(manifest, draft, replace);
      return report;
    }
  }

  private static void flushInPeace(StoreWriter writer) throws IOException {
    boolean interrupted = Thread.interrupted();
    try {
      writer.flush();
    } finally {
      if (interrupted) {
        Thread.currentThread().interrupt();
      }
    }
  }

  private Map<String, String> fetch(IndexDraft draft, StoreWriter writer) throws IOException {
    List<String> members = new ArrayList<>();
    site.peers().forEach(peer -> members.add(peer.name()));
    List<String> peers = List.copyOf(members);
    Optional<String> me = site.swarm() ? site.me() : Optional.empty();
    me.ifPresent(members::add);
    whole = draft.info().fileSize();
    Hunt hunt = new Hunt(origin.name(), peers, site.swarm(), site.line(), patience);
    try (Segments segments = new Segments(draft, members.size(), window)) {
      while (!segments.ended()) {
        long missing = 0;
        for (Segments.Segment segment : segments.next(writer::has)) {
          missing += segment.missing().stream().mapToLong(ChunkRef::length).sum();
          List<String> ranking =
              site.line() ? members : Rendezvous.ranking(segment.first(), members);
          hunt.add(segment, ranking, me);
        }
        movedBefore = moved.sum();
        known = segments.position() - missing;
        progress.at(known, whole);
        if (missing > 0) {
          work(hunt, writer);
          // Peers may wait for the end of this window before they go on to the next.
          writer.flush();
        }
      }
      entries = segments.entries();
    }
    return hunt.refused();
  }

  private void work(Hunt hunt, StoreWriter writer) throws IOException {
    Crew crew =
        new Crew(() -> {
          hunt.stop(null);
          origin.close();
          site.peers().forEach(RemoteStore::close);
        });
    crew.start("pull-flush", () -> flushUntilOver(hunt, writer));
    for (int i = 0; i < (site.swarm() ? LANES_IN_SWARM : LANES); i++) {
      crew.start("pull-origin-" + i, () -> work(origin, hunt, writer));
    }
    for (RemoteStore peer : site.peers()) {
      crew.start("pull-peer", () -> work(peer, hunt, writer));
    }
    try {
      crew.join();
    } catch (Here here) {
      throw here.failure;
    }
    Optional<IOException> failure = hunt.failure();
    if (failure.isPresent()) {
      throw failure.get();
    }
  }

  /** Small answers to frequent questions cost more than they bring sooner. */
  private Duration poll(Hunt.Worth worth, Duration last) {
    return switch (worth) {
      case ALL -> Duration.ZERO;
      case PART -> POLL;
      case NOTHING ->
          site.line()
              ? POLL
              : Collections.min(
                  List.of(LONGEST_POLL, Collections.max(List.of(POLL, last.multipliedBy(2)))));
    };
  }

  /** One lane: asks one source for one thing after the other. */
  private void work(RemoteStore source, Hunt hunt, StoreWriter writer) throws InterruptedException {
    int failures = 0;
    Duration poll = Duration.ZERO;
    for (Hunt.Job job = take(source, hunt); job != null; job = take(source, hunt)) {
      long before = from(source).sum();
      IOException failure = ask(source, job, writer);
      boolean slow = failure instanceof CutException cut && cut.slow();
      failures = failure == null || (!slow && from(source).sum() > before) ? 0 : failures + 1;
      switch (failure) {
        case null -> {
          poll = poll(hunt.answered(job), poll);
          Thread.sleep(poll);
        }
        case StoreException wrong -> hunt.refuse(job, wrong);
        case IOException cut -> {
          if (source.hopeless(failures, cut)) {
            hunt.refuse(job, cut);
          } else {
            hunt.again(job);
            RemoteStore.pause(failures);
          }
        }
      }
    }
  }

  private static Hunt.@Nullable Job take(RemoteStore source, Hunt hunt)
      throws InterruptedException {
    return hunt.take(source.name(), source.leastRate());
  }

  private LongAdder from(RemoteStore source) {
    return Objects.requireNonNull(from.get(source.name()));
  }

  private @Nullable IOException ask(RemoteStore source, Hunt.Job job, StoreWriter writer) {
    List<ChunkRef> wanted = new ArrayList<>();
    List<ChunkRef> here = new ArrayList<>();
    for (ChunkRef chunk : job.wanted()) {
      (writer.has(chunk.id()) ? here : wanted).add(chunk);
    }
    job.arrived(here);
    try {
      List<ChunkRef> rest = wanted;
      Optional<Thrift> thrifty = source == origin ? thrift : Optional.empty();
      if (thrifty.isPresent()) {
        Thrift.Sink sink = difference -> take(source, difference, job, writer);
        rest = thrifty.get().fetch(source, wanted, sink, job::moves);
      }
      source.fetch(rest, block -> take(source, block, job, writer), job::moves);
      return null;
    } catch (IOException failure) {
      return failure;
    }
  }

  private void take(RemoteStore source, Block block, Hunt.Job job, StoreWriter writer)
      throws StoreException {
    long fresh = add(source, () -> writer.addBlock(block));
    came(source, block.chunks(), block.wireLength(), fresh, job);
  }

  private boolean take(RemoteStore source, Difference difference, Hunt.Job job, StoreWriter writer)
      throws StoreException {
    OptionalLong fresh = add(source, () -> writer.addDifference(difference));
    if (fresh.isPresent()) {
      came(source, difference.chunks(), difference.wireLength(), fresh.getAsLong(), job);
    }
    return fresh.isPresent();
  }

  private void came(
      RemoteStore source, List<ChunkRef> all, long onTheWire, long fresh, Hunt.Job job) {
    job.arrived(all);
    from(source).add(onTheWire);
    chunks.add(all.size());
    moved.add(fresh);
    progress.at(Math.min(whole, known + moved.sum() - movedBefore), whole);
  }

  private interface Adding<T> {
    T go() throws IOException;
  }

  private static <T> T add(RemoteStore source, Adding<T> adding) throws StoreException {
    try {
      return adding.go();
    } catch (StoreException failure) {
      boolean theirs =
          switch (failure.kind()) {
            case CORRUPT, MALFORMED -> true;
            case NOT_FOUND, CONFLICT, FULL, INVALID -> false;
          };
      if (!theirs) {
        throw new Here(failure);
      }
      throw new StoreException(
          failure.kind(), source.name() + ": " + failure.getMessage(), failure);
    } catch (IOException failure) {
      throw new Here(failure);
    }
  }

  /**
   * A thread's work of its own: peers that hang are left, and what came last must become visible
   * too. Peers of a swarm that hold back their last chunks until more comes wait for each other.
   */
  private void flushUntilOver(Hunt hunt, StoreWriter writer) throws InterruptedException {
    while (hunt.goesOn(site.me().isPresent() ? FLUSH_IN_SWARM : FLUSH)) {
      Set<String> hanging = hunt.leaveHanging();
      site.peers().stream()
          .filter(peer -> hanging.contains(peer.name()))
          .forEach(RemoteStore::close);
      try {
        writer.flush();
      } catch (IOException failure) {
        throw new Here(failure);
      }
    }
  }
}
