package org.heddle.store;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/**
 * Old files, cut and hashed as a store does: finds where in them a chunk lies. Takes 45 to 51 bytes
 * for each of their chunks, outside the Java heap. Finding is for one thread; reading for any.
 */
final class OldFiles implements AutoCloseable {
  private static final int LONGS = 4;

  /** No two files meet at an address, and blocks of any size begin where they do in the file. */
  private static final long GAP = 1 << 20;

  private final List<OldFile> files = new ArrayList<>();
  private final List<Long> begins = new ArrayList<>();
  private final Longs digests = new Longs();
  private final Longs addresses = new Longs();
  private final Slots slots = new Slots(number -> digests.get((long) LONGS * number));
  private long end;

  /** Where a chunk lies: in which file, and where in it. */
  record Place(OldFile file, long position) {}

  /**
   * Reads old files.
   *
   * @param into the new file, which exists
   */
  static OldFiles read(List<Path> paths, Path into, Workers workers, Progress progress)
      throws IOException {
    OldFiles old = new OldFiles();
    boolean done = false;
    try {
      for (Path path : paths) {
        old.files.add(OldFile.open(path, into));
      }
      long before = 0;
      for (OldFile file : old.files) {
        old.begins.add(old.end);
        Progress part = progress.part(before, old.bytes() - before - file.size());
        file.cutter().each(workers, part, old::learn);
        old.end = (old.end + 2 * GAP) / GAP * GAP;
        before += file.size();
      }
      done = true;
      return old;
    } finally {
      if (!done) {
        old.close();
      }
    }
  }

  /** Bytes of all of them. */
  long bytes() throws IOException {
    long bytes = 0;
    for (OldFile file : files) {
      bytes += file.size();
    }
    return bytes;
  }

  private void learn(Batch batch) {
    for (int i = 0; i < batch.count(); i++) {
      Entry entry = batch.entry(i);
      if (entry instanceof Entry.Data(ChunkRef chunk)) {
        add(chunk.id());
      }
      end += entry.length();
    }
  }

  /** Every chunk has a number, one that was there before too: those of a run follow each other. */
  private void add(ChunkId chunk) {
    int number = (int) addresses.size();
    boolean known = first(chunk) >= 0;
    digests.add(chunk.a());
    digests.add(chunk.b());
    digests.add(chunk.c());
    digests.add(chunk.d());
    addresses.add(end);
    if (!known) {
      slots.add(number);
    }
  }

  /**
   * The number of a chunk, negative if there is none.
   *
   * @param like the number of one that is best, if it is that chunk
   */
  int find(ChunkId chunk, int like) {
    return like < addresses.size() && same(like, chunk) ? like : first(chunk);
  }

  private int first(ChunkId chunk) {
    for (long at = slots.begin(chunk.a()); slots.at(at) >= 0; at = slots.next(at)) {
      if (same(slots.at(at), chunk)) {
        return slots.at(at);
      }
    }
    return -1;
  }

  private boolean same(int number, ChunkId chunk) {
    long first = (long) LONGS * number;
    return digests.get(first) == chunk.a()
        && digests.get(first + 1) == chunk.b()
        && digests.get(first + 2) == chunk.c()
        && digests.get(first + 3) == chunk.d();
  }

  /** Where a chunk lies among all files; one that follows another in a file follows it here. */
  long address(int number) {
    return addresses.get(number);
  }

  /** What lies at an address. */
  Place place(long address) {
    int file = files.size() - 1;
    while (begins.get(file) > address) {
      file--;
    }
    return new Place(files.get(file), address - begins.get(file));
  }

  @Override
  public void close() throws IOException {
    for (OldFile file : files) {
      file.close();
    }
  }
}
