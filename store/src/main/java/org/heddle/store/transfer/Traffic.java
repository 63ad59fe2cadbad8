package org.heddle.store.transfer;

import java.util.concurrent.atomic.LongAdder;

/** Bytes that went over connections, in both directions; grows while a transfer goes on. */
public final class Traffic {
  private final LongAdder sent = new LongAdder();
  private final LongAdder received = new LongAdder();

  void sent(long bytes) {
    sent.add(bytes);
  }

  void received(long bytes) {
    received.add(bytes);
  }

  /** Bytes of requests. */
  public long sent() {
    return sent.sum();
  }

  /** Bytes of replies. */
  public long received() {
    return received.sum();
  }

  /** Both. */
  public long all() {
    return sent() + received();
  }
}
