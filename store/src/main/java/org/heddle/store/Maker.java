package org.heddle.store;

import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.Future;
import org.jspecify.annotations.Nullable;

/**
 * Stores a file: read and cut, hashed, looked up, compressed and written at once, each step for
 * another part of the file. Memory is bounded by what is between the steps, whatever the file's
 * size.
 */
public final class Maker {
  private static final int FIRST_BLOCK = 1 << 20;

  private final StoreWriter writer;
  private final Progress progress;

  // Of the run.
  private final List<ChunkRef> blockChunks = new ArrayList<>();
  private final Queue<byte[]> free = new ConcurrentLinkedQueue<>();
  private final int blockBytes;
  private final Compressors compressors = new Compressors();
  private byte[] block = new byte[0];
  private int blockLength;
  private final Queue<Future<?>> compressing = new ArrayDeque<>();
  private @Nullable Twin twin;
  private @Nullable Deltas deltas;
  private int blockNumber;
  private long position;
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
  }

  /**
   * Stores a file and publishes its index. A file that is stored under the name already is only
   * read.
   *
   * @param replace whether another index of that name may be replaced
   * @throws StoreException conflict, where the file begins to differ from the one that has the name
   */
  public MakeReport make(Path file, String name, boolean replace) throws IOException {
    Names.check(name);
    long before = writer.bytesWritten();
    try (compressors;
        Workers workers = Workers.all();
        IndexWriter index = writer.indexWriter()) {
      try (FileChannel channel = FileChannel.open(file, StandardOpenOption.READ);
          Extents.Closing extents = Extents.of(file, channel);
          Twin there = replace ? null : writer.twin(name, channel.size())) {
        twin = there;
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
    cutter.each(workers, progress, batch -> lookUp(batch, workers, index));
    endBlock(workers);
    endDeltas(workers);
    finishCompressing();
  }

  private void finishCompressing() throws IOException {
    while (!compressing.isEmpty()) {
      Workers.result(compressing.remove());
    }
  }

  private void lookUp(Batch batch, Workers workers, IndexWriter index) throws IOException {
    for (int i = 0; i < batch.count(); i++) {
      Entry entry = batch.entry(i);
      index.add(entry);
      position += entry.length();
      if (entry instanceof Entry.Data(ChunkRef chunk)) {
        chunks++;
        if (twin != null) {
          twin.check(chunk, position);
        }
        if (!writer.has(chunk.id())) {
          take(chunk, batch.data, batch.start(i), workers);
        }
      }
    }
  }

  private void take(ChunkRef chunk, byte[] data, int start, Workers workers) throws IOException {
    writer.promise(chunk.id());
    newChunks++;
    newBytes += chunk.length();
    if (newChunks == 1 && writer.effort().deltas()) {
      learn(workers);
    }
    if (deltas != null && deltas.take(chunk, data, start, blockNumber)) {
      if (deltas.full()) {
        endDeltas(workers);
      }
      return;
    }
    if (blockLength + chunk.length() > blockBytes) {
      endBlock(workers);
    }
    if (blockLength + chunk.length() > block.length) {
      grow(blockLength + chunk.length());
    }
    System.arraycopy(data, start, block, blockLength, chunk.length());
    blockLength += chunk.length();
    blockChunks.add(chunk);
  }

  /** Only for a file of which something is new. */
  private void learn(Workers workers) throws IOException {
    Deltas known = writer.deltas();
    known.learn(workers);
    blockNumber = known.next();
    deltas = known;
  }

  /** What little is new of a file takes little memory. */
  private void grow(int least) {
    byte[] next = blockLength == 0 ? free.poll() : null;
    long wanted = newBytes < blockBytes / 2 ? Math.max(2L * least, FIRST_BLOCK) : blockBytes;
    block = next != null ? next : Arrays.copyOf(block, (int) Math.min(wanted, blockBytes));
  }

  private void endBlock(Workers workers) throws IOException {
    if (blockChunks.isEmpty()) {
      return;
    }
    byte[] data = block;
    List<ChunkRef> refs = List.copyOf(blockChunks);
    block = new byte[0];
    blockLength = 0;
    blockChunks.clear();
    int number = blockNumber;
    blockNumber = deltas == null ? 0 : deltas.next();
    compress(
        workers,
        compressor -> {
          Block made = compressor.block(data, refs, writer.effort(), ChunkId.NONE, null);
          if (deltas != null) {
            deltas.made(number, made.digest());
          }
          writer.append(made);
          free.add(data);
        });
  }

  /** Compresses what is like other blocks, when these can be read. */
  private void endDeltas(Workers workers) throws IOException {
    Deltas known = deltas;
    if (known == null) {
      return;
    }
    endBlock(workers);
    finishCompressing();
    writer.flush();
    for (Deltas.Group group : known.drain()) {
      compress(workers, compressor -> writer.append(known.compress(group, compressor)));
    }
  }

  private interface Compression {
    void run(Compressor compressor) throws IOException;
  }

  private void compress(Workers workers, Compression compression) throws IOException {
    compressing.add(
        workers.start(() -> {
          Compressor compressor = compressors.take();
          try {
            compression.run(compressor);
          } finally {
            compressors.giveBack(compressor);
          }
          return true;
        }));
    if (compressing.size() > workers.count()) {
      Workers.result(compressing.remove());
    }
  }
}
