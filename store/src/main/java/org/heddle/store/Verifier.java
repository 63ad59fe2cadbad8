package org.heddle.store;

import java.io.IOException;
import java.io.InterruptedIOException;
import java.nio.channels.ClosedChannelException;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.Queue;
import java.util.Set;
import java.util.concurrent.Future;

/**
 * Reads everything that a store holds and checks every bit of it: packs against the digests of
 * their tables and blocks, blocks' chunks against their names, indexes against the digests of their
 * sections; then says which indexes are hurt.
 */
public final class Verifier {
  /** How often it is looked again for what is missing. */
  private static final int LOOKS = 2;

  private final Store store;
  private final Progress progress;

  public Verifier(Store store, Progress progress) {
    this.store = store;
    this.progress = progress;
  }

  /**
   * An index that cannot be extracted.
   *
   * @param chunks chunks of it that are missing or damaged; 0: the index itself is damaged
   * @param bytes bytes of the file that are in these
   */
  public record Hurt(String name, long chunks, long bytes, String reason) {}

  /**
   * What was found.
   *
   * @param blocks blocks read
   * @param bytes bytes read
   * @param damage what is damaged, one line each, with its file
   * @param packs file names of damaged packs
   * @param hurt indexes that need something damaged or missing
   */
  public record Report(
      long blocks, long bytes, List<String> damage, Set<String> packs, List<Hurt> hurt) {
    public Report {
      damage = List.copyOf(damage);
      packs = Set.copyOf(packs);
      hurt = List.copyOf(hurt);
    }

    public boolean sound() {
      return damage.isEmpty() && hurt.isEmpty();
    }
  }

  private record Checked(PackFile pack, int block, String damage) {}

  /** Chunks of a sound block; the names of a damaged one are forgotten. */
  private static final class Findings {
    private long blocks;
    private long bytes;
    private final List<String> damage = new ArrayList<>();
    private final Set<String> packs = new HashSet<>();
    private final Set<ChunkId> lost = new HashSet<>();
    private final Set<ChunkId> suspects = new HashSet<>();
  }

  public Report verify() throws IOException {
    store.refresh();
    Findings found = new Findings();
    List<PackFile> packs = reopen(found);
    long whole = packs.stream().mapToLong(PackFile::size).sum();
    try (Workers workers = Workers.all()) {
      Queue<Future<Checked>> running = new ArrayDeque<>();
      for (PackFile pack : packs) {
        for (int i = 0; i < pack.blockCount(); i++) {
          int number = i;
          running.add(workers.start(() -> check(pack, number)));
          if (running.size() > 2 * workers.count()) {
            take(Workers.result(running.remove()), found);
            progress.at(found.bytes, whole);
          }
        }
      }
      while (!running.isEmpty()) {
        take(Workers.result(running.remove()), found);
      }
    }
    findCopies(packs, found);
    return new Report(found.blocks, found.bytes, found.damage, found.packs, hurt(found));
  }

  /** From the disk, not from what this process has mapped. */
  private List<PackFile> reopen(Findings found) throws IOException {
    List<PackFile> packs = new ArrayList<>();
    for (Path file : Session.list(store.layout.packs())) {
      String name = String.valueOf(file.getFileName());
      try {
        packs.add(PackFile.open(file));
      } catch (NoSuchFileException deletedMeanwhile) {
        // A collection has moved what was needed of it.
      } catch (IOException broken) {
        found.damage.add(unlessStopped(broken));
        found.packs.add(name);
      }
    }
    for (PackFile loaded : store.packFiles()) {
      if (found.packs.contains(loaded.name())) {
        lose(loaded, found);
      }
    }
    return packs;
  }

  private static void lose(PackFile pack, Findings found) {
    for (int c = 0; c < pack.chunkCount(); c++) {
      found.suspects.add(pack.chunk(c));
    }
  }

  private Checked check(PackFile pack, int number) throws IOException {
    try {
      Block block = pack.read(number);
      block.open(store.shelf().referenced(block));
      return new Checked(pack, number, "");
    } catch (NoSuchFileException deletedMeanwhile) {
      return new Checked(pack, number, "");
    } catch (IOException broken) {
      String what = "block " + number + " of " + pack.path();
      String why = unlessStopped(broken);
      // Who reads a block says that it is to be verified: that is what goes on.
      String damage = why.startsWith(what) ? what + " is damaged" : what + ": " + why;
      return new Checked(pack, number, damage);
    }
  }

  /** A disk that cannot be read is damaged too; to be interrupted is not. */
  private static String unlessStopped(IOException broken) throws IOException {
    if (broken instanceof ClosedChannelException || broken instanceof InterruptedIOException) {
      throw broken;
    }
    return Objects.requireNonNullElse(broken.getMessage(), broken.toString());
  }

  private static void take(Checked checked, Findings found) throws StoreException {
    PackFile.Placed block = checked.pack.block(checked.block);
    found.blocks++;
    found.bytes += block.stored();
    if (!checked.damage.isEmpty()) {
      found.damage.add(checked.damage);
      found.packs.add(checked.pack.name());
      for (int c = block.firstChunk(); c < block.firstChunk() + block.chunks(); c++) {
        found.suspects.add(checked.pack.chunk(c));
      }
    }
  }

  /** A chunk is lost unless there is a copy of it in another, sound pack. */
  private static void findCopies(List<PackFile> packs, Findings found) {
    Packs sound = new Packs();
    packs.stream().filter(pack -> !found.packs.contains(pack.name())).forEach(sound::add);
    for (ChunkId chunk : found.suspects) {
      if (sound.find(chunk, Set.of()) == null) {
        found.lost.add(chunk);
      }
    }
  }

  private List<Hurt> hurt(Findings found) throws IOException {
    List<Hurt> hurt = new ArrayList<>();
    for (String name : store.names()) {
      try {
        Optional<Hurt> one = hurt(name, found);
        for (int i = 0; i < LOOKS && one.isPresent(); i++) {
          // Others may have published, replaced or moved something since packs were listed.
          store.refresh();
          one = hurt(name, found);
        }
        one.ifPresent(hurt::add);
      } catch (IOException broken) {
        if (!(broken instanceof StoreException known)
            || known.kind() != StoreException.Kind.NOT_FOUND) {
          found.damage.add("index " + store.indexFile(name) + ": " + unlessStopped(broken));
          hurt.add(new Hurt(name, 0, 0, "the index itself is damaged"));
        }
      }
    }
    return hurt;
  }

  private Optional<Hurt> hurt(String name, Findings found) throws IOException {
    long chunks = 0;
    long bytes = 0;
    try (IndexReader index = store.index(name)) {
      Optional<ChunkRef> next = index.nextChunk();
      for (; next.isPresent(); next = index.nextChunk()) {
        ChunkRef chunk = next.get();
        if (found.lost.contains(chunk.id()) || !isHere(chunk)) {
          chunks++;
          bytes += chunk.length();
        }
      }
    }
    return chunks == 0
        ? Optional.empty()
        : Optional.of(new Hurt(name, chunks, bytes, "chunks of it are damaged or missing"));
  }

  private boolean isHere(ChunkRef chunk) throws StoreException {
    Packs.Found found = store.find(chunk.id(), Set.of());
    return found != null && found.length() == chunk.length();
  }
}
