package org.heddle.store.transfer;

import java.io.IOException;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Deque;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.SequencedMap;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.TimeUnit;
import org.heddle.store.ChunkId;
import org.heddle.store.ChunkRef;
import org.heddle.store.StoreException;
import org.jspecify.annotations.Nullable;

/**
 * Says which chunks are to be asked of which source next. Each segment has an order of sources; it
 * moves to the next one when a source fails, is given up, or has not what it is asked for. A peer
 * that is itself fetching its share is asked again until it has been of no use for too long. Safe
 * for threads, which wait in here.
 */
final class Hunt {
  /** What one request asks for, in raw bytes: less in a swarm, where others wait for it. */
  private static final int REQUEST = 4 << 20;

  private static final int REQUEST_IN_SWARM = 1 << 20;
  private static final int REQUEST_TO_PEER = 8 << 20;
  private static final int MOST_CHUNKS = 1 << 12;

  private final Map<String, Source> sources = new HashMap<>();
  private final String origin;
  private final boolean swarm;
  private final boolean line;
  private final Patience patience;
  private final SequencedMap<String, String> refused = new LinkedHashMap<>();
  private int open;
  private boolean stopped;
  private @Nullable IOException failure;
  private @Nullable IOException originFailure;
  private final Set<Job> running = new HashSet<>();
  private long longestFromOrigin;

  /**
   * @param origin the name of the store elsewhere
   * @param swarm whether peers may get chunks while they are asked
   * @param patience how long such a peer may be of no use
   */
  Hunt(String origin, Collection<String> peers, boolean swarm, Patience patience) {
    this(origin, peers, swarm, false, patience);
  }

  /**
   * @param line whether the one peer gets all in the order of the file: what it has not yet is
   *     asked for again before anything else
   */
  Hunt(String origin, Collection<String> peers, boolean swarm, boolean line, Patience patience) {
    this.origin = origin;
    this.swarm = swarm;
    this.line = line;
    this.patience = patience;
    sources.put(origin, new Source(origin));
    peers.forEach(peer -> sources.put(peer, new Source(peer)));
  }

  private static final class Source {
    private final String name;
    private final Deque<Part> queue = new ArrayDeque<>();
    private boolean gone;
    private long useful = System.nanoTime();

    Source(String name) {
      this.name = name;
    }
  }

  /** A segment on its way from source to source. */
  private static final class Part {
    private final SequencedMap<ChunkId, ChunkRef> missing = new LinkedHashMap<>();
    private final List<String> order;
    private final int untilOrigin;
    private int at;

    Part(Segments.Segment segment, List<String> order, int untilOrigin) {
      segment.missing().forEach(chunk -> missing.put(chunk.id(), chunk));
      this.order = order;
      this.untilOrigin = untilOrigin;
    }

    /** Whether its source may have it later. */
    boolean patient() {
      return at < untilOrigin;
    }
  }

  /** How much of a job an answer brought; with less than all, the same source is asked later. */
  enum Worth {
    ALL,
    PART,
    NOTHING
  }

  /** What to ask a source for. */
  final class Job {
    private final Source source;
    private final List<Part> parts;
    private final long begun = System.nanoTime();
    private final Pace pace;
    private boolean useful;

    private Job(Source source, List<Part> parts, long leastRate) {
      this.source = source;
      this.parts = parts;
      this.pace = new Pace(leastRate, begun);
    }

    List<ChunkRef> wanted() {
      synchronized (Hunt.this) {
        return parts.stream().flatMap(part -> part.missing.values().stream()).toList();
      }
    }

    /** So many bytes have come from the source. */
    void moves(long bytes) {
      pace.moved(bytes, System.nanoTime());
    }

    /** When it would have been silent since, if what came had come at the least rate. */
    private long silentSince() {
      long now = System.nanoTime();
      return now - pace.behind(now);
    }

    private String reproach() {
      return pace.trickles(System.nanoTime()) ? "was too slow" : "did not answer for too long";
    }

    /** These have come and are stored. */
    void arrived(Collection<ChunkRef> chunks) {
      synchronized (Hunt.this) {
        for (ChunkRef chunk : chunks) {
          for (Part part : parts) {
            useful |= part.missing.remove(chunk.id()) != null;
          }
        }
        source.useful = useful ? System.nanoTime() : source.useful;
      }
    }
  }

  /**
   * Adds a segment.
   *
   * @param ranking members of the site, the one that should fetch it first; with this host among
   *     them if it takes part
   * @param me this host, empty if it takes no part
   */
  synchronized void add(Segments.Segment segment, List<String> ranking, Optional<String> me) {
    int mine = me.map(ranking::indexOf).orElse(ranking.size());
    List<String> order = new ArrayList<>(ranking.subList(0, mine));
    order.add(origin);
    order.addAll(ranking.subList(Math.min(mine + 1, ranking.size()), ranking.size()));
    open++;
    place(new Part(segment, order, swarm ? mine : 0));
  }

  private void place(Part part) {
    while (part.at < part.order.size()) {
      Source source = sources.get(part.order.get(part.at));
      if (source != null && !source.gone) {
        // What it gets only now, from one that failed, it has not held back before.
        source.useful = System.nanoTime();
        source.queue.add(part);
        notifyAll();
        return;
      }
      part.at++;
    }
    ChunkId chunk = part.missing.firstEntry().getKey();
    String given = refused.isEmpty() ? "" : "; given up: " + refused;
    String text = "no source has chunk " + chunk + given;
    stop(
        switch (originFailure) {
          case null -> new StoreException(StoreException.Kind.NOT_FOUND, text);
          case StoreException wrong -> new StoreException(wrong.kind(), text, wrong);
          case IOException cut -> new CutException(text + "; what has arrived stays", cut);
        });
  }

  private void next(Part part) {
    part.at++;
    place(part);
  }

  /** Ends it before its time. */
  synchronized void stop(@Nullable IOException why) {
    failure = failure == null ? why : failure;
    stopped = true;
    notifyAll();
  }

  /** Why it ended early, if anybody knows. */
  synchronized Optional<IOException> failure() {
    return Optional.ofNullable(failure);
  }

  /** Sources that were given up. */
  synchronized Map<String, String> refused() {
    return new TreeMap<>(refused);
  }

  /**
   * Waits until there is something to ask a source for; null when it is of no more use.
   *
   * @param leastRate bytes a second that an answer has to bring; 0: any byte will do
   */
  synchronized @Nullable Job take(String name, long leastRate) throws InterruptedException {
    Source source = sources.get(name);
    while (source != null && !stopped && open > 0 && !source.gone) {
      List<Part> parts = takeParts(source);
      if (!parts.isEmpty()) {
        Job job = new Job(source, parts, leastRate);
        running.add(job);
        return job;
      }
      wait();
    }
    return null;
  }

  /**
   * Waits for so long, or until nothing is left to ask for.
   *
   * @return whether something is
   */
  synchronized boolean goesOn(Duration most) throws InterruptedException {
    long end = System.nanoTime() + most.toNanos();
    for (long left = most.toNanos();
        left > 0 && !stopped && open > 0;
        left = end - System.nanoTime()) {
      TimeUnit.NANOSECONDS.timedWait(this, left);
    }
    return !stopped && open > 0;
  }

  private List<Part> takeParts(Source source) {
    int most = source.name.equals(origin) ? (swarm ? REQUEST_IN_SWARM : REQUEST) : REQUEST_TO_PEER;
    List<Part> parts = new ArrayList<>();
    long bytes = 0;
    int chunks = 0;
    while (!source.queue.isEmpty() && bytes < most && chunks < MOST_CHUNKS) {
      Part part = source.queue.remove();
      parts.add(part);
      chunks += part.missing.size();
      bytes += part.missing.values().stream().mapToLong(ChunkRef::length).sum();
    }
    return parts;
  }

  /**
   * A job was answered in full.
   *
   * @return what it was worth
   */
  synchronized Worth answered(Job job) {
    if (!ended(job)) {
      return Worth.ALL;
    }
    Source source = job.source;
    boolean tired = tired(source, source.useful);
    boolean rest = false;
    for (Part part : line ? job.parts.reversed() : job.parts) {
      if (part.missing.isEmpty()) {
        open--;
      } else if (part.patient() && !tired && !source.gone) {
        rest = true;
        if (line) {
          source.queue.addFirst(part);
        } else {
          source.queue.add(part);
        }
      } else {
        next(part);
      }
    }
    if (tired) {
      leave(source, "had nothing new for too long");
    }
    notifyAll();
    return rest ? (job.useful ? Worth.PART : Worth.NOTHING) : Worth.ALL;
  }

  /** Whether its parts are still its own: those of a source that hung have others by now. */
  private boolean ended(Job job) {
    if (job.source.name.equals(origin)) {
      longestFromOrigin = Math.max(longestFromOrigin, System.nanoTime() - job.begun);
    }
    return running.remove(job);
  }

  private boolean tired(Source source, long since) {
    if (source.name.equals(origin) || !swarm) {
      return false;
    }
    long now = System.nanoTime();
    long longest = longestFromOrigin;
    for (Job job : running) {
      longest = job.source.name.equals(origin) ? Math.max(longest, now - job.begun) : longest;
    }
    return patience.ended(source.name, Duration.ofNanos(now - since), Duration.ofNanos(longest));
  }

  /**
   * Gives up the peers that say nothing to a request for too long.
   *
   * @return their names: whoever still waits for them need not
   */
  synchronized Set<String> leaveHanging() {
    Set<String> hanging = new HashSet<>();
    for (Job job : List.copyOf(running)) {
      Source source = job.source;
      if (hanging.contains(source.name)
          || tired(source, Math.max(source.useful, job.silentSince()))) {
        hanging.add(source.name);
        leave(source, job.reproach());
        again(job);
      }
    }
    return hanging;
  }

  /** A job failed half-way; its source will be asked again. */
  synchronized void again(Job job) {
    if (!ended(job)) {
      return;
    }
    for (Part part : job.parts) {
      if (part.missing.isEmpty()) {
        open--;
      } else if (job.source.gone) {
        next(part);
      } else {
        job.source.queue.add(part);
      }
    }
    notifyAll();
  }

  /** A source is not asked any more. */
  synchronized void refuse(Job job, IOException why) {
    originFailure = job.source.name.equals(origin) ? why : originFailure;
    leave(job.source, Objects.requireNonNullElse(why.getMessage(), why.toString()));
    again(job);
  }

  private void leave(Source source, String why) {
    if (!source.gone) {
      source.gone = true;
      refused.put(source.name, why);
      List<Part> parts = List.copyOf(source.queue);
      source.queue.clear();
      parts.forEach(this::next);
      notifyAll();
    }
  }
}
