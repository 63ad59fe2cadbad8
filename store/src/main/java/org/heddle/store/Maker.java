package org.heddle.store;

import java.io.IOException;
import java.io.InterruptedIOException;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.Future;

/**
 * Stores a file: read and cut, hashed, looked up, compressed and written at once, each step for
 * another part of the file. Memory is bounded by what is between the steps, whatever the file's
 * size.
 */
public final class Maker {
  /** Batches of 4 MiB between reading and looking up. */
  private static final int BATCHES = 4;

  private final StoreWriter writer;
  private final Progress progress;

  // Of the run.
  private final List<ChunkRef> blockChunks = new ArrayList<>();
  private final Queue<byte[]> free = new ConcurrentLinkedQueue<>();
  private final int blockBytes;
  private byte[] block;
  private int blockLength;
  private final Queue<Future<Block>> compressing = new ArrayDeque<>();
  private long chunks;
  private long newChunks;
  private long newBytes;

  /** Makes one file. */
  public Maker(StoreWriter writer, Progress progress) {
    this(writer, progress, Limits.BLOCK);
  }

  /**
   * Makes one file with less memory.
   *
   * @param blockBytes what is compressed together, from one chunk to {@link Limits#BLOCK}: this
   *     many bytes are held twice for each core
   */
  public Maker(StoreWriter writer, Progress progress, int blockBytes) {
    if (blockBytes < Limits.CHUNK || blockBytes > Limits.BLOCK) {
      throw new IllegalArgumentException("bytes of a block: " + blockBytes);
    }
    this.writer = writer;
    this.progress = progress;
    this.blockBytes = blockBytes;
    this.block = new byte[blockBytes];
  }

  /**
   * Stores a file and publishes its index.
   *
   * @param replace whether another index of that name may be replaced
   */
  public MakeReport make(Path file, String name, boolean replace) throws IOException {
    Names.check(name);
    long before = writer.bytesWritten();
    try (Workers workers = Workers.all();
        IndexWriter index = writer.indexWriter()) {
      try (FileChannel channel = FileChannel.open(file, StandardOpenOption.READ);
          Extents.Closing extents = Extents.of(file, channel)) {
        run(new Cutter(channel, extents), workers, index);
      }
      try (IndexDraft draft = writer.draft(index)) {
        NamedIndex named = writer.publish(name, draft, replace);
        long stored = writer.bytesWritten() - before;
        return new MakeReport(named, stored, chunks, newChunks, newBytes);
      }
    }
  }

  private void run(Cutter cutter, Workers workers, IndexWriter index) throws IOException {
    Queue<Future<Batch>> hashing = new ArrayDeque<>();
    long done = 0;
    while (true) {
      if (Thread.interrupted()) {
        throw new InterruptedIOException("interrupted");
      }
      Batch next = cutter.next();
      if (next == null) {
        break;
      }
      hashing.add(workers.start(next::hash));
      if (hashing.size() > BATCHES) {
        done += lookUp(Workers.result(hashing.remove()), cutter, workers, index);
        progress.at(done, cutter.size());
      }
    }
    while (!hashing.isEmpty()) {
      done += lookUp(Workers.result(hashing.remove()), cutter, workers, index);
      progress.at(done, cutter.size());
    }
    endBlock(workers);
    while (!compressing.isEmpty()) {
      writer.append(Workers.result(compressing.remove()));
    }
  }

  private long lookUp(Batch batch, Cutter cutter, Workers workers, IndexWriter index)
      throws IOException {
    long bytes = 0;
    for (int i = 0; i < batch.count(); i++) {
      Entry entry = batch.entry(i);
      index.add(entry);
      bytes += entry.length();
      if (entry instanceof Entry.Data(ChunkRef chunk)) {
        chunks++;
        if (!writer.has(chunk.id())) {
          take(chunk, batch.data, batch.start(i), workers);
        }
      }
    }
    cutter.release(batch);
    return bytes;
  }

  private void take(ChunkRef chunk, byte[] data, int start, Workers workers) throws IOException {
    if (blockLength + chunk.length() > block.length) {
      endBlock(workers);
    }
    System.arraycopy(data, start, block, blockLength, chunk.length());
    blockLength += chunk.length();
    blockChunks.add(chunk);
    writer.promise(chunk.id());
    newChunks++;
    newBytes += chunk.length();
  }

  private void endBlock(Workers workers) throws IOException {
    if (blockChunks.isEmpty()) {
      return;
    }
    byte[] data = block;
    List<ChunkRef> refs = List.copyOf(blockChunks);
    byte[] next = free.poll();
    block = next == null ? new byte[blockBytes] : next;
    blockLength = 0;
    blockChunks.clear();
    compressing.add(
        workers.start(() -> {
          Block made = Block.of(data, refs, writer.effort());
          free.add(data);
          return made;
        }));
    if (compressing.size() > workers.count() + 1) {
      writer.append(Workers.result(compressing.remove()));
    }
  }
}
