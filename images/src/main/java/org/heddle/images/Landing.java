package org.heddle.images;

import java.io.IOException;
import java.io.InterruptedIOException;
import java.io.OutputStream;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * A file that comes from elsewhere, of which nobody knows how large it becomes: it grows as long as
 * there is room. Long runs of zeros take none.
 */
final class Landing extends OutputStream {
  /** So often it is asked for room. */
  private static final int PIECE = 16 << 20;

  /** What stays free of the file system, for others. */
  private static final long FREE = 64L << 20;

  private final Path file;
  private final String name;
  private final Bounds bounds;
  private final FileChannel out;
  private final List<Locks.Held> held = new ArrayList<>();
  private long bytes;
  private long asked;
  private Optional<FarmException> refused = Optional.empty();

  /**
   * How far files may grow.
   *
   * @param room asked for each piece, which is kept until the file is closed
   * @param most bytes of one file
   */
  record Bounds(Room room, long most) {
    /** Those of a farm. */
    static Bounds of(Parts parts) {
      return new Bounds(parts.folder().room(), parts.limits().diskMiB() << 20);
    }

    /**
     * Refuses what is known to be too large before it comes.
     *
     * @param name what it is called in messages
     */
    void check(long bytes, String name) throws FarmException {
      if (bytes > most) {
        throw FarmException.invalid(
            name + " has more than " + (most >> 20) + " MiB; allow more: --disk-limit MIB");
      }
    }
  }

  /**
   * A new file.
   *
   * @param name what it is called in messages
   */
  Landing(Path file, String name, Bounds bounds) throws IOException {
    this.file = file;
    this.name = name;
    this.bounds = bounds;
    this.out = FileChannel.open(file, StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE);
  }

  @Override
  public void write(byte[] from, int offset, int length) throws IOException {
    try {
      bounds.check(bytes + length, name);
      room(length);
    } catch (FarmException tooLarge) {
      refused = Optional.of(tooLarge);
      throw new IOException(tooLarge);
    } catch (InterruptedException cancelled) {
      Thread.currentThread().interrupt();
      throw new InterruptedIOException("cancelled");
    }
    if (!zero(from, offset, length)) {
      ByteBuffer part = ByteBuffer.wrap(from, offset, length);
      while (part.hasRemaining()) {
        out.write(part, bytes + part.position() - offset);
      }
    }
    bytes += length;
  }

  @Override
  public void write(int one) throws IOException {
    write(new byte[] {(byte) one}, 0, 1);
  }

  private void room(int length) throws IOException, InterruptedException, FarmException {
    while (bytes + length > asked) {
      held.add(bounds.room().want(PIECE));
      if (asked > 0 && Files.getFileStore(file).getUsableSpace() < FREE) {
        throw new FarmException(
            FarmException.Kind.CONFLICT,
            "no room for "
                + name
                + ": the file system of the farm is full; make room, or use another: --farm DIR",
            Optional.empty());
      }
      asked += PIECE;
    }
  }

  private static boolean zero(byte[] from, int offset, int length) {
    for (int i = offset; i < offset + length; i++) {
      if (from[i] != 0) {
        return false;
      }
    }
    return true;
  }

  /** So much has come. */
  long bytes() {
    return bytes;
  }

  /** Tells why it did not grow any more, if so. */
  void check() throws FarmException {
    if (refused.isPresent()) {
      throw refused.get();
    }
  }

  @Override
  public void close() throws IOException {
    try (out) {
      if (out.isOpen() && out.size() < bytes) {
        out.write(ByteBuffer.allocate(1), bytes - 1);
      }
    } finally {
      for (Locks.Held one : held) {
        one.close();
      }
      held.clear();
    }
  }
}
