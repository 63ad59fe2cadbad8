package org.heddle.store;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;

/**
 * The file system with a fault at the n-th change. A crash lets half of a write through and nothing
 * after it, and what was not synced before is cut to half as well; a full disk refuses one change
 * and goes on.
 */
final class FaultyDisk implements Disk {
  enum Fault {
    CRASH,
    FULL
  }

  private final Fault fault;
  private final int at;
  private int changes;
  private boolean crashed;
  private final Map<Path, Integer> unsynced = new ConcurrentHashMap<>();
  private final Set<Path> synced = ConcurrentHashMap.newKeySet();

  FaultyDisk(Fault fault, int at) {
    this.fault = fault;
    this.at = at;
  }

  /** Whether the fault came. */
  synchronized boolean happened() {
    return changes > at;
  }

  /** True: this change fails. Deleting is not refused on a full disk. */
  private synchronized boolean fails(boolean needsRoom) {
    if (crashed) {
      return true;
    }
    if (fault == Fault.FULL && !needsRoom) {
      return false;
    }
    boolean now = changes++ == at;
    crashed = now && fault == Fault.CRASH;
    return now;
  }

  private void check(boolean needsRoom) throws IOException {
    if (fails(needsRoom)) {
      throw failure();
    }
  }

  private IOException failure() {
    return new IOException(fault == Fault.FULL ? "No space left on device" : "crash");
  }

  /** What the machine finds after the crash: files whose end never got to the disk. */
  synchronized void loseUnsynced() throws IOException {
    for (Map.Entry<Path, Integer> file : unsynced.entrySet()) {
      if (java.nio.file.Files.exists(file.getKey())) {
        try (var channel =
            java.nio.channels.FileChannel.open(
                file.getKey(), java.nio.file.StandardOpenOption.WRITE)) {
          channel.truncate(file.getValue() / 2);
        }
      }
    }
  }

  @Override
  public synchronized Output create(Path file) throws IOException {
    check(true);
    Output real = REAL.create(file);
    unsynced.put(file, 0);
    return new Output() {
      @Override
      public void write(ByteBuffer bytes) throws IOException {
        int length = bytes.remaining();
        if (fails(true)) {
          if (crashed) {
            real.write(bytes.slice(bytes.position(), length / 2));
          }
          throw failure();
        }
        unsynced.merge(file, length, Integer::sum);
        real.write(bytes);
      }

      @Override
      public void sync() throws IOException {
        check(true);
        unsynced.remove(file);
        synced.add(file);
      }

      @Override
      public void close() throws IOException {
        real.close();
      }
    };
  }

  @Override
  public synchronized void rename(Path from, Path to) throws IOException {
    check(true);
    if (!synced.contains(from)) {
      throw new AssertionError(from + " gets its name before it is on the disk");
    }
    REAL.rename(from, to);
  }

  @Override
  public synchronized void delete(Path file) throws IOException {
    check(false);
    REAL.delete(file);
  }

  @Override
  public void createFolder(Path folder) throws IOException {
    check(true);
    REAL.createFolder(folder);
  }

  @Override
  public void syncFolder(Path folder) throws IOException {
    check(true);
  }
}
