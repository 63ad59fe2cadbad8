package org.heddle.dist.farm;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.EOFException;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.Channels;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Optional;

/**
 * Reads files of a CD-ROM image, as ECMA-119 (ISO 9660) has them, with the names of Rock Ridge
 * (IEEE P1282) where they are. So nothing has to be mounted, which takes root and a kernel with
 * that file system.
 */
final class Iso9660 implements AutoCloseable {
  private static final int SECTOR = 2048;

  /** Of the primary volume descriptor, which is the first of the descriptors (ECMA-119, 6.7.1). */
  private static final int FIRST_DESCRIPTOR = 16;

  private static final byte[] MAGIC = {1, 'C', 'D', '0', '0', '1'};
  private static final int ROOT_AT = 156;
  private static final int HEAD = 33;
  private static final int FOLDER = 2;
  private static final int CONTINUED = 0x80;

  /** A folder of an installer's CD-ROM has some hundred entries. */
  private static final int MOST_FOLDER_BYTES = 16 << 20;

  private final FileChannel image;
  private final Entry root;

  private record Entry(String name, long sector, long bytes, boolean folder, boolean whole) {}

  private Iso9660(FileChannel image, Entry root) {
    this.image = image;
    this.root = root;
  }

  /**
   * Opens an image.
   *
   * @throws IOException also when the file is none
   */
  static Iso9660 open(Path file) throws IOException {
    FileChannel image = FileChannel.open(file, StandardOpenOption.READ);
    boolean good = false;
    try {
      ByteBuffer head =
          image.size() < (FIRST_DESCRIPTOR + 1L) * SECTOR
              ? ByteBuffer.allocate(SECTOR)
              : read(image, (long) FIRST_DESCRIPTOR * SECTOR, SECTOR);
      if (!Arrays.equals(head.array(), 0, MAGIC.length, MAGIC, 0, MAGIC.length)) {
        throw new IOException(file + " is no image of a CD-ROM (ISO 9660)");
      }
      Iso9660 open = new Iso9660(image, entry(head, ROOT_AT));
      good = true;
      return open;
    } finally {
      if (!good) {
        image.close();
      }
    }
  }

  private static ByteBuffer read(FileChannel image, long at, int bytes) throws IOException {
    ByteBuffer part = ByteBuffer.allocate(bytes).order(ByteOrder.LITTLE_ENDIAN);
    while (part.hasRemaining()) {
      if (image.read(part, at + part.position()) < 0) {
        throw new EOFException("the CD-ROM's image ends too early");
      }
    }
    return part.flip();
  }

  private static Entry entry(ByteBuffer folder, int at) {
    int length = folder.get(at + 32) & 0xff;
    byte[] name = new byte[length];
    folder.get(at + HEAD, name);
    int flags = folder.get(at + 25);
    return new Entry(
        longName(folder, at, length).orElseGet(() -> plain(new String(name, UTF_8))),
        folder.getInt(at + 2) & 0xffffffffL,
        folder.getInt(at + 10) & 0xffffffffL,
        (flags & FOLDER) != 0,
        (flags & CONTINUED) == 0);
  }

  /** Without its version, and without the point of a name that has no second part. */
  private static String plain(String name) {
    String first = name.replaceFirst(";\\d+$", "").replaceFirst("\\.$", "");
    return first.toLowerCase(Locale.ROOT);
  }

  /** Rock Ridge's name: the entries NM of the area that is the system's. */
  private static Optional<String> longName(ByteBuffer folder, int at, int length) {
    int end = at + (folder.get(at) & 0xff);
    StringBuilder name = new StringBuilder();
    for (int use = at + HEAD + length + (length % 2 == 0 ? 1 : 0); use + 4 <= end; ) {
      int bytes = folder.get(use + 2) & 0xff;
      if (bytes < 4 || use + bytes > end) {
        break;
      }
      if (folder.get(use) == 'N' && folder.get(use + 1) == 'M' && bytes > 5) {
        byte[] part = new byte[bytes - 5];
        folder.get(use + 5, part);
        name.append(new String(part, UTF_8));
      }
      use += bytes;
    }
    return name.isEmpty() ? Optional.empty() : Optional.of(name.toString());
  }

  private List<Entry> list(Entry folder) throws IOException {
    if (folder.bytes() > MOST_FOLDER_BYTES) {
      throw new IOException("a folder of the CD-ROM has " + folder.bytes() + " bytes");
    }
    ByteBuffer content = read(image, folder.sector() * SECTOR, (int) folder.bytes());
    List<Entry> entries = new ArrayList<>();
    for (int at = 0; at < content.limit(); ) {
      int length = content.get(at) & 0xff;
      if (length == 0) {
        at = (at / SECTOR + 1) * SECTOR; // No entry lies in two sectors.
        continue;
      }
      boolean whole =
          length > HEAD
              && at + length <= content.limit()
              && HEAD + (content.get(at + 32) & 0xff) <= length;
      if (!whole) {
        throw new IOException("a folder of the CD-ROM is damaged");
      }
      entries.add(entry(content, at));
      at += length;
    }
    return entries;
  }

  /** The file at a path such as {@code install.amd/vmlinuz}, if there is one. */
  private Optional<Entry> find(String path) throws IOException {
    Entry at = root;
    for (String part : path.split("/", -1)) {
      if (!at.folder()) {
        return Optional.empty();
      }
      Optional<Entry> next =
          list(at).stream().filter(one -> one.name().equalsIgnoreCase(part)).findFirst();
      if (next.isEmpty()) {
        return Optional.empty();
      }
      at = next.get();
    }
    return at.folder() ? Optional.empty() : Optional.of(at);
  }

  /**
   * Copies the first of these files that there is.
   *
   * @throws IOException also when there is none
   */
  void copyFirst(List<String> paths, Path to) throws IOException {
    for (String path : paths) {
      Optional<Entry> found = find(path);
      if (found.isPresent()) {
        copy(found.get(), to);
        return;
      }
    }
    throw new IOException("none of " + paths + " is on the CD-ROM");
  }

  private void copy(Entry file, Path to) throws IOException {
    long begin = file.sector() * SECTOR;
    if (!file.whole() || begin + file.bytes() > image.size()) {
      throw new IOException(file.name() + " of the CD-ROM is not complete");
    }
    try (OutputStream out = Files.newOutputStream(to);
        var target = Channels.newChannel(out)) {
      for (long done = 0; done < file.bytes(); ) {
        done += image.transferTo(begin + done, file.bytes() - done, target);
      }
    }
  }

  @Override
  public void close() throws IOException {
    image.close();
  }
}
