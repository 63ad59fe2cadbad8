package org.heddle.store.transfer;

import java.io.IOException;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.HashSet;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SequencedSet;
import java.util.UUID;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.LongAdder;
import org.heddle.store.ChunkId;
import org.heddle.store.ChunkRef;
import org.heddle.store.IndexInfo;
import org.heddle.store.IndexReader;
import org.heddle.store.Progress;
import org.heddle.store.Store;
import org.heddle.store.StoreException;

/**
 * Sends an index and those of its chunks that the other side lacks. One thread reads the index and
 * asks, some read, compress and send, so that disk, processor and link work at once; memory is that
 * of a few blocks whatever the size. What has arrived stays when a push fails: repeat it.
 */
public final class Push {
  private static final int SENDERS = 4;

  /** Raw bytes that one sender takes at once. */
  private static final int GROUP = 4 << 20;

  /** How often a session may be lost, as when the server is started anew. */
  private static final int ROUNDS = 4;

  private static final long TICK_MS = 200;

  private final Store store;
  private final RemoteStore to;
  private final Traffic traffic;
  private final Progress progress;
  private final LongAdder chunks = new LongAdder();
  private final LongAdder moved = new LongAdder();
  private boolean small;
  private volatile Optional<Thrift> thrift = Optional.empty();
  private volatile boolean stopped;
  private volatile long entries;

  /**
   * @param to opened with {@link RemoteStore#adding}
   * @param traffic that of the connection
   */
  public Push(Store store, RemoteStore to, Traffic traffic, Progress progress) {
    this.store = store;
    this.to = to;
    this.traffic = traffic;
    this.progress = progress;
  }

  /** Sends fewer bytes for more work: what is like a chunk that the other side has, against it. */
  public Push small(boolean wanted) {
    small = wanted;
    return this;
  }

  /**
   * Pushes.
   *
   * @param name of the index here
   * @param as its name there
   * @param replace whether another index of that name may be replaced there
   */
  public TransferReport push(String name, String as, boolean replace) throws IOException {
    IndexInfo info;
    try (IndexReader index = store.index(name)) {
      info = index.info();
    }
    thrift = small ? Optional.of(Thrift.sending(store, name, to)) : Optional.empty();
    for (int round = 1; ; round++) {
      try {
        long written = round(name, as, replace, info);
        return new TransferReport(
            as,
            info,
            entries,
            chunks.sum(),
            moved.sum(),
            written,
            traffic.all(),
            Map.of(),
            Map.of());
      } catch (StoreException lost) {
        if (lost.kind() != StoreException.Kind.NOT_FOUND || round == ROUNDS) {
          throw lost;
        }
        requireIndex(name, info);
      }
    }
  }

  /** What is not found must not be here: then another round is of no use. */
  private void requireIndex(String name, IndexInfo info) throws IOException {
    try (IndexReader index = store.index(name)) {
      if (!index.info().id().equals(info.id())) {
        throw new StoreException(
            StoreException.Kind.CONFLICT, "index '" + name + "' was replaced meanwhile");
      }
      if (!store.hasAll(index)) {
        throw new StoreException(
            StoreException.Kind.CORRUPT,
            "chunks of '" + name + "' are missing here: see 'heddle store verify'");
      }
    }
  }

  private long round(String name, String as, boolean replace, IndexInfo info) throws IOException {
    UUID session = to.begin();
    BlockingQueue<List<ChunkRef>> groups = new ArrayBlockingQueue<>(SENDERS);
    stopped = false;
    Crew crew = new Crew(() -> stopped = true);
    for (int i = 0; i < SENDERS; i++) {
      crew.start("push-" + i, () -> sendAll(session, groups));
    }
    crew.start(
        "push-index",
        () -> {
          try (IndexReader index = store.index(name)) {
            plan(index, session, groups);
          }
          for (int i = 0; i < SENDERS; i++) {
            offer(groups, List.of());
          }
        });
    crew.join();
    long written = to.publish(session, as, replace, store.indexFile(name));
    to.end(session);
    progress.at(info.fileSize(), info.fileSize());
    return written;
  }

  /** Reads the index, asks for batches of digests, and hands out groups of missing chunks. */
  private void plan(IndexReader index, UUID session, BlockingQueue<List<ChunkRef>> groups)
      throws IOException, InterruptedException {
    SequencedSet<ChunkRef> batch = new LinkedHashSet<>();
    Group group = new Group(groups);
    long count = 0;
    Optional<ChunkRef> chunk = index.nextChunk();
    for (; chunk.isPresent(); chunk = index.nextChunk()) {
      batch.add(chunk.get());
      count++;
      if (batch.size() == Bounds.DIGESTS) {
        ask(batch, session, group);
        progress.at(index.position(), index.info().fileSize());
      }
    }
    ask(batch, session, group);
    group.flush();
    entries = count;
  }

  private void ask(SequencedSet<ChunkRef> batch, UUID session, Group group)
      throws IOException, InterruptedException {
    if (batch.isEmpty()) {
      return;
    }
    List<ChunkRef> list = List.copyOf(batch);
    batch.clear();
    List<ChunkId> ids = list.stream().map(ChunkRef::id).toList();
    BitSet missing = to.missing(session, ids);
    for (int i = missing.nextSetBit(0); i >= 0; i = missing.nextSetBit(i + 1)) {
      group.add(list.get(i));
    }
  }

  private final class Group {
    private final BlockingQueue<List<ChunkRef>> groups;
    private final HashSet<ChunkRef> handedOut = new HashSet<>();
    private List<ChunkRef> chunks = new ArrayList<>();
    private int length;

    Group(BlockingQueue<List<ChunkRef>> groups) {
      this.groups = groups;
    }

    /** The last ones may not have arrived when the next batch was asked for. */
    void add(ChunkRef chunk) throws InterruptedException {
      if (handedOut.size() == 2 * Bounds.DIGESTS) {
        handedOut.clear();
      }
      if (handedOut.add(chunk)) {
        chunks.add(chunk);
        length += chunk.length();
        if (length >= GROUP) {
          flush();
        }
      }
    }

    void flush() throws InterruptedException {
      if (!chunks.isEmpty()) {
        offer(groups, chunks);
        chunks = new ArrayList<>();
        length = 0;
      }
    }
  }

  private void offer(BlockingQueue<List<ChunkRef>> groups, List<ChunkRef> group)
      throws InterruptedException {
    boolean taken = false;
    while (!taken && !stopped) {
      taken = groups.offer(group, TICK_MS, TimeUnit.MILLISECONDS);
    }
  }

  /** Until the empty group that says it is the last. */
  private void sendAll(UUID session, BlockingQueue<List<ChunkRef>> groups)
      throws IOException, InterruptedException {
    while (!stopped) {
      List<ChunkRef> group = groups.poll(TICK_MS, TimeUnit.MILLISECONDS);
      if (group != null && group.isEmpty()) {
        return;
      }
      if (group != null) {
        Optional<Thrift> thrifty = thrift;
        List<ChunkRef> rest = thrifty.isPresent() ? thrifty.get().send(to, session, group) : group;
        Sender.send(store, rest, true, block -> to.put(session, List.of(block)));
        chunks.add(group.size());
        moved.add(group.stream().mapToLong(ChunkRef::length).sum());
      }
    }
  }
}
