package org.heddle.store;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;

/**
 * A file with content that another one shall have too. Where the file system can share blocks, this
 * is a copy of its own that shares all of them and has no name, so that nobody changes what was
 * looked at; else it is the file itself, which anybody may change at any time. Safe for threads.
 */
final class OldFile implements AutoCloseable {
  private static final int PIECE = 256 << 10;

  private final FileChannel channel;
  private final Extents.Closing extents;
  private final Native.Cloner cloner;
  private final long block;
  private final boolean ours;

  private OldFile(Path from, Path into, boolean ours) throws IOException {
    this.channel = FileChannel.open(from, StandardOpenOption.READ);
    this.extents = Extents.of(from, channel);
    this.cloner = Native.cloner(from, into);
    this.block = ours ? Files.getFileStore(into).getBlockSize() : 0;
    this.ours = ours;
  }

  /**
   * Opens one.
   *
   * @param into the new file, which exists
   */
  static OldFile open(Path old, Path into) throws IOException {
    if (!Files.exists(old)) {
      throw new NoSuchFileException(old.toString());
    }
    if (!Files.isRegularFile(old)) {
      throw new FileSystemException(
          old.toString(), null, "is no regular file: name one that is like the new file");
    }
    Path own = into.resolveSibling(into.getFileName() + ".old");
    try {
      Files.createFile(own);
      boolean shared;
      try (Native.Cloner whole = Native.cloner(old, own)) {
        shared = whole.share(0, 0, 0);
      }
      return new OldFile(shared ? own : old, into, shared);
    } finally {
      Files.deleteIfExists(own);
    }
  }

  /** Whether nobody else can change it: bytes that were hashed once are what they were. */
  boolean ours() {
    return ours;
  }

  long size() throws IOException {
    return channel.size();
  }

  Cutter cutter() throws IOException {
    return new Cutter(channel, extents);
  }

  /**
   * Puts a stretch of it into the new file: whole blocks without copying them, where this is {@link
   * #ours}, they lie alike in both, and are not few.
   *
   * @param least bytes that are worth sharing
   * @return bytes that both files share now; the others were copied
   */
  long put(long position, long length, FileChannel into, long target, long least)
      throws IOException {
    long first = up(target) - target;
    long last = target + length - (target + length) % Math.max(1, block) - target;
    boolean shared =
        ours
            && (target - position) % block == 0
            && last - first >= least
            && cloner.share(position + first, last - first, target + first);
    if (!shared) {
      copy(position, length, into, target);
      return 0;
    }
    copy(position, first, into, target);
    copy(position + last, length - last, into, target + last);
    return last - first;
  }

  private long up(long position) {
    return block == 0 ? position : (position + block - 1) / block * block;
  }

  private void copy(long position, long length, FileChannel into, long target) throws IOException {
    byte[] bytes = new byte[(int) Math.min(PIECE, length)];
    for (long at = 0; at < length; at += bytes.length) {
      int piece = (int) Math.min(bytes.length, length - at);
      if (!read(position + at, bytes, piece)) {
        throw new IOException("a file without a name became shorter");
      }
      write(into, bytes, piece, target + at);
    }
  }

  /** Copies a chunk, if it is still there. */
  boolean copy(ChunkRef chunk, long position, FileChannel into, long target) throws IOException {
    byte[] bytes = new byte[chunk.length()];
    if (!read(position, bytes, bytes.length)
        || !ChunkId.hash(bytes, 0, bytes.length).equals(chunk.id())) {
      return false;
    }
    write(into, bytes, bytes.length, target);
    return true;
  }

  /** False: the file has become shorter. */
  private boolean read(long position, byte[] bytes, int length) throws IOException {
    ByteBuffer buffer = ByteBuffer.wrap(bytes, 0, length);
    int count = 0;
    while (buffer.hasRemaining() && count >= 0) {
      count = channel.read(buffer, position + buffer.position());
    }
    return !buffer.hasRemaining();
  }

  private static void write(FileChannel into, byte[] bytes, int length, long position)
      throws IOException {
    ByteBuffer buffer = ByteBuffer.wrap(bytes, 0, length);
    while (buffer.hasRemaining()) {
      into.write(buffer, position + buffer.position());
    }
  }

  @Override
  public void close() throws IOException {
    cloner.close();
    extents.close();
    channel.close();
  }
}
