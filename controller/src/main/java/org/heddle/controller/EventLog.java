package org.heddle.controller;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicLong;
import org.heddle.api.GridApi.EventView;
import org.heddle.api.Json;
import org.heddle.controller.store.KeyValueStore;
import org.heddle.controller.store.KeyValueStore.Change;
import org.heddle.controller.store.KeyValueStore.Changed;
import org.heddle.controller.store.KeyValueStore.Entry;
import org.heddle.controller.store.KeyValueStore.Range;
import org.heddle.controller.store.KeyValueStore.Watch;
import org.heddle.engine.Step;

/**
 * What people are told, numbered from 1 without gaps and kept in the store, the last {@value #KEPT}
 * of it. Written by the control loop alone, together with the state that it tells of.
 */
final class EventLog {
  /** Days of a busy grid, a few MiB. */
  private static final long KEPT = 20_000;

  private static final String PREFIX = "events/";
  private final KeyValueStore store;
  private final long kept;

  /** Written by the control loop alone, read by all. */
  private final AtomicLong last;

  EventLog(KeyValueStore store) {
    this(store, KEPT);
  }

  EventLog(KeyValueStore store, long kept) {
    this.store = store;
    this.kept = kept;
    List<Entry> all = store.range(PREFIX).entries();
    this.last = new AtomicLong(all.isEmpty() ? 0 : read(all.getLast()).id());
  }

  /** The changes that append these notices; {@link #stored} must follow when they are made. */
  List<Change> append(List<Step.Notice> notices, long nowMs) {
    List<Change> changes = new ArrayList<>();
    long id = last.get();
    for (Step.Notice notice : notices) {
      id++;
      EventView view = new EventView(id, nowMs, notice.kind(), notice.subject(), notice.message());
      changes.add(new Change.Put(key(id), Json.write(view)));
      if (id > kept) {
        changes.add(new Change.Delete(key(id - kept)));
      }
    }
    return changes;
  }

  void stored(List<Step.Notice> notices) {
    var _ = last.addAndGet(notices.size());
  }

  /** Events with a larger id, oldest first. */
  List<EventView> after(long id, int limit) {
    return page(id, limit).entries().stream().map(EventLog::read).toList();
  }

  /** The newest, at most so many, oldest first. */
  List<EventView> newest(int limit) {
    return after(last.get() - limit, limit);
  }

  private Range page(long id, int limit) {
    return store.range(PREFIX, key(Math.max(0, id) + 1), limit);
  }

  /** Events with a larger id, those to come included. */
  Follower follow(long id) {
    return new Follower(id);
  }

  /** For one thread. Never skips an event that is still kept. */
  final class Follower implements AutoCloseable {
    private static final int PAGE = 500;
    private long position;
    private Optional<Watch> watch = Optional.empty();

    private Follower(long position) {
      this.position = position;
    }

    /** The next events; none when there was none in time. */
    List<EventView> next(Duration patience) throws InterruptedException {
      if (watch.isEmpty()) {
        Range range = page(position, PAGE);
        if (range.entries().size() < PAGE) {
          watch = Optional.of(store.watch(PREFIX, range.revision() + 1));
        }
        if (!range.entries().isEmpty()) {
          return advance(range.entries().stream().map(EventLog::read).toList());
        }
      }
      return watch.isEmpty() ? List.of() : watched(watch.get(), patience);
    }

    private List<EventView> watched(Watch from, Duration patience) throws InterruptedException {
      try {
        List<EventView> found = new ArrayList<>();
        for (Changed changed : from.next(patience)) {
          changed.value().ifPresent(json -> found.add(Json.read(json, EventView.class)));
        }
        return advance(found);
      } catch (KeyValueStore.Compacted _) {
        close();
        return List.of();
      }
    }

    private List<EventView> advance(List<EventView> found) {
      if (!found.isEmpty()) {
        position = found.getLast().id();
      }
      return found;
    }

    @Override
    public void close() {
      watch.ifPresent(Watch::close);
      watch = Optional.empty();
    }
  }

  private static EventView read(Entry entry) {
    return Json.read(entry.value(), EventView.class);
  }

  private static String key(long id) {
    return PREFIX + StateRecords.number(id);
  }
}
