package org.heddle.agent;

import java.io.BufferedOutputStream;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Arrays;
import java.util.List;
import java.util.function.LongConsumer;
import java.util.stream.Stream;

/**
 * The files of a saved state as one stream between agents. Most of a guest's memory is zero, so
 * pages of 4 KiB that are zero are not sent and become holes again at the other end.
 *
 * <pre>
 * stream: "HDST" version:int imageDigest:utf file* 0:byte
 * file:   1:byte path:utf size:long run* 0:int
 * run:    length:int offset:long bytes
 * </pre>
 *
 * The last byte is what makes a stream complete. Digests are the business of the driver's manifest.
 */
final class StateStream {
  private static final int MAGIC = 0x48445354;
  private static final int VERSION = 1;
  private static final int PAGE = 4096;
  private static final int BUFFER = 64 * PAGE;
  private static final byte[] ZEROS = new byte[PAGE];
  private static final byte FILE = 1;
  private static final byte END = 0;

  /** More files than any driver keeps in a saved state. */
  private static final int MAX_FILES = 1000;

  private StateStream() {}

  /** Sends the folder; memory used does not depend on its size. */
  static void send(Path folder, String imageDigest, OutputStream to) throws IOException {
    DataOutputStream out = new DataOutputStream(new BufferedOutputStream(to, BUFFER));
    out.writeInt(MAGIC);
    out.writeInt(VERSION);
    out.writeUTF(imageDigest);
    for (Path file : files(folder)) {
      out.writeByte(FILE);
      out.writeUTF(folder.relativize(file).toString());
      sendFile(file, out);
    }
    out.writeByte(END);
    out.flush();
  }

  private static List<Path> files(Path folder) throws IOException {
    try (Stream<Path> all = Files.walk(folder)) {
      return all.filter(Files::isRegularFile).sorted().toList();
    }
  }

  private static void sendFile(Path file, DataOutputStream out) throws IOException {
    byte[] buffer = new byte[BUFFER];
    try (FileChannel in = FileChannel.open(file, StandardOpenOption.READ)) {
      long size = in.size();
      out.writeLong(size);
      for (long offset = 0; offset < size; ) {
        int length = fill(in, ByteBuffer.wrap(buffer, 0, (int) Math.min(BUFFER, size - offset)));
        sendRuns(buffer, length, offset, out);
        offset += length;
      }
    }
    out.writeInt(0);
  }

  private static int fill(FileChannel in, ByteBuffer buffer) throws IOException {
    int wanted = buffer.remaining();
    while (buffer.hasRemaining()) {
      if (in.read(buffer) < 0) {
        throw new EOFException("a file of the saved state became shorter while it was sent");
      }
    }
    return wanted;
  }

  /** Sends what lies between zero pages, adjoining pages as one run. */
  private static void sendRuns(byte[] buffer, int length, long offset, DataOutputStream out)
      throws IOException {
    int start = 0;
    while (start < length) {
      int end = start;
      while (end < length && !zero(buffer, end, Math.min(end + PAGE, length))) {
        end = Math.min(end + PAGE, length);
      }
      if (end > start) {
        out.writeInt(end - start);
        out.writeLong(offset + start);
        out.write(buffer, start, end - start);
      }
      start = Math.min(end + PAGE, length);
    }
  }

  private static boolean zero(byte[] buffer, int from, int to) {
    return Arrays.equals(buffer, from, to, ZEROS, 0, to - from);
  }

  /**
   * Writes what comes into an existing folder and makes it durable. Throws when the stream ends too
   * early; the folder is then incomplete.
   *
   * @param received told the bytes received so far
   * @return digest of the image under the machine's disk
   */
  static String receive(InputStream from, Path folder, LongConsumer received) throws IOException {
    DataInputStream in = new DataInputStream(new java.io.BufferedInputStream(from, BUFFER));
    if (in.readInt() != MAGIC || in.readInt() != VERSION) {
      throw new IOException("what came is not a saved state of this version of the agent");
    }
    String imageDigest = in.readUTF();
    long bytes = 0;
    int count = 0;
    while (in.readByte() == FILE) {
      if (++count > MAX_FILES) {
        throw new IOException("more than " + MAX_FILES + " files in a saved state");
      }
      bytes = receiveFile(in, inside(folder, in.readUTF()), bytes, received);
    }
    DurableFiles.sync(folder);
    return imageDigest;
  }

  private static Path inside(Path folder, String name) throws IOException {
    Path file = folder.resolve(name).normalize();
    if (name.isEmpty() || !file.startsWith(folder.normalize()) || file.equals(folder)) {
      throw new IOException("a saved state may not hold a file named '" + name + "'");
    }
    return file;
  }

  private static long receiveFile(
      DataInputStream in, Path file, long bytesBefore, LongConsumer received) throws IOException {
    long bytes = bytesBefore;
    byte[] buffer = new byte[BUFFER];
    DurableFiles.folder(DurableFiles.parent(file));
    try (FileChannel out =
        FileChannel.open(
            file,
            StandardOpenOption.CREATE,
            StandardOpenOption.TRUNCATE_EXISTING,
            StandardOpenOption.WRITE)) {
      long size = in.readLong();
      for (int length = in.readInt(); length != 0; length = in.readInt()) {
        long offset = in.readLong();
        if (length < 0 || length > BUFFER || offset < 0 || offset > size - length) {
          throw new IOException("a saved state came with a piece that lies outside of its file");
        }
        in.readFully(buffer, 0, length);
        out.position(offset);
        DurableFiles.writeAll(out, ByteBuffer.wrap(buffer, 0, length));
        bytes += length;
        received.accept(bytes);
      }
      extend(out, size);
      out.force(true);
    }
    return bytes;
  }

  /** A file that ends in a hole gets its length from one zero at its end. */
  private static void extend(FileChannel out, long size) throws IOException {
    if (out.size() < size) {
      out.position(size - 1);
      DurableFiles.writeAll(out, ByteBuffer.wrap(ZEROS, 0, 1));
    }
  }
}
