package org.heddle.store;

import java.io.IOException;
import java.io.InterruptedIOException;
import java.io.RandomAccessFile;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.NoSuchFileException;
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
import java.util.SequencedMap;
import java.util.UUID;
import java.util.concurrent.Callable;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.Lock;
import java.util.concurrent.locks.ReentrantLock;

/**
 * Makes a file from an index. Blocks are decompressed and checked on all cores; every chunk is
 * checked before any of its bytes is written.
 */
public final class Extractor {
  /**
   * So many entries of the index are looked at together, a gigabyte or so of the file: each of
   * their blocks is decompressed once.
   */
  private static final int WINDOW = 1 << 16;

  private static final int PIECE = 256 << 10;

  /** So much is written before the disk is told to begin, while blocks are decompressed. */
  private static final long UNSYNCED = 64L << 20;

  private final Store store;
  private final Progress progress;
  private final AtomicLong written = new AtomicLong();
  private final Queue<BlockReader> readers = new ConcurrentLinkedQueue<>();
  private final AtomicLong synced = new AtomicLong();
  private final Lock syncing = new ReentrantLock();
  private final AtomicLong cloned = new AtomicLong();
  private long chunks;

  public Extractor(Store store, Progress progress) {
    this.store = store;
    this.progress = progress;
  }

  /** A chunk of the file: where it goes, and its number in its pack. */
  private record Wanted(long position, ChunkRef chunk, int number) {}

  private record BlockOf(PackFile pack, int number) {}

  /** What is known of one run. */
  private record Target(FileChannel channel, Native.Puncher puncher, boolean old) {
    boolean holds(Wanted wanted) throws IOException {
      byte[] there = new byte[wanted.chunk.length()];
      PackFile.readFully(channel, ByteBuffer.wrap(there), wanted.position);
      return ChunkId.hash(there, 0, there.length).equals(wanted.chunk.id());
    }
  }

  /**
   * Makes a new file, sparse where the index has holes. It has its name only when it is whole and
   * durable; a file that has the name is replaced.
   *
   * @throws FileSystemException something that is no regular file, such as a device, has the name:
   *     it would be lost
   * @throws StoreException full when the file's disk is; nothing is left behind then
   */
  public ExtractReport extract(IndexReader index, Path file) throws IOException {
    return extract(index, file, List.of());
  }

  /**
   * The same beside files that have much of what the new one shall have. They are read and hashed;
   * what they have is not read from the store. Where the file system can share blocks (btrfs, XFS),
   * whole blocks of runs that lie alike in both take no place of their own; elsewhere they are
   * copied, each chunk checked.
   *
   * @param like regular files, of which {@code file} may be one
   */
  public ExtractReport extract(IndexReader index, Path file, List<Path> like) throws IOException {
    Path target = file.toAbsolutePath();
    requireReplaceable(target);
    Path fresh = target.resolveSibling("." + target.getFileName() + "." + UUID.randomUUID());
    try {
      Files.createFile(fresh);
      fill(index, fresh, false, like);
      Files.move(fresh, target, StandardCopyOption.ATOMIC_MOVE);
      Path folder = target.getParent();
      if (folder != null) {
        Disk.REAL.syncFolder(folder);
      }
      return report(index);
    } catch (IOException failure) {
      throw explained(failure, target, "nothing of it was left behind: make room and repeat it");
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
    try {
      fill(index, file, true, List.of());
      return report(index);
    } catch (IOException failure) {
      throw explained(failure, file, "it is half changed: make room and repeat it");
    }
  }

  /** Whose disk is full; a store that is full says so itself. */
  private static IOException explained(IOException failure, Path file, String left) {
    if (failure instanceof StoreException || !Disk.isFull(failure)) {
      return failure;
    }
    Path folder = file.toAbsolutePath().getParent();
    return new StoreException(
        StoreException.Kind.FULL,
        "there is no space left on the disk of " + folder + " for " + file + ": " + left,
        failure);
  }

  private ExtractReport report(IndexReader index) {
    return new ExtractReport(index.info(), chunks, written.get(), cloned.get());
  }

  private void fill(IndexReader index, Path file, boolean old, List<Path> like) throws IOException {
    long size = index.info().fileSize();
    try (FileChannel channel =
            FileChannel.open(file, StandardOpenOption.READ, StandardOpenOption.WRITE);
        Workers workers = Workers.all();
        OldFiles known = OldFiles.read(like, file, workers, progress.part(0, size));
        Native.Puncher puncher = old ? Native.puncher(file) : Native.Puncher.NONE) {
      Target target = new Target(channel, puncher, old);
      try (RandomAccessFile sized = new RandomAccessFile(file.toFile(), "rw")) {
        sized.setLength(size);
      }
      fill(index, target, workers, known, progress.part(known.bytes(), 0));
      channel.force(true);
    }
  }

  private void fill(
      IndexReader index, Target target, Workers workers, OldFiles known, Progress shown)
      throws IOException {
    long size = index.info().fileSize();
    Queue<Future<?>> running = new ArrayDeque<>();
    SequencedMap<BlockOf, List<Wanted>> window = new LinkedHashMap<>();
    Reuse reuse = new Reuse(known, target.channel, run -> begin(() -> put(run), workers, running));
    for (Optional<Entry> entry = index.next(); entry.isPresent(); entry = index.next()) {
      long position = index.position() - entry.get().length();
      switch (entry.get()) {
        case Entry.Hole(long length) -> hole(target, position, length);
        case Entry.Data(ChunkRef chunk) -> {
          if (!reuse.take(chunk, position)) {
            want(chunk, position, window);
          }
          if (++chunks % WINDOW == 0) {
            start(window, target, workers, running);
            shown.at(index.position(), size);
          }
        }
      }
    }
    reuse.end();
    start(window, target, workers, running);
    while (!running.isEmpty()) {
      Workers.result(running.remove());
    }
    shown.at(size, size);
  }

  private boolean put(Reuse.Run run) throws IOException {
    Reuse.Amount put =
        run.put((chunk, position) -> writeOther(new Wanted(position, chunk, 0), run.into()));
    cloned.addAndGet(put.cloned());
    written.addAndGet(put.copied());
    syncSometimes(run.into());
    return true;
  }

  private void want(ChunkRef chunk, long position, Map<BlockOf, List<Wanted>> window)
      throws IOException {
    Packs.Found found = store.shelf().place(chunk.id());
    BlockOf block = new BlockOf(found.pack(), found.pack().blockOf(found.chunk()));
    window
        .computeIfAbsent(block, _ -> new ArrayList<>())
        .add(new Wanted(position, chunk, found.chunk()));
  }

  private void start(
      SequencedMap<BlockOf, List<Wanted>> window,
      Target target,
      Workers workers,
      Queue<Future<?>> running)
      throws IOException {
    for (Map.Entry<BlockOf, List<Wanted>> block : window.entrySet()) {
      Callable<Boolean> task =
          () -> {
            write(block.getKey(), block.getValue(), target);
            syncSometimes(target.channel);
            return true;
          };
      begin(task, workers, running);
    }
    window.clear();
  }

  private static void begin(Callable<Boolean> task, Workers workers, Queue<Future<?>> running)
      throws IOException {
    while (running.size() > workers.count()) {
      Workers.result(running.remove());
    }
    running.add(workers.start(task));
    if (Thread.interrupted()) {
      throw new InterruptedIOException("interrupted");
    }
  }

  /** One thread at a time tells the disk to write what has come; others go on. */
  private void syncSometimes(FileChannel channel) throws IOException {
    if (written.get() - synced.get() >= UNSYNCED && syncing.tryLock()) {
      try {
        synced.set(written.get());
        channel.force(false);
      } finally {
        syncing.unlock();
      }
    }
  }

  private void write(BlockOf block, List<Wanted> group, Target target) throws IOException {
    List<Wanted> wanted = group;
    if (target.old) {
      wanted = new ArrayList<>();
      for (Wanted one : group) {
        if (!target.holds(one)) {
          wanted.add(one);
        }
      }
    }
    if (wanted.isEmpty()) {
      return;
    }
    BlockReader known = readers.poll();
    BlockReader reader = known == null ? new BlockReader(store) : known;
    try {
      if (opens(reader, block)) {
        writeRuns(wanted, reader, target.channel);
      } else {
        for (Wanted one : wanted) {
          writeOther(one, target.channel);
        }
      }
    } finally {
      readers.add(reader);
    }
  }

  /** Whether the block is still there and can be decompressed. */
  private static boolean opens(BlockReader reader, BlockOf block) throws IOException {
    try {
      reader.open(block.pack, block.number);
      return true;
    } catch (NoSuchFileException | StoreException movedOrDamaged) {
      return false;
    }
  }

  /** What lies together in the block and in the file is written together. */
  private void writeRuns(List<Wanted> wanted, BlockReader reader, FileChannel channel)
      throws IOException {
    int start = 0;
    int length = 0;
    long position = 0;
    for (Wanted one : wanted) {
      int at;
      try {
        at = reader.chunk(one.number, one.chunk);
      } catch (StoreException damaged) {
        writeOther(one, channel);
        continue;
      }
      if (length > 0 && (at != start + length || one.position != position + length)) {
        write(channel, reader.bytes(), start, length, position);
        length = 0;
      }
      if (length == 0) {
        start = at;
        position = one.position;
      }
      length += one.chunk.length();
    }
    write(channel, reader.bytes(), start, length, position);
  }

  /** The chunk's copy in another pack: a collection has moved it, or the first one is damaged. */
  private void writeOther(Wanted wanted, FileChannel channel) throws IOException {
    byte[] bytes = store.read(wanted.chunk.id());
    if (bytes.length != wanted.chunk.length()) {
      throw StoreException.corrupt(
          "chunk " + wanted.chunk.id() + " has another length than the index says");
    }
    write(channel, bytes, 0, bytes.length, wanted.position);
  }

  /** In pieces, since the JDK copies each as a whole first. */
  private void write(FileChannel channel, byte[] bytes, int start, int length, long position)
      throws IOException {
    ByteBuffer buffer = ByteBuffer.wrap(bytes);
    for (int at = 0; at < length; ) {
      buffer.limit(start + Math.min(length, at + PIECE)).position(start + at);
      at += channel.write(buffer, position + at);
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
        write(target.channel, zeros, 0, piece, at);
      }
      at += piece;
    }
  }
}
