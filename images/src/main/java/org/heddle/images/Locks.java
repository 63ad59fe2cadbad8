package org.heddle.images;

import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.HashSet;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.TimeUnit;

/**
 * Locks by name that hold between the threads of this process and between processes; the system
 * ends those of a process that ends. Within one process the system's file locks do not tell threads
 * apart, so there is one table for all farms of the process.
 */
final class Locks {
  private static final long POLL_MS = 25;
  private static final Set<Path> HELD = new HashSet<>();

  private Locks() {}

  /** Ends with the lock. */
  interface Held extends AutoCloseable {
    @Override
    void close() throws IOException;
  }

  /** Waits until nobody else has the lock. */
  static Held exclusive(Path file) throws IOException, InterruptedException {
    Path key = file.toAbsolutePath().normalize();
    synchronized (HELD) {
      while (!HELD.add(key)) {
        HELD.wait();
      }
    }
    try {
      return lock(key);
    } catch (IOException | InterruptedException | RuntimeException failed) {
      release(key);
      throw failed;
    }
  }

  /** The lock if nobody has it. */
  static Optional<Held> tryExclusive(Path file) throws IOException {
    Path key = file.toAbsolutePath().normalize();
    synchronized (HELD) {
      if (!HELD.add(key)) {
        return Optional.empty();
      }
    }
    FileChannel channel = null;
    boolean held = false;
    try {
      channel = open(key);
      held = channel.tryLock() != null;
      return held ? Optional.of(holding(key, channel)) : Optional.empty();
    } finally {
      if (!held) {
        release(key);
        if (channel != null) {
          channel.close();
        }
      }
    }
  }

  private static FileChannel open(Path key) throws IOException {
    return FileChannel.open(key, StandardOpenOption.CREATE, StandardOpenOption.WRITE);
  }

  private static Held lock(Path key) throws IOException, InterruptedException {
    FileChannel channel = open(key);
    try {
      FileLock lock = channel.tryLock();
      while (lock == null) {
        TimeUnit.MILLISECONDS.sleep(POLL_MS);
        lock = channel.tryLock();
      }
      return holding(key, channel);
    } catch (IOException | InterruptedException | RuntimeException failed) {
      channel.close();
      throw failed;
    }
  }

  private static Held holding(Path key, FileChannel channel) {
    return () -> {
      try {
        channel.close();
      } finally {
        release(key);
      }
    };
  }

  private static void release(Path key) {
    synchronized (HELD) {
      HELD.remove(key);
      HELD.notifyAll();
    }
  }
}
