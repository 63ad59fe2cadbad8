package org.heddle.drivers.qemu;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.FileStore;
import java.nio.file.Files;
import java.nio.file.OpenOption;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Arrays;
import java.util.Optional;
import java.util.Set;
import java.util.function.BooleanSupplier;

/**
 * Files that are mostly holes, such as a guest's memory. Zero pages are found by looking: holes are
 * read at the speed of memory, and this way zeros that the guest wrote become holes too.
 *
 * <p>The digest is SHA-256 over the digests of all segments of 16 MiB and then the file's length as
 * eight bytes big endian. A segment's digest is SHA-256 over each of its pages that is not all
 * zero, each preceded by its offset in the file in the same form: so that the zeros of a large
 * guest cost nothing, and all cores share the work.
 *
 * <p>Large files go past the page cache where the file system lets them (O_DIRECT): a saved state
 * is read once if ever, and filling the cache with it was three to five times slower than the disk.
 */
final class SparseFile {
  static final int PAGE = 4096;

  /** Below this the page cache is as good as the disk. */
  private static final long DIRECT_FROM = 1 << 20;

  private static final Optional<OpenOption> DIRECT = directOption();

  /** File systems whose files can share blocks, which the JDK's copy then has them do. */
  private static final Set<String> SHARING = Set.of("btrfs", "xfs");

  private SparseFile() {}

  /**
   * @param size of the file, holes included
   * @param data bytes that are not holes
   * @param sha256 digest as described above
   */
  record Content(long size, long data, String sha256) {}

  /**
   * Copies into a new or an existing empty file; with {@code durable} it is on disk on return.
   * Where the file system can, the two share their blocks until one is written to; what the digest
   * says is read from the new one.
   */
  static Content copy(Path from, Path to, boolean durable, BooleanSupplier cancelled)
      throws IOException {
    FileStore store = Files.getFileStore(from);
    Path folder = to.toAbsolutePath().getParent();
    return folder != null
            && SHARING.contains(store.type())
            && store.equals(Files.getFileStore(folder))
        ? copyWhole(from, to, durable, cancelled)
        : copyPages(from, to, durable, cancelled);
  }

  /** By the JDK, whose copy_file_range(2) shares blocks on such file systems. */
  static Content copyWhole(Path from, Path to, boolean durable, BooleanSupplier cancelled)
      throws IOException {
    Files.copy(from, to, StandardCopyOption.REPLACE_EXISTING);
    if (durable) {
      force(to);
    }
    return digest(to, cancelled);
  }

  private static Content copyPages(Path from, Path to, boolean durable, BooleanSupplier cancelled)
      throws IOException {
    long size = Files.size(from);
    try (FileChannel in = open(from, size, StandardOpenOption.READ);
        FileChannel out = open(to, size, StandardOpenOption.WRITE, StandardOpenOption.CREATE)) {
      lengthen(to, size);
      Content content = new SegmentPass(in, size, Optional.of(out), cancelled).run();
      if (durable) {
        out.force(true);
      }
      return content;
    }
  }

  static Content digest(Path file, BooleanSupplier cancelled) throws IOException {
    long size = Files.size(file);
    try (FileChannel in = open(file, size, StandardOpenOption.READ)) {
      return new SegmentPass(in, size, Optional.empty(), cancelled).run();
    }
  }

  private static FileChannel open(Path file, long size, OpenOption... how) throws IOException {
    if (DIRECT.isPresent() && size >= DIRECT_FROM && size % PAGE == 0) {
      OpenOption[] direct = Arrays.copyOf(how, how.length + 1);
      direct[how.length] = DIRECT.get();
      try {
        return FileChannel.open(file, direct);
      } catch (UnsupportedOperationException | IOException e) {
        // The file system has no direct access; if something else is wrong, the plain way says it.
        return FileChannel.open(file, how);
      }
    }
    return FileChannel.open(file, how);
  }

  /**
   * O_DIRECT, which the JDK has outside the standard API. By name, because javac warns of it and
   * the warning cannot be suppressed.
   */
  private static Optional<OpenOption> directOption() {
    try {
      return Arrays.stream(Class.forName("com.sun.nio.file.ExtendedOpenOption").getEnumConstants())
          .filter(option -> option.toString().equals("DIRECT"))
          .map(OpenOption.class::cast)
          .findFirst();
    } catch (ClassNotFoundException e) {
      return Optional.empty();
    }
  }

  /** Sets the length of a file that ends in a hole. */
  static void lengthen(Path file, long size) throws IOException {
    try (FileChannel out = FileChannel.open(file, StandardOpenOption.WRITE)) {
      if (size > 0 && out.size() < size) {
        out.write(ByteBuffer.wrap(new byte[1]), size - 1);
      }
    }
  }

  static void force(Path path) throws IOException {
    try (FileChannel channel = FileChannel.open(path, StandardOpenOption.READ)) {
      channel.force(true);
    }
  }

  static MessageDigest sha256() {
    try {
      return MessageDigest.getInstance("SHA-256");
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("every JDK has SHA-256", e);
    }
  }
}
