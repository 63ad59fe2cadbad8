package org.heddle.store;

import java.io.IOException;
import java.io.InterruptedIOException;
import java.io.RandomAccessFile;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Queue;
import java.util.UUID;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicLong;

/**
 * Makes a file from an index. Blocks are decompressed and checked on all cores; every chunk is
 * checked before any of its bytes is written.
 */
public final class Extractor {
  /** So much of the file is looked at together: each of its blocks is decompressed once. */
  private static final long WINDOW = 32L << 20;

  private static final int WINDOW_ENTRIES = 1 << 16;
  private static final int PIECE = 1 << 20;

  private final Store store;
  private final Progress progress;
  private final AtomicLong written = new AtomicLong();
  private long chunks;

  public Extractor(Store store, Progress progress) {
    this.store = store;
    this.progress = progress;
  }

  private record Wanted(long position, ChunkRef chunk) {}

  /** What is known of one run. */
  private record Target(FileChannel channel, Native.Puncher puncher, boolean old) {}

  /**
   * Makes a new file, sparse where the index has holes. It has its name only when it is whole and
   * durable; a file that has the name is replaced.
   *
   * @throws FileSystemException something that is no regular file, such as a device, has the name:
   *     it would be lost
   */
  public ExtractReport extract(IndexReader index, Path file) throws IOException {
    Path target = file.toAbsolutePath();
    requireReplaceable(target);
    Path fresh = target.resolveSibling("." + target.getFileName() + "." + UUID.randomUUID());
    try {
      Files.createFile(fresh);
      fill(index, fresh, false);
      Files.move(fresh, target, StandardCopyOption.ATOMIC_MOVE);
      Path folder = target.getParent();
      if (folder != null) {
        Disk.REAL.syncFolder(folder);
      }
      return report(index);
    } finally {
      Files.deleteIfExists(fresh);
    }
  }

  private static void requireReplaceable(Path target) throws IOException {
    if (Files.exists(target, LinkOption.NOFOLLOW_LINKS) && !Files.isRegularFile(target)) {
      throw new FileSystemException(
          target.toString(), null, "is no regular file and is not replaced: name another one");
    }
  }

  /**
   * Changes an existing file into what the index says. What is right already is only read. When it
   * fails half way the file is neither the old nor the new one; the same call can then be repeated.
   */
  public ExtractReport update(IndexReader index, Path file) throws IOException {
    fill(index, file, true);
    return report(index);
  }

  private ExtractReport report(IndexReader index) {
    return new ExtractReport(index.info(), chunks, written.get());
  }

  private void fill(IndexReader index, Path file, boolean old) throws IOException {
    try (FileChannel channel =
            FileChannel.open(file, StandardOpenOption.READ, StandardOpenOption.WRITE);
        Workers workers = Workers.all();
        Native.Puncher puncher = new Native.Puncher(file)) {
      Target target = new Target(channel, puncher, old);
      try (RandomAccessFile sized = new RandomAccessFile(file.toFile(), "rw")) {
        sized.setLength(index.info().fileSize());
      }
      Queue<Future<?>> running = new ArrayDeque<>();
      List<Wanted> window = new ArrayList<>();
      long bytes = 0;
      for (Optional<Entry> entry = index.next(); entry.isPresent(); entry = index.next()) {
        long position = index.position() - entry.get().length();
        switch (entry.get()) {
          case Entry.Hole(long length) -> hole(target, position, length);
          case Entry.Data(ChunkRef chunk) -> {
            window.add(new Wanted(position, chunk));
            bytes += chunk.length();
            chunks++;
          }
        }
        if (bytes >= WINDOW || window.size() >= WINDOW_ENTRIES) {
          start(window, target, workers, running);
          window.clear();
          bytes = 0;
          progress.at(index.position(), index.info().fileSize());
        }
      }
      start(window, target, workers, running);
      while (!running.isEmpty()) {
        Workers.result(running.remove());
      }
      channel.force(true);
      progress.at(index.info().fileSize(), index.info().fileSize());
    }
  }

  private void start(List<Wanted> window, Target target, Workers workers, Queue<Future<?>> running)
      throws IOException {
    for (List<Wanted> group : groups(window)) {
      while (running.size() > 2 * workers.count()) {
        Workers.result(running.remove());
      }
      running.add(
          workers.start(() -> {
            write(group, target);
            return true;
          }));
    }
    if (Thread.interrupted()) {
      throw new InterruptedIOException("interrupted");
    }
  }

  /** What comes from the same block goes together. */
  private List<List<Wanted>> groups(List<Wanted> window) throws IOException {
    Map<ChunkId, List<Wanted>> byBlock = new LinkedHashMap<>();
    for (Wanted wanted : window) {
      byBlock.computeIfAbsent(store.blockOf(wanted.chunk.id()), _ -> new ArrayList<>()).add(wanted);
    }
    return List.copyOf(byBlock.values());
  }

  private void write(List<Wanted> group, Target target) throws IOException {
    for (Wanted wanted : group) {
      if (target.old && isThere(wanted, target.channel)) {
        continue;
      }
      byte[] bytes = store.read(wanted.chunk.id());
      if (bytes.length != wanted.chunk.length()) {
        throw StoreException.corrupt(
            "chunk " + wanted.chunk.id() + " has another length than the index says");
      }
      write(target.channel, bytes, bytes.length, wanted.position);
    }
  }

  private static boolean isThere(Wanted wanted, FileChannel channel) throws IOException {
    byte[] there = new byte[wanted.chunk.length()];
    PackFile.readFully(channel, ByteBuffer.wrap(there), wanted.position);
    return ChunkId.hash(there, 0, there.length).equals(wanted.chunk.id());
  }

  private void write(FileChannel channel, byte[] bytes, int length, long position)
      throws IOException {
    ByteBuffer buffer = ByteBuffer.wrap(bytes, 0, length);
    while (buffer.hasRemaining()) {
      channel.write(buffer, position + buffer.position());
    }
    written.addAndGet(length);
  }

  private void hole(Target target, long position, long length) throws IOException {
    if (!target.old || target.puncher.punch(position, length)) {
      return;
    }
    byte[] there = new byte[PIECE];
    byte[] zeros = new byte[PIECE];
    for (long at = position; at < position + length; ) {
      int piece = (int) Math.min(PIECE, position + length - at);
      PackFile.readFully(target.channel, ByteBuffer.wrap(there, 0, piece), at);
      if (Chunker.zeros(there, 0, piece) < piece) {
        write(target.channel, zeros, piece, at);
      }
      at += piece;
    }
  }
}
