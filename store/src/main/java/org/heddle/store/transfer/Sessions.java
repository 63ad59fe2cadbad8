package org.heddle.store.transfer;

import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import org.heddle.store.Store;
import org.heddle.store.StoreException;
import org.heddle.store.StoreWriter;

/**
 * The writers of those who push. One lives over several requests, so that no collection takes what
 * has come before the index does. What came is made durable every few seconds, also for those who
 * never come back; a session that nobody uses ends.
 */
final class Sessions implements AutoCloseable {
  /** More would hold too much memory: a writer has a block, or several that wait for their turn. */
  private static final int MOST = 16;

  private static final Duration TICK = Duration.ofSeconds(1);
  private static final int TICKS_TO_FLUSH = 3;

  private final Store store;
  private final int idleTicks;
  private final Map<UUID, Session> sessions = new HashMap<>();
  private final Thread housekeeper;
  private boolean closed;

  Sessions(Store store, Duration idle) {
    this.store = store;
    this.idleTicks = Math.max(1, (int) idle.dividedBy(TICK));
    this.housekeeper = Thread.ofPlatform().daemon().name("store-sessions").start(this::keepHouse);
  }

  private static final class Session {
    private final StoreWriter writer;
    private int users;
    private int unused;
    private boolean dirty;

    Session(StoreWriter writer) {
      this.writer = writer;
    }
  }

  /** What is done with a session's writer. */
  interface Use<T> {
    T with(StoreWriter writer) throws IOException;
  }

  UUID begin() throws IOException {
    synchronized (this) {
      if (closed || sessions.size() >= MOST) {
        throw new CutException(MOST + " others are adding to this store already: try again later");
      }
    }
    UUID id = UUID.randomUUID();
    StoreWriter writer = store.writer();
    synchronized (this) {
      sessions.put(id, new Session(writer));
    }
    return id;
  }

  <T> T use(UUID id, Use<T> use) throws IOException {
    Session session;
    synchronized (this) {
      session = sessions.get(id);
      if (session == null) {
        throw new StoreException(
            StoreException.Kind.NOT_FOUND, "the session has ended: push again, it goes on");
      }
      session.users++;
    }
    try {
      return use.with(session.writer);
    } finally {
      synchronized (this) {
        session.users--;
        session.unused = 0;
        session.dirty = true;
        notifyAll();
      }
    }
  }

  void end(UUID id) throws IOException {
    Session session;
    synchronized (this) {
      session = sessions.remove(id);
      awaitUnused(session);
    }
    finish(session);
  }

  /** Only its own connections use a session, and these end when the one who ended it is served. */
  @SuppressWarnings("GuardedBy")
  private void awaitUnused(@org.jspecify.annotations.Nullable Session session) {
    boolean interrupted = false;
    while (session != null && session.users > 0) {
      try {
        wait();
      } catch (InterruptedException e) {
        interrupted = true;
      }
    }
    if (interrupted) {
      Thread.currentThread().interrupt();
    }
  }

  private static void finish(@org.jspecify.annotations.Nullable Session session)
      throws IOException {
    if (session != null) {
      try (StoreWriter writer = session.writer) {
        writer.flush();
      }
    }
  }

  private void keepHouse() {
    try {
      while (true) {
        Thread.sleep(TICK);
        tick();
      }
    } catch (InterruptedException closing) {
      // close() ends the sessions.
    }
  }

  private void tick() {
    List<Session> flush = new ArrayList<>();
    List<Session> idle = new ArrayList<>();
    synchronized (this) {
      sessions
          .values()
          .removeIf(session -> {
            boolean over = session.users == 0 && session.unused >= idleTicks;
            if (over) {
              idle.add(session);
            }
            return over;
          });
      for (Session session : sessions.values()) {
        session.unused++;
        if (session.dirty && session.unused >= TICKS_TO_FLUSH) {
          session.dirty = false;
          flush.add(session);
        }
      }
    }
    flush.forEach(session -> quietly(session.writer::flush));
    idle.forEach(session -> quietly(() -> finish(session)));
  }

  private interface Step {
    void go() throws IOException;
  }

  /** A full disk shows again when the one who pushes publishes, who then hears of it. */
  private static void quietly(Step step) {
    try {
      step.go();
    } catch (IOException toldLater) {
      // The chunks that were not made durable are missing when the index is published.
    }
  }

  @Override
  public void close() throws IOException {
    housekeeper.interrupt();
    List<UUID> open;
    synchronized (this) {
      closed = true;
      open = List.copyOf(sessions.keySet());
    }
    for (UUID id : open) {
      end(id);
    }
  }
}
