package org.heddle.store.transfer;

import java.io.IOException;
import java.nio.file.NoSuchFileException;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.heddle.store.Block;
import org.heddle.store.ChunkId;
import org.heddle.store.ChunkRef;
import org.heddle.store.ChunkSource.Sink;
import org.heddle.store.Difference;
import org.heddle.store.Effort;
import org.heddle.store.Holding;
import org.heddle.store.Store;
import org.heddle.store.StoreException;
import org.jspecify.annotations.Nullable;

/**
 * Turns wanted chunks into blocks for the way: a block goes as it is stored when nearly all of it
 * is wanted, which costs no compression; else the wanted chunks of several blocks are compressed
 * together anew. Links are slower than compression, so few unwanted bytes are worth sending.
 */
final class Sender {
  private static final double NEARLY_ALL = 0.9;

  private final Store store;
  private final boolean strict;
  private final Sink sink;
  private final List<ChunkRef> loose = new ArrayList<>();

  /** What went in blocks as they are stored: a chunk may lie in several of them. */
  private final Set<ChunkId> sent = new HashSet<>();

  private int looseLength;

  private Sender(Store store, boolean strict, Sink sink) {
    this.store = store;
    this.strict = strict;
    this.sink = sink;
  }

  /**
   * Sends those of the chunks that are here.
   *
   * @param strict damaged chunks are a failure; else they count as not here
   */
  static void send(Store store, Collection<ChunkRef> wanted, boolean strict, Sink sink)
      throws IOException {
    Sender sender = new Sender(store, strict, sink);
    for (Holding holding : store.locate(wanted)) {
      sender.send(holding);
    }
    sender.flush();
  }

  /**
   * What chunks differ by from others, as far as both are here and not damaged.
   *
   * @param references that the receiver has
   */
  static Optional<Difference> differ(Store store, List<ChunkRef> wanted, List<ChunkRef> references)
      throws IOException {
    Set<ChunkRef> own = Set.copyOf(wanted);
    List<ChunkRef> here = wanted.stream().filter(chunk -> store.has(chunk.id())).toList();
    List<ChunkRef> base =
        references.stream().filter(chunk -> store.has(chunk.id()) && !own.contains(chunk)).toList();
    if (here.isEmpty() || base.isEmpty()) {
      return Optional.empty();
    }
    try {
      return Difference.of(store, here, base);
    } catch (StoreException damaged) {
      return Optional.empty();
    }
  }

  private void send(Holding holding) throws IOException {
    boolean asItIs =
        holding.reference().isEmpty() && holding.wantedLength() >= NEARLY_ALL * holding.rawLength();
    Block block = asItIs ? intact(holding) : null;
    if (block != null) {
      sink.accept(block);
      block.chunks().forEach(chunk -> sent.add(chunk.id()));
      return;
    }
    for (ChunkRef chunk : holding.wanted()) {
      if (looseLength + chunk.length() > Bounds.GATHERED) {
        flush();
      }
      loose.add(chunk);
      looseLength += chunk.length();
    }
  }

  private @Nullable Block intact(Holding holding) throws IOException {
    try {
      return store.block(holding.block());
    } catch (NoSuchFileException | StoreException movedOrDamaged) {
      return null;
    }
  }

  private void flush() throws IOException {
    List<ChunkRef> chunks = loose.stream().filter(chunk -> !sent.contains(chunk.id())).toList();
    loose.clear();
    looseLength = 0;
    if (chunks.isEmpty()) {
      return;
    }
    Block block;
    try {
      block = store.gather(chunks, Effort.FAST);
    } catch (StoreException damaged) {
      if (strict) {
        throw damaged;
      }
      List<ChunkRef> sound = chunks.stream().filter(this::readable).toList();
      if (sound.isEmpty()) {
        return;
      }
      block = store.gather(sound, Effort.FAST);
    }
    sink.accept(block);
  }

  private boolean readable(ChunkRef chunk) {
    try {
      return store.read(chunk.id()).length == chunk.length();
    } catch (IOException damaged) {
      return false;
    }
  }
}
