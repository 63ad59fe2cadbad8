package org.heddle.drivers.qemu;

import java.io.IOException;
import java.lang.foreign.Arena;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.security.MessageDigest;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.FutureTask;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.BooleanSupplier;
import org.heddle.drivers.qemu.SparseFile.Content;

/**
 * One pass over a file that finds its data, digests it and, if asked, writes it elsewhere. Several
 * threads take the segments as they come; {@link SparseFile} says what the digest is.
 */
final class SegmentPass {
  static final int SEGMENT = 16 << 20;
  private static final int CHUNK = 1 << 20;
  private static final int PAGE = SparseFile.PAGE;

  /** Zeros that are written along, where a second write would cost more than their bytes. */
  private static final int BRIDGED = 4 * PAGE;

  /** Beyond this the disk is the limit. */
  private static final int MAX_WORKERS = 4;

  private static final ByteBuffer ZERO = ByteBuffer.allocateDirect(CHUNK).asReadOnlyBuffer();

  private final FileChannel in;
  private final long size;
  private final Optional<FileChannel> out;
  private final BooleanSupplier cancelled;
  private final byte[][] digests;
  private final AtomicInteger next = new AtomicInteger();
  private final AtomicLong dataBytes = new AtomicLong();
  private volatile boolean failed;

  /**
   * @param out of the same length as {@code in} and all holes
   */
  SegmentPass(FileChannel in, long size, Optional<FileChannel> out, BooleanSupplier cancelled) {
    this.in = in;
    this.size = size;
    this.out = out;
    this.cancelled = cancelled;
    this.digests = new byte[(int) Math.ceilDiv(size, (long) SEGMENT)][];
  }

  Content run() throws IOException {
    int workers = Math.clamp(Runtime.getRuntime().availableProcessors(), 1, MAX_WORKERS);
    List<FutureTask<Void>> tasks = new ArrayList<>();
    for (int i = 0; i < Math.min(workers, digests.length); i++) {
      tasks.add(new FutureTask<>(() -> work()));
    }
    tasks.stream().skip(1).forEach(Thread.ofPlatform().daemon().name("heddle-copy")::start);
    tasks.stream().limit(1).forEach(FutureTask::run);
    awaitAll(tasks);
    MessageDigest whole = SparseFile.sha256();
    for (byte[] digest : digests) {
      whole.update(digest);
    }
    whole.update(ByteBuffer.allocate(Long.BYTES).putLong(size).flip());
    return new Content(size, dataBytes.get(), HexFormat.of().formatHex(whole.digest()));
  }

  /** No thread is left when this returns, whatever happened. */
  private static void awaitAll(List<FutureTask<Void>> tasks) throws IOException {
    IOException failure = null;
    boolean interrupted = false;
    for (FutureTask<Void> task : tasks) {
      while (true) {
        try {
          task.get();
          break;
        } catch (InterruptedException e) {
          interrupted = true;
        } catch (ExecutionException e) {
          if (!(e.getCause() instanceof IOException io)) {
            throw new IllegalStateException(e.getCause());
          }
          failure = failure == null ? io : failure;
          break;
        }
      }
    }
    if (interrupted) {
      Thread.currentThread().interrupt();
    }
    if (failure != null) {
      throw failure;
    }
  }

  private Void work() throws IOException {
    try (Arena arena = Arena.ofConfined()) {
      Worker worker = new Worker(arena.allocate(CHUNK, PAGE).asByteBuffer());
      for (int i = next.getAndIncrement(); i < digests.length; i = next.getAndIncrement()) {
        digests[i] = worker.segment((long) i * SEGMENT);
      }
      return null;
    } catch (IOException | RuntimeException e) {
      failed = true;
      throw e;
    }
  }

  /** What one thread needs; its buffer lies at a page's boundary, as direct access wants it. */
  private final class Worker {
    private final MessageDigest digest = SparseFile.sha256();
    private final ByteBuffer number = ByteBuffer.allocate(Long.BYTES);
    private final ByteBuffer chunk;

    Worker(ByteBuffer chunk) {
      this.chunk = chunk;
    }

    byte[] segment(long start) throws IOException {
      long end = Math.min(size, start + SEGMENT);
      for (long offset = start; offset < end; offset += CHUNK) {
        if (failed || cancelled.getAsBoolean()) {
          throw new IOException("cancelled");
        }
        runs(offset, read(offset));
      }
      return digest.digest();
    }

    private int read(long offset) throws IOException {
      int wanted = (int) Math.min(CHUNK, size - offset);
      chunk.clear().limit(wanted);
      while (chunk.hasRemaining() && in.read(chunk, offset + chunk.position()) >= 0) {}
      if (chunk.hasRemaining()) {
        throw new IOException("file became shorter while it was read");
      }
      return wanted;
    }

    private void runs(long offset, int length) throws IOException {
      if (zero(0, length)) {
        return;
      }
      int start = -1;
      int stop = 0;
      for (int page = 0; page < length; page += PAGE) {
        int end = Math.min(page + PAGE, length);
        if (zero(page, end)) {
          continue;
        }
        if (start >= 0 && page - stop > BRIDGED) {
          write(start, stop, offset);
          start = page;
        }
        start = start < 0 ? page : start;
        stop = end;
        digest.update(number.clear().putLong(offset + page).flip());
        digest.update(chunk.slice(page, end - page));
        dataBytes.addAndGet(end - page);
      }
      write(start, stop, offset);
    }

    private void write(int start, int stop, long offset) throws IOException {
      if (out.isPresent()) {
        ByteBuffer data = chunk.slice(start, stop - start);
        while (data.hasRemaining()) {
          out.get().write(data, offset + start + data.position());
        }
      }
    }

    private boolean zero(int from, int to) {
      return chunk.slice(from, to - from).mismatch(ZERO.slice(0, to - from)) < 0;
    }
  }
}
