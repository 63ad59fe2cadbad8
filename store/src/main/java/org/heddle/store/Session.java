package org.heddle.store;

import java.io.IOException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.UUID;

/**
 * Says to other processes that someone adds to the store: a locked file, which the system unlocks
 * when its process ends, however that ends. Temporary files carry their session's name.
 */
final class Session implements AutoCloseable {
  private final Layout layout;
  private final String name;
  private final Guard guard;
  private int files;

  private Session(Layout layout, String name, Guard guard) {
    this.layout = layout;
    this.name = name;
    this.guard = guard;
  }

  /** Begins one. Waits for short steps of others only. */
  static Session begin(Layout layout) throws IOException {
    try (Guard _ = Guard.take(layout.lock())) {
      // Names sort by age, as far as the clock goes forward; any order that all see will do.
      String name = "%012x-%s".formatted(System.currentTimeMillis(), UUID.randomUUID());
      return new Session(layout, name, Guard.take(layout.sessions().resolve(name)));
    }
  }

  String name() {
    return name;
  }

  synchronized Path temporary(String kind) {
    return layout.temporary().resolve(name + "." + files++ + "." + kind);
  }

  /** Bytes of what sessions that began before this one have not finished. */
  long bytesOfOlder() throws IOException {
    long sum = 0;
    for (Path file : list(layout.temporary())) {
      if (owner(file).compareTo(name) < 0) {
        sum += sizeOrZero(file);
      }
    }
    return sum;
  }

  private static String owner(Path temporary) {
    return String.valueOf(temporary.getFileName()).split("\\.", 2)[0];
  }

  static long sizeOrZero(Path file) throws IOException {
    try {
      return Files.size(file);
    } catch (NoSuchFileException goneMeanwhile) {
      return 0;
    }
  }

  /** The names of sessions that go on; takes away what ended ones left. */
  static List<String> living(Layout layout, Disk disk) throws IOException {
    try (Guard _ = Guard.take(layout.lock())) {
      List<String> living = new ArrayList<>();
      for (Path file : list(layout.sessions())) {
        Optional<Guard> free = Guard.tryTake(file);
        if (free.isEmpty()) {
          living.add(String.valueOf(file.getFileName()));
        } else {
          disk.delete(file);
          free.get().forget();
        }
      }
      for (Path file : list(layout.temporary())) {
        if (!living.contains(owner(file))) {
          disk.delete(file);
        }
      }
      return living;
    }
  }

  static List<Path> list(Path folder) throws IOException {
    List<Path> files = new ArrayList<>();
    try (DirectoryStream<Path> stream = Files.newDirectoryStream(folder)) {
      stream.forEach(files::add);
    }
    files.sort(null);
    return files;
  }

  @Override
  public void close() throws IOException {
    try (Guard _ = Guard.take(layout.lock())) {
      Files.deleteIfExists(layout.sessions().resolve(name));
    } finally {
      guard.forget();
    }
  }
}
