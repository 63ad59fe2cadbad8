package org.heddle.store;

import java.io.IOException;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** Reads chunks and blocks of a store, also while a collection moves them. Safe for threads. */
final class Shelf {
  private final Path folder;
  private final PackSet packs;
  private final BlockCache cache;

  Shelf(Path folder, PackSet packs, BlockCache cache) {
    this.folder = folder;
    this.packs = packs;
    this.cache = cache;
  }

  /**
   * Reads a chunk, checked. Decompresses its whole block, which is remembered for the next ones.
   *
   * @throws StoreException not found, or corrupt when its bytes are not what its name says
   */
  byte[] read(ChunkId chunk) throws IOException {
    try {
      return readAnyCopy(chunk);
    } catch (StoreException gone) {
      // A collection or a repair may have written it to another pack since the packs were listed.
      packs.refresh();
      return readAnyCopy(chunk);
    }
  }

  /** A damaged copy must not hide a good one. */
  private byte[] readAnyCopy(ChunkId id) throws IOException {
    Set<String> tried = new HashSet<>();
    IOException damage = null;
    for (Packs.Found found = packs.find(id, tried); found != null; found = packs.find(id, tried)) {
      try {
        PackFile.Slice slice = found.pack().slice(found.chunk());
        return checked(id, raw(found.pack(), slice.block()), slice);
      } catch (NoSuchFileException moved) {
        tried.add(found.pack().name());
      } catch (IOException damaged) {
        damage = damage == null ? damaged : damage;
        tried.add(found.pack().name());
      }
    }
    throw damage == null ? StoreException.notFound("chunk " + id + " is not in " + folder) : damage;
  }

  static byte[] checked(ChunkId id, byte[] raw, PackFile.Slice slice) throws StoreException {
    if (!ChunkId.hash(raw, slice.start(), slice.length()).equals(id)) {
      throw StoreException.corrupt("chunk " + id + " has other bytes than its name says");
    }
    return java.util.Arrays.copyOfRange(raw, slice.start(), slice.start() + slice.length());
  }

  /** Where a chunk is; looks again if it is not where it was. */
  Packs.Found place(ChunkId chunk) throws IOException {
    Packs.Found found = packs.find(chunk, Set.of());
    if (found == null) {
      packs.refresh();
      found = packs.find(chunk, Set.of());
    }
    if (found == null) {
      throw StoreException.notFound("chunk " + chunk + " is not in " + folder);
    }
    return found;
  }

  /** The bytes of a block, from memory if it was read just now; its chunks are unchecked. */
  byte[] raw(PackFile pack, int number) throws IOException {
    PackFile.Placed placed = pack.block(number);
    byte[] known = cache.get(placed.digest());
    if (known != null && known.length == placed.raw()) {
      return known;
    }
    Block block = pack.read(number);
    byte[] raw = new byte[block.rawLength()];
    byte[] reference = referenced(pack, number);
    block.codec.decode(block.stored, block.storedLength(), raw, raw.length, reference);
    cache.put(placed.digest(), raw);
    return raw;
  }

  /** The bytes that a block refers to; null when it refers to none. */
  byte @Nullable [] referenced(Block block) throws IOException {
    Optional<ChunkId> reference = block.reference();
    return reference.isEmpty() ? null : referenced(reference.get());
  }

  byte @Nullable [] referenced(PackFile pack, int number) throws IOException {
    PackFile.Placed placed = pack.block(number);
    return placed.codec() == Codec.ZSTD_WITH_REFERENCE ? referenced(placed.reference()) : null;
  }

  private byte[] referenced(ChunkId reference) throws IOException {
    byte[] known = cache.get(reference);
    if (known != null) {
      return known;
    }
    Packs.FoundBlock found = packs.findBlock(reference);
    if (found == null) {
      throw StoreException.notFound("a block refers to " + reference + ", which is not here");
    }
    if (found.pack().block(found.block()).codec() == Codec.ZSTD_WITH_REFERENCE) {
      throw StoreException.malformed("a block refers to one that refers to another itself");
    }
    return raw(found.pack(), found.block());
  }

  /**
   * Which blocks hold these chunks. A chunk that is not here is left out.
   *
   * @return in the order of the first wanted chunk of each
   */
  List<Holding> locate(Collection<ChunkRef> wanted) throws IOException {
    Map<ChunkId, Gathering> blocks = new LinkedHashMap<>();
    for (ChunkRef chunk : wanted) {
      Packs.Found found = packs.find(chunk.id(), Set.of());
      if (found != null) {
        PackFile pack = found.pack();
        int number = pack.blockOf(found.chunk());
        blocks
            .computeIfAbsent(pack.block(number).digest(), _ -> new Gathering(pack, number))
            .add(found.chunk(), chunk);
      }
    }
    List<Holding> holdings = new ArrayList<>();
    for (Gathering gathering : blocks.values()) {
      holdings.add(gathering.holding());
    }
    return holdings;
  }

  /**
   * Reads a block as it is stored, checked against its digest but not opened.
   *
   * @throws StoreException not found, or corrupt
   */
  Block block(ChunkId digest) throws IOException {
    Packs.FoundBlock found = packs.findBlock(digest);
    try {
      if (found != null) {
        return found.pack().read(found.block());
      }
    } catch (NoSuchFileException moved) {
      // A collection has written it anew; or it is gone.
    }
    packs.refresh();
    found = packs.findBlock(digest);
    if (found == null) {
      throw StoreException.notFound("block " + digest + " is not in " + folder);
    }
    return found.pack().read(found.block());
  }

  /** Compresses chunks of this store into a new block, which refers to no other. */
  Block gather(List<ChunkRef> chunks, Effort effort) throws IOException {
    return Block.of(join(chunks), chunks, effort);
  }

  /** The bytes of chunks, one after the other: {@link Limits#BLOCK} at most. */
  byte[] join(List<ChunkRef> chunks) throws IOException {
    byte[] data = new byte[Block.bounded("raw length", Block.length(chunks), Limits.BLOCK)];
    int at = 0;
    for (ChunkRef chunk : chunks) {
      byte[] bytes = read(chunk.id());
      if (bytes.length != chunk.length()) {
        throw StoreException.corrupt(
            "chunk " + chunk.id() + " has " + bytes.length + " bytes, not " + chunk.length());
      }
      System.arraycopy(bytes, 0, data, at, bytes.length);
      at += bytes.length;
    }
    return data;
  }

  /**
   * A block goes out as it is stored when at least half of it is wanted; what is damaged is left
   * out.
   */
  void fetch(Collection<ChunkRef> wanted, ChunkSource.Sink sink) throws IOException {
    for (Holding holding : locate(wanted)) {
      boolean whole =
          holding.reference().isEmpty() && holding.wantedLength() * 2L >= holding.rawLength();
      Block block = whole ? intact(holding.block()) : null;
      block = block == null ? gatherSound(holding.wanted()) : block;
      if (block != null) {
        sink.accept(block);
      }
    }
  }

  /** Those that are not damaged; null when none is left. */
  private @Nullable Block gatherSound(List<ChunkRef> wanted) throws IOException {
    try {
      return gather(wanted, Effort.FAST);
    } catch (StoreException damaged) {
      List<ChunkRef> sound = wanted.stream().filter(this::readable).toList();
      return sound.isEmpty() ? null : gather(sound, Effort.FAST);
    }
  }

  private boolean readable(ChunkRef chunk) {
    try {
      return read(chunk.id()).length == chunk.length();
    } catch (IOException damaged) {
      return false;
    }
  }

  /** Null when a collection has moved it, or it is damaged: perhaps not all of its chunks are. */
  private @Nullable Block intact(ChunkId block) throws IOException {
    try {
      return block(block);
    } catch (NoSuchFileException | StoreException gone) {
      return null;
    }
  }
}
