package org.heddle.store.transfer;

import java.net.InetAddress;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;

/**
 * Requests that may be served at once. Nobody waits for a place for ever, and a quarter of them is
 * out of reach of each address: callers that take no replies hold theirs for long. Safe for
 * threads.
 */
final class Places {
  private final int share;
  private final Semaphore free;
  private final Duration patience;
  private final Map<InetAddress, Own> owners = new HashMap<>();

  /** What one address may take of it. */
  private static final class Own {
    private final Semaphore free;
    private int users;

    Own(int share) {
      this.free = new Semaphore(share, true);
    }
  }

  Places(int atOnce, Duration patience) {
    this.free = new Semaphore(atOnce, true);
    this.share = Math.max(1, atOnce * 3 / 4);
    this.patience = patience;
  }

  /**
   * Waits for a place.
   *
   * @return whether there is one, to be given back
   */
  boolean take(InetAddress address) throws InterruptedException {
    long end = System.nanoTime() + patience.toNanos();
    Own own = enter(address);
    boolean taken = false;
    try {
      if (own.free.tryAcquire(patience.toNanos(), TimeUnit.NANOSECONDS)) {
        taken = free.tryAcquire(end - System.nanoTime(), TimeUnit.NANOSECONDS);
        if (!taken) {
          own.free.release();
        }
      }
      return taken;
    } finally {
      if (!taken) {
        leave(address, own);
      }
    }
  }

  void giveBack(InetAddress address) {
    free.release();
    synchronized (owners) {
      Own own = owners.get(address);
      if (own == null) {
        throw new IllegalStateException("nobody has taken a place for " + address);
      }
      own.free.release();
      leave(address, own);
    }
  }

  private Own enter(InetAddress address) {
    synchronized (owners) {
      Own own = owners.computeIfAbsent(address, _ -> new Own(share));
      own.users++;
      return own;
    }
  }

  private void leave(InetAddress address, Own own) {
    synchronized (owners) {
      if (--own.users == 0) {
        owners.remove(address);
      }
    }
  }
}
