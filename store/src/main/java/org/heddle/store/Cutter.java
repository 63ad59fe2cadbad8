package org.heddle.store;

import java.io.IOException;
import java.io.InterruptedIOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.util.ArrayDeque;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.Future;
import org.jspecify.annotations.Nullable;

/**
 * Reads a file from its start and cuts it into batches of chunks and holes. Chunks begin anew after
 * zeros, so that what follows them is cut alike wherever it lies. For one thread.
 */
final class Cutter {
  /** Small, so that what was read is still in the processor's cache when it is cut. */
  private static final int BUFFER = 1 << 20;

  /** Batches between reading and the sink. */
  private static final int BATCHES = 6;

  /** Read at once: the system copies this much twice, the second time from the cache. */
  private static final int PIECE = 128 << 10;

  private final FileChannel file;
  private final Extents extents;
  private final long size;
  private final Queue<byte[]> free = new ConcurrentLinkedQueue<>();

  /** What was read and not cut yet. */
  private final byte[] carried = new byte[Chunker.MOST];

  private int carriedLength;

  /** Where the next byte is read; what was carried over lies before it. */
  private long position;

  /** End of the stretch of data that is being read. */
  private long dataEnd;

  Cutter(FileChannel file, Extents extents) throws IOException {
    this.file = file;
    this.extents = extents;
    this.size = file.size();
  }

  /** Takes a batch; its bytes are gone after that. */
  interface Sink {
    void take(Batch batch) throws IOException;
  }

  /**
   * Gives all of the file in batches that are hashed, one after the other; what follows is read and
   * hashed meanwhile.
   */
  void each(Workers workers, Progress progress, Sink sink) throws IOException {
    Queue<Future<Batch>> hashing = new ArrayDeque<>();
    long done = 0;
    Batch next = next();
    while (next != null || !hashing.isEmpty()) {
      if (Thread.interrupted()) {
        throw new InterruptedIOException("interrupted");
      }
      if (next != null) {
        hashing.add(workers.start(next::hash));
      }
      if (next == null || hashing.size() > BATCHES) {
        Batch hashed = Workers.result(hashing.remove());
        sink.take(hashed);
        done += hashed.bytes();
        free.add(hashed.data);
        progress.at(done, size);
      }
      next = next == null ? null : next();
    }
  }

  /** The next batch; null at the end of the file. */
  private @Nullable Batch next() throws IOException {
    byte[] buffer = free.poll();
    Batch batch = new Batch(buffer == null ? new byte[BUFFER] : buffer);
    System.arraycopy(carried, 0, batch.data, 0, carriedLength);
    int filled = carriedLength;
    if (filled == 0) {
      skipHole(batch);
      if (position == size) {
        return batch.count() == 0 ? null : batch;
      }
    }
    filled = fill(batch.data, filled);
    int cut = cut(batch, filled, position == dataEnd);
    carriedLength = filled - cut;
    System.arraycopy(batch.data, cut, carried, 0, carriedLength);
    return batch;
  }

  private void skipHole(Batch batch) throws IOException {
    if (position < dataEnd) {
      return;
    }
    long data = Math.min(size, extents.data(position));
    if (data > position) {
      batch.hole(data - position);
      position = data;
    }
    dataEnd = position == size ? size : Math.min(size, extents.hole(position));
  }

  private int fill(byte[] data, int from) throws IOException {
    int most = (int) Math.min(data.length - from, dataEnd - position);
    ByteBuffer buffer = ByteBuffer.wrap(data, from, most);
    while (buffer.position() < from + most) {
      buffer.limit(Math.min(from + most, buffer.position() + PIECE));
      int count = file.read(buffer, position);
      if (count < 0) {
        throw new IOException("the file became shorter while it was read");
      }
      position += count;
    }
    return from + most;
  }

  /** Cuts what is there; without its end, only as far as more bytes would not change the cuts. */
  private int cut(Batch batch, int filled, boolean end) {
    byte[] data = batch.data;
    long origin = position - filled;
    int at = 0;
    while (at < filled && (end || filled - at >= Chunker.MOST)) {
      int zeros = zeros(data, at, filled, origin);
      if (zeros > 0) {
        batch.hole(zeros);
        at += zeros;
        continue;
      }
      int length = Chunker.cut(data, at, untilZeros(data, at, filled, origin));
      batch.chunk(at, length);
      at += length;
    }
    return at;
  }

  /** Whole pages of zeros from here, or zeros to the end of the file. */
  private int zeros(byte[] data, int at, int filled, long origin) {
    if ((origin + at) % Chunker.PAGE != 0) {
      return 0;
    }
    int zeros = Chunker.zeros(data, at, filled - at);
    return origin + at + zeros == size ? zeros : zeros / Chunker.PAGE * Chunker.PAGE;
  }

  /** How many bytes follow before the next page of zeros; at most those of the longest chunk. */
  private int untilZeros(byte[] data, int at, int filled, long origin) {
    int most = Math.min(filled - at, Chunker.MOST);
    int next = Chunker.PAGE - (int) ((origin + at) % Chunker.PAGE);
    for (; next + Chunker.PAGE <= most; next += Chunker.PAGE) {
      if (data[at + next] == 0 && Chunker.zeros(data, at + next, Chunker.PAGE) == Chunker.PAGE) {
        return next;
      }
    }
    return most;
  }
}
