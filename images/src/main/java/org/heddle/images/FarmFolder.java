package org.heddle.images;

import java.io.IOException;
import java.io.InputStream;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.ConcurrentHashMap;
import java.util.stream.Stream;

/**
 * Where the farm keeps what. What can be seen under its final name is complete; what is being made
 * lies in {@code work}, in a folder that its maker holds a lock on, so that what a killed maker
 * left is known and taken away by the next.
 *
 * <pre>
 * stages/DIGEST/    tree, stage.json, log
 * images/DIGEST/    image.json, build.json, its files
 * names/NAME        the digest of the last image of that name
 * lists/, packages/ what apt fetched
 * store/            content store of the images' disks
 * keys/             what images are signed with
 * locks/, work/, empty/, mirrors, sandbox.pl
 * </pre>
 */
final class FarmFolder {
  /**
   * Locks of work of this process, by name. They must not be looked at: POSIX gives up a process's
   * locks of a file with the first descriptor of it that the process closes.
   */
  private static final Set<Path> OWN = ConcurrentHashMap.newKeySet();

  private final Path root;
  private volatile String network = "";
  private volatile Room room = Room.ENDLESS;

  FarmFolder(Path root) {
    this.root = root.toAbsolutePath().normalize();
  }

  void make() throws IOException, FarmException {
    if (root.toString().matches(".*[:,\\\\\\s].*")) {
      throw FarmException.invalid(
          "the farm's folder cannot have ':', ',', '\\' or a blank in its path: " + root);
    }
    if (!Files.isDirectory(root)) {
      Files.createDirectories(root.getParent());
      Files.createDirectory(
          root, PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rwx------")));
    }
    for (String part :
        List.of("stages", "images", "names", "lists", "packages", "locks", "work", "empty")) {
      Files.createDirectories(root.resolve(part));
    }
    Path script = root.resolve("sandbox.pl");
    try (InputStream in = FarmFolder.class.getResourceAsStream("sandbox.pl")) {
      byte[] text = java.util.Objects.requireNonNull(in, "sandbox.pl").readAllBytes();
      if (!Files.exists(script) || !java.util.Arrays.equals(text, Files.readAllBytes(script))) {
        Path fresh = Files.createTempFile(root, "sandbox", ".new");
        Files.write(fresh, text);
        Files.move(fresh, script, StandardCopyOption.ATOMIC_MOVE);
      }
    }
  }

  /** Packages are fetched in the network namespace of that file; "": in this process's own. */
  void downloadIn(String namespace) {
    network = namespace;
  }

  /** What is complete asks there before it comes to stay. */
  void room(Room bounded) {
    room = bounded;
  }

  Room room() {
    return room;
  }

  /** The words of a program that is to fetch something. */
  List<String> online(List<String> words) {
    if (network.isEmpty()) {
      return words;
    }
    List<String> there = new ArrayList<>(List.of("nsenter", "--net=" + network, "--"));
    there.addAll(words);
    return there;
  }

  Path root() {
    return root;
  }

  Path stages() {
    return root.resolve("stages");
  }

  Path images() {
    return root.resolve("images");
  }

  Path names() {
    return root.resolve("names");
  }

  Path lists() {
    return root.resolve("lists");
  }

  Path packages() {
    return root.resolve("packages");
  }

  /** Logs of what failed. */
  Path failed() {
    return root.resolve("failed");
  }

  /** The lock of all that was fetched for one suite, by a file of it or its folder. */
  Path lockOf(Path fetched) {
    Path below = packages().relativize(fetched.normalize());
    boolean flat = below.getNameCount() < 2 && !Files.isDirectory(fetched);
    return locks().resolve("packages-" + (flat ? "" : below.getName(0)));
  }

  Path locks() {
    return root.resolve("locks");
  }

  Path store() {
    return root.resolve("store");
  }

  /** What this machine's apt has said of its mirrors. */
  Path mirrors() {
    return root.resolve("mirrors");
  }

  Path keys() {
    return root.resolve("keys");
  }

  Path empty() {
    return root.resolve("empty");
  }

  Path sandbox() {
    return root.resolve("sandbox.pl");
  }

  Path workFolder() {
    return root.resolve("work");
  }

  /** A folder for something that is being made; goes away when closed. */
  Work work() throws IOException {
    String name = UUID.randomUUID().toString();
    Path lock = workFolder().resolve(name + ".lock");
    OWN.add(lock.getFileName());
    FileChannel channel =
        FileChannel.open(lock, StandardOpenOption.CREATE, StandardOpenOption.WRITE);
    FileLock held = channel.lock();
    Path folder = Files.createDirectory(workFolder().resolve(name));
    return new Work(folder, lock, channel, held);
  }

  /** A folder in work, with the lock that says that its maker lives. */
  record Work(Path folder, Path lock, FileChannel channel, FileLock held) implements AutoCloseable {
    @Override
    public void close() throws IOException {
      delete(folder);
      Files.deleteIfExists(lock);
      channel.close();
      OWN.remove(lock.getFileName());
    }
  }

  /** When those began that are making something now. */
  List<Instant> begun() throws IOException {
    List<Instant> times = new ArrayList<>();
    for (Path lock : workLocks()) {
      try {
        times.add(Files.getLastModifiedTime(lock).toInstant());
      } catch (NoSuchFileException endedMeanwhile) {
        // One less.
      }
    }
    return times;
  }

  private List<Path> workLocks() throws IOException {
    try (Stream<Path> all = Files.list(workFolder())) {
      return all.filter(path -> path.toString().endsWith(".lock")).toList();
    }
  }

  /** Takes away what makers left that were killed. */
  void sweep() throws IOException {
    for (Path lock : workLocks()) {
      if (OWN.contains(lock.getFileName())) {
        continue;
      }
      try (FileChannel channel = FileChannel.open(lock, StandardOpenOption.WRITE);
          FileLock held = channel.tryLock()) {
        if (held != null) {
          String name = lock.getFileName().toString();
          delete(lock.resolveSibling(name.substring(0, name.length() - ".lock".length())));
          Files.deleteIfExists(lock);
        }
      } catch (NoSuchFileException endedMeanwhile) {
        // Its maker has taken it away.
      }
    }
  }

  /**
   * Deletes a tree with all that may be in one of ours: devices, files without write permission.
   */
  static void delete(Path folder) throws IOException {
    if (!Files.exists(folder, java.nio.file.LinkOption.NOFOLLOW_LINKS)) {
      return;
    }
    Files.walkFileTree(
        folder,
        new java.nio.file.SimpleFileVisitor<>() {
          @Override
          public java.nio.file.FileVisitResult visitFile(
              Path file, java.nio.file.attribute.BasicFileAttributes is) throws IOException {
            Files.deleteIfExists(file);
            return java.nio.file.FileVisitResult.CONTINUE;
          }

          @Override
          public java.nio.file.FileVisitResult postVisitDirectory(
              Path gone, @org.jspecify.annotations.Nullable IOException failure)
              throws IOException {
            Files.deleteIfExists(gone);
            return java.nio.file.FileVisitResult.CONTINUE;
          }
        });
  }
}
