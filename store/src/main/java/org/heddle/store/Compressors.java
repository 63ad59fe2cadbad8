package org.heddle.store;

import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;

/** Compressors that are not in use: as many as have been needed at once. Safe for threads. */
final class Compressors implements AutoCloseable {
  private final Queue<Compressor> free = new ConcurrentLinkedQueue<>();

  Compressor take() {
    Compressor known = free.poll();
    return known == null ? new Compressor() : known;
  }

  void giveBack(Compressor compressor) {
    free.add(compressor);
  }

  /** When none is in use any more. */
  @Override
  public void close() {
    free.forEach(Compressor::close);
    free.clear();
  }
}
