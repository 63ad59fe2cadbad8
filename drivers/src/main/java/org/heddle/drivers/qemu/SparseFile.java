package org.heddle.drivers.qemu;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.function.BooleanSupplier;

/**
 * Files that are mostly holes, such as a guest's memory. Zero pages are found by looking: holes are
 * read at the speed of memory, and this way zeros that the guest wrote become holes too.
 *
 * <p>The digest is SHA-256 over each page that is not all zero, each preceded by its offset as
 * eight bytes big endian, then the file's length in the same form: so that the zeros of a large
 * guest cost nothing.
 */
final class SparseFile {
  static final int PAGE = 4096;
  private static final int CHUNK = 1 << 20;
  private static final ByteBuffer ZERO = ByteBuffer.allocateDirect(CHUNK).asReadOnlyBuffer();

  private final MessageDigest digest = sha256();
  private final ByteBuffer chunk = ByteBuffer.allocateDirect(CHUNK);
  private final ByteBuffer number = ByteBuffer.allocate(Long.BYTES);
  private final BooleanSupplier cancelled;
  private long dataBytes;

  private SparseFile(BooleanSupplier cancelled) {
    this.cancelled = cancelled;
  }

  /**
   * @param size of the file, holes included
   * @param data bytes that are not holes
   * @param sha256 digest as described above
   */
  record Content(long size, long data, String sha256) {}

  /** Copies into a new or an existing empty file; with {@code durable} it is on disk on return. */
  static Content copy(Path from, Path to, boolean durable, BooleanSupplier cancelled)
      throws IOException {
    try (FileChannel in = FileChannel.open(from, StandardOpenOption.READ);
        FileChannel out =
            FileChannel.open(to, StandardOpenOption.WRITE, StandardOpenOption.CREATE)) {
      SparseFile pass = new SparseFile(cancelled);
      Content content =
          pass.run(
              in,
              (data, offset) -> {
                while (data.hasRemaining()) {
                  offset += out.write(data, offset);
                }
              });
      lengthen(out, content.size());
      if (durable) {
        out.force(true);
      }
      return content;
    }
  }

  static Content digest(Path file, BooleanSupplier cancelled) throws IOException {
    try (FileChannel in = FileChannel.open(file, StandardOpenOption.READ)) {
      return new SparseFile(cancelled).run(in, (_, _) -> {});
    }
  }

  /** Sets the length of a file that ends in a hole. */
  static void lengthen(FileChannel out, long size) throws IOException {
    if (size > 0 && out.size() < size) {
      out.write(ByteBuffer.wrap(new byte[1]), size - 1);
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

  /** Takes runs of pages that are not zero. */
  private interface Sink {
    void accept(ByteBuffer data, long offset) throws IOException;
  }

  private Content run(FileChannel in, Sink sink) throws IOException {
    long size = in.size();
    for (long offset = 0; offset < size; offset += CHUNK) {
      if (cancelled.getAsBoolean()) {
        throw new IOException("cancelled");
      }
      chunk.clear();
      int wanted = (int) Math.min(CHUNK, size - offset);
      chunk.limit(wanted);
      while (chunk.hasRemaining() && in.read(chunk, offset + chunk.position()) >= 0) {}
      if (chunk.hasRemaining()) {
        throw new IOException("file became shorter while it was read");
      }
      chunk.flip();
      runs(offset, wanted, sink);
    }
    add(size);
    return new Content(size, dataBytes, HexFormat.of().formatHex(digest.digest()));
  }

  private void runs(long offset, int length, Sink sink) throws IOException {
    if (zero(0, length)) {
      return;
    }
    int start = -1;
    for (int page = 0; page < length; page += PAGE) {
      int end = Math.min(page + PAGE, length);
      boolean zero = zero(page, end);
      if (!zero) {
        add(offset + page);
        digest.update(chunk.slice(page, end - page));
        dataBytes += end - page;
        start = start < 0 ? page : start;
      }
      if (start >= 0 && (zero || end == length)) {
        int stop = zero ? page : end;
        sink.accept(chunk.slice(start, stop - start), offset + start);
        start = -1;
      }
    }
  }

  private boolean zero(int from, int to) {
    return chunk.slice(from, to - from).mismatch(ZERO.slice(0, to - from)) < 0;
  }

  private void add(long value) {
    digest.update(number.clear().putLong(value).flip());
  }
}
