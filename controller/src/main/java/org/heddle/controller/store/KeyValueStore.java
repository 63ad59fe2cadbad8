package org.heddle.controller.store;

import java.time.Duration;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/**
 * Keys (ASCII) and values (text) with etcd's semantics: one revision for the whole store that grows
 * by one with every transaction that changes something, compare-and-swap transactions, watches from
 * a revision, leases whose keys go when nobody keeps them alive. What a method reports as done is
 * durable. Safe for several threads. Failures of the storage itself are {@link StoreException}.
 */
public interface KeyValueStore extends AutoCloseable {
  /**
   * @param createdAt revision at which the key came to be
   * @param changedAt revision at which it was last put
   * @param lease 0 when it belongs to none
   */
  record Entry(String key, String value, long createdAt, long changedAt, long lease) {}

  /** Entries in order of key, all as of one revision. */
  record Range(long revision, List<Entry> entries) {}

  /** What must hold for a transaction to be made. */
  sealed interface Compare {
    String key();

    /**
     * @param changedAt revision at which it was last put; 0: the key is absent
     */
    record Unchanged(String key, long changedAt) implements Compare {}

    record Exists(String key) implements Compare {}
  }

  /** One change of a transaction. */
  sealed interface Change {
    String key();

    /**
     * @param lease 0 for none
     */
    record Put(String key, String value, long lease) implements Change {
      public Put(String key, String value) {
        this(key, value, 0);
      }
    }

    /** Does nothing when the key is absent. */
    record Delete(String key) implements Change {}
  }

  /** All or nothing. A key may be changed once in a transaction. */
  record Transaction(List<Compare> conditions, List<Change> changes) {
    public Transaction {
      conditions = List.copyOf(conditions);
      changes = List.copyOf(changes);
      Set<String> keys = new HashSet<>();
      for (Change change : changes) {
        if (!keys.add(change.key())) {
          throw new IllegalArgumentException(
              "key changed twice in one transaction: " + change.key());
        }
      }
    }
  }

  /**
   * @param done whether the conditions held and so the changes were made
   * @param revision of the store afterwards
   */
  record Result(boolean done, long revision) {}

  /**
   * A change as a watch sees it.
   *
   * @param value empty when the key was deleted
   */
  record Changed(String key, Optional<String> value, long revision) {}

  Optional<Entry> get(String key);

  /** All entries whose key begins so. */
  Range range(String prefix);

  /** As {@link #range(String)}, from a key on and at most so many. */
  Range range(String prefix, String fromKey, int limit);

  Result commit(Transaction transaction);

  /**
   * Changes of keys that begin so, from a revision on, those of the past included.
   *
   * @throws Compacted when the store no longer knows that past
   */
  Watch watch(String prefix, long fromRevision);

  /** For one thread; another may close it, which ends a wait. */
  interface Watch extends AutoCloseable {
    /**
     * The next changes in order, never half of a transaction; waits for some, and gives none when
     * the time is over or the watch is closed.
     *
     * @throws Compacted when the reader was so slow that the store has forgotten what comes next
     */
    List<Changed> next(Duration patience) throws InterruptedException;

    @Override
    void close();
  }

  /** Gives a lease: its keys are deleted when it is not kept alive for so long. */
  long grant(Duration timeToLive);

  /** Starts the lease's time anew; false when it is gone. */
  boolean keepAlive(long lease);

  /** Ends a lease now, with its keys. */
  void revoke(long lease);

  @Override
  void close();

  /** The store keeps a bounded past; this lies before it. Read the range and watch from there. */
  final class Compacted extends RuntimeException {
    private static final long serialVersionUID = 1;

    public Compacted(long asked, long oldest) {
      super("revision " + asked + " is forgotten; the oldest known is " + oldest);
    }
  }
}
