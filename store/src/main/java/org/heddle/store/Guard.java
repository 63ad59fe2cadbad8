package org.heddle.store;

import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentMap;
import java.util.concurrent.Semaphore;

/**
 * Keeps a file to oneself, against other processes and against other threads of this one.
 *
 * <p>The static table is needed because a file lock belongs to the whole process: the system knows
 * nothing of our threads, and closing any channel of the file gives the lock away.
 */
final class Guard implements AutoCloseable {
  private static final ConcurrentMap<Path, Semaphore> IN_THIS_PROCESS = new ConcurrentHashMap<>();

  private final Path real;
  private final Semaphore mine;
  private final FileChannel channel;

  private Guard(Path real, Semaphore mine, FileChannel channel) {
    this.real = real;
    this.mine = mine;
    this.channel = channel;
  }

  /** Waits until nobody else has it. */
  static Guard take(Path file) throws IOException {
    Path real = real(file);
    Semaphore mine = of(real);
    mine.acquireUninterruptibly();
    return locked(real, mine, true).orElseThrow();
  }

  /** Empty when someone else has it. */
  static Optional<Guard> tryTake(Path file) throws IOException {
    Path real = real(file);
    Semaphore mine = of(real);
    return mine.tryAcquire() ? locked(real, mine, false) : Optional.empty();
  }

  private static Path real(Path file) throws IOException {
    Path folder = file.toAbsolutePath().getParent();
    return folder != null ? folder.toRealPath().resolve(String.valueOf(file.getFileName())) : file;
  }

  private static Semaphore of(Path real) {
    return IN_THIS_PROCESS.computeIfAbsent(real, _ -> new Semaphore(1));
  }

  private static Optional<Guard> locked(Path file, Semaphore mine, boolean wait)
      throws IOException {
    FileChannel channel = null;
    boolean done = false;
    try {
      channel = FileChannel.open(file, StandardOpenOption.CREATE, StandardOpenOption.WRITE);
      FileLock lock = wait ? channel.lock() : channel.tryLock();
      done = lock != null;
      return done ? Optional.of(new Guard(file, mine, channel)) : Optional.empty();
    } finally {
      if (!done) {
        if (channel != null) {
          channel.close();
        }
        mine.release();
      }
    }
  }

  /** For a file that nobody will take again: gives it away and forgets it. */
  void forget() throws IOException {
    IN_THIS_PROCESS.remove(real, mine);
    close();
  }

  @Override
  public void close() throws IOException {
    try {
      channel.close();
    } finally {
      mine.release();
    }
  }
}
