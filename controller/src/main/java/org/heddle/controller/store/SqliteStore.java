package org.heddle.controller.store;

import java.nio.file.Path;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.LongSupplier;
import java.util.function.Supplier;

/**
 * The store in one SQLite file, for one process. A lease that was alive when the process ended has
 * its full time again after the file is opened, as etcd does when its leader changes.
 */
public final class SqliteStore implements KeyValueStore {
  /** How much of the past watches can ask for. */
  private static final long PAST = 10_000;

  /** Compacting deletes this many revisions at once, to be rare. */
  private static final long COMPACT_EVERY = 100;

  private static final long LEASE_CHECK_MS = 250;
  private static final String ENTRY = "SELECT key, value, created, changed, lease FROM entry ";

  private final Database database;
  private final LongSupplier nanoTime;
  private final long past;
  private final ReentrantLock lock = new ReentrantLock();
  private final Condition changed = lock.newCondition();
  private final Map<Long, Long> leaseStarted = new HashMap<>();
  private final Thread reaper;
  private long revision;
  private boolean closed;

  public SqliteStore(Path file) {
    this(file, System::nanoTime, PAST);
  }

  SqliteStore(Path file, LongSupplier nanoTime, long past) {
    this.database = new Database(file);
    this.nanoTime = nanoTime;
    this.past = past;
    this.revision = database.number("SELECT value FROM number WHERE name = 'revision'");
    long now = nanoTime.getAsLong();
    for (long lease : database.query("SELECT id FROM lease", row -> row.getLong(1))) {
      leaseStarted.put(lease, now);
    }
    database.commit();
    this.reaper = Thread.ofVirtual().name("leases").start(this::reap);
  }

  @Override
  public Optional<Entry> get(String key) {
    return locked(() ->
        database.query(ENTRY + "WHERE key = ?", SqliteStore::entry, key).stream().findFirst());
  }

  @Override
  public Range range(String prefix) {
    return range(prefix, prefix, Integer.MAX_VALUE);
  }

  @Override
  public Range range(String prefix, String fromKey, int limit) {
    String first = fromKey.compareTo(prefix) < 0 ? prefix : fromKey;
    return locked(() ->
        new Range(
            revision,
            database.query(
                ENTRY + "WHERE key >= ? AND key < ? ORDER BY key LIMIT ?",
                SqliteStore::entry,
                first,
                after(prefix),
                limit)));
  }

  @Override
  public Result commit(Transaction transaction) {
    return locked(() -> {
      for (var condition : transaction.conditions()) {
        if (!holds(condition)) {
          return new Result(false, revision);
        }
      }
      apply(transaction.changes());
      return new Result(true, revision);
    });
  }

  private boolean holds(Compare condition) {
    long at = database.number("SELECT changed FROM entry WHERE key = ?", condition.key());
    return switch (condition) {
      case Compare.Unchanged(_, long changedAt) -> at == changedAt;
      case Compare.Exists _ -> at != 0;
    };
  }

  private void apply(List<Change> changes) {
    long next = revision + 1;
    int position = 0;
    for (Change change : changes) {
      if (apply(change, next)) {
        Optional<String> value =
            change instanceof Change.Put put ? Optional.of(put.value()) : Optional.empty();
        database.update(
            "INSERT INTO change (revision, position, key, value) VALUES (?, ?, ?, ?)",
            next,
            position,
            change.key(),
            value.orElse(null));
        position++;
      }
    }
    if (position > 0) {
      revision = next;
      database.update("INSERT OR REPLACE INTO number VALUES ('revision', ?)", revision);
      compact();
      changed.signalAll();
    }
  }

  private boolean apply(Change change, long at) {
    return switch (change) {
      case Change.Put(String key, String value, long lease) -> {
        if (lease != 0 && !leaseStarted.containsKey(lease)) {
          throw new IllegalArgumentException("lease " + lease + " is gone");
        }
        database.update(
            """
            INSERT INTO entry (key, value, created, changed, lease) VALUES (?, ?, ?, ?, ?)
            ON CONFLICT (key) DO UPDATE SET value = excluded.value, changed = excluded.changed,
              lease = excluded.lease\
            """,
            key,
            value,
            at,
            at,
            lease);
        yield true;
      }
      case Change.Delete(String key) -> database.update("DELETE FROM entry WHERE key = ?", key) > 0;
    };
  }

  private void compact() {
    if (revision % COMPACT_EVERY == 0 && revision > past) {
      database.update("DELETE FROM change WHERE revision <= ?", revision - past);
      database.update("INSERT OR REPLACE INTO number VALUES ('forgotten', ?)", revision - past);
    }
  }

  private long oldest() {
    return database.number("SELECT value FROM number WHERE name = 'forgotten'") + 1;
  }

  @Override
  public Watch watch(String prefix, long fromRevision) {
    return locked(() -> {
      refuseForgotten(fromRevision);
      return new Pull(prefix, fromRevision);
    });
  }

  private void refuseForgotten(long wanted) {
    if (wanted < oldest()) {
      throw new Compacted(wanted, oldest());
    }
  }

  /** Reads the change table from where it was; so a slow reader costs no memory. */
  private final class Pull implements Watch {
    /** Whole transactions are read until this many changes are there. */
    private static final int ENOUGH = 1_000;

    private final String prefix;
    private long from;
    private boolean ended;

    Pull(String prefix, long from) {
      this.prefix = prefix;
      this.from = from;
    }

    @Override
    public List<Changed> next(Duration patience) throws InterruptedException {
      long deadline = System.nanoTime() + patience.toNanos();
      lock.lockInterruptibly();
      try {
        while (!ended && !closed) {
          List<Changed> found = locked(this::read);
          long left = deadline - System.nanoTime();
          if (!found.isEmpty() || left <= 0) {
            return found;
          }
          long _ = changed.awaitNanos(left);
        }
        return List.of();
      } finally {
        lock.unlock();
      }
    }

    private List<Changed> read() {
      if (from > revision) {
        return List.of();
      }
      refuseForgotten(from);
      long upTo =
          database.number(
              """
              SELECT max(revision) FROM (SELECT revision FROM change
                WHERE revision >= ? AND key >= ? AND key < ? ORDER BY revision LIMIT ?)\
              """,
              from,
              prefix,
              after(prefix),
              ENOUGH);
      List<Changed> found =
          database.query(
              """
              SELECT key, value, revision FROM change WHERE revision >= ? AND revision <= ?
                AND key >= ? AND key < ? ORDER BY revision, position\
              """,
              SqliteStore::changed,
              from,
              upTo,
              prefix,
              after(prefix));
      from = found.size() < ENOUGH ? revision + 1 : upTo + 1;
      return found;
    }

    @Override
    public void close() {
      lock.lock();
      try {
        ended = true;
        changed.signalAll();
      } finally {
        lock.unlock();
      }
    }
  }

  @Override
  public long grant(Duration timeToLive) {
    return locked(() -> {
      long id = database.number("SELECT value FROM number WHERE name = 'lease'") + 1;
      database.update("INSERT OR REPLACE INTO number VALUES ('lease', ?)", id);
      database.update("INSERT INTO lease VALUES (?, ?)", id, timeToLive.toMillis());
      leaseStarted.put(id, nanoTime.getAsLong());
      return id;
    });
  }

  @Override
  public boolean keepAlive(long lease) {
    return locked(
        () -> leaseStarted.computeIfPresent(lease, (_, _) -> nanoTime.getAsLong()) != null);
  }

  @Override
  public void revoke(long lease) {
    locked(() -> {
      end(lease);
      return true;
    });
  }

  private void end(long lease) {
    leaseStarted.remove(lease);
    database.update("DELETE FROM lease WHERE id = ?", lease);
    List<Change> deletes = new ArrayList<>();
    for (String key :
        database.query(
            "SELECT key FROM entry WHERE lease <> 0 AND lease = ?",
            row -> row.getString(1),
            lease)) {
      deletes.add(new Change.Delete(key));
    }
    apply(deletes);
  }

  private void reap() {
    lock.lock();
    try {
      while (!closed) {
        boolean _ = changed.await(LEASE_CHECK_MS, TimeUnit.MILLISECONDS);
        if (!closed && !leaseStarted.isEmpty()) {
          expire();
        }
      }
    } catch (InterruptedException _) {
      Thread.currentThread().interrupt();
    } finally {
      lock.unlock();
    }
  }

  /** Ends the leases whose time is over. */
  void expire() {
    locked(() -> {
      long now = nanoTime.getAsLong();
      for (long[] lease :
          database.query(
              "SELECT id, millis FROM lease", row -> new long[] {row.getLong(1), row.getLong(2)})) {
        long age = now - leaseStarted.getOrDefault(lease[0], now);
        if (TimeUnit.NANOSECONDS.toMillis(age) >= lease[1]) {
          end(lease[0]);
        }
      }
      return true;
    });
  }

  /** One SQL transaction: all of the work, or none of it. */
  private <T> T locked(Supplier<T> work) {
    lock.lock();
    long before = revision;
    boolean done = false;
    try {
      if (closed) {
        throw new StoreException("the store is closed");
      }
      T result = work.get();
      database.commit();
      done = true;
      return result;
    } finally {
      if (!done && !closed) {
        revision = before;
        database.rollback();
      }
      lock.unlock();
    }
  }

  @Override
  public void close() {
    lock.lock();
    try {
      if (!closed) {
        closed = true;
        changed.signalAll();
        database.close();
      }
    } finally {
      lock.unlock();
    }
    reaper.interrupt();
  }

  private static Entry entry(ResultSet row) throws SQLException {
    return new Entry(
        row.getString(1), row.getString(2), row.getLong(3), row.getLong(4), row.getLong(5));
  }

  private static Changed changed(ResultSet row) throws SQLException {
    return new Changed(row.getString(1), Optional.ofNullable(row.getString(2)), row.getLong(3));
  }

  /** The first key after all that begin so; keys are ASCII. */
  private static String after(String prefix) {
    return prefix + "\uffff";
  }
}
