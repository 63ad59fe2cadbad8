package org.heddle.images;

import java.io.BufferedInputStream;
import java.io.BufferedOutputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.util.HexFormat;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;
import org.heddle.images.recipe.FileEntry;

/**
 * The stream of files that goes into and out of a sandbox: a line "TYPE PATH MODE OWNER GROUP SIZE
 * TIME" and SIZE bytes each; see sandbox.pl.
 */
final class Records implements AutoCloseable {
  private static final int LONGEST_LINE = 8192;

  private final OutputStream out;

  Records(Path file) throws IOException {
    this.out = new BufferedOutputStream(Files.newOutputStream(file), 1 << 16);
  }

  /**
   * The head of a record.
   *
   * @param type F file, D folder, K folder unless there is one, L link
   * @param path relative; "" for the top
   * @param size of what follows
   * @param time of the last change, seconds since 1970
   */
  record Head(
      char type, String path, String mode, String owner, String group, long size, long time) {}

  private void head(char type, String path, String mode, String owner, String group, long size)
      throws IOException {
    byte[] name = path.getBytes(StandardCharsets.UTF_8);
    String hex = name.length == 0 ? "-" : HexFormat.of().formatHex(name);
    String line = type + " " + hex + " " + mode + " " + owner + " " + group + " " + size + " 0\n";
    out.write(line.getBytes(StandardCharsets.US_ASCII));
  }

  private static String relative(String path) {
    return path.startsWith("/") ? path.substring(1) : path;
  }

  private static String[] owner(FileEntry entry) {
    return entry.owner().split(":", 2);
  }

  private void bytes(char type, String path, String mode, String[] owner, byte[] content)
      throws IOException {
    head(type, relative(path), mode, owner[0], owner[1], content.length);
    out.write(content);
  }

  private void large(String path, String mode, String[] owner, Path content) throws IOException {
    try (InputStream in = Files.newInputStream(content)) {
      long size = Files.size(content);
      head('F', relative(path), mode, owner[0], owner[1], size);
      copyBytes(in, out, size);
    }
  }

  void content(FileEntry.Content file) throws IOException {
    bytes('F', file.path(), file.mode(), owner(file), file.text().getBytes(StandardCharsets.UTF_8));
  }

  void link(FileEntry.Link link) throws IOException {
    byte[] target = link.target().getBytes(StandardCharsets.UTF_8);
    bytes('L', link.path(), "0777", owner(link), target);
  }

  void folder(FileEntry.Folder folder) throws IOException {
    bytes('D', folder.path(), folder.mode(), owner(folder), new byte[0]);
  }

  /** A file or folder of the host, which lies beside a recipe. */
  void copy(FileEntry.Copy copy, Path folder) throws IOException {
    Path start = folder.resolve(copy.source());
    List<Path> files;
    try (Stream<Path> all = Files.walk(start)) {
      files = all.sorted().toList();
    }
    for (Path file : files) {
      String below = start.relativize(file).toString();
      String path = below.isEmpty() ? copy.path() : join(copy.path(), below);
      if (Files.isSymbolicLink(file)) {
        byte[] target = Files.readSymbolicLink(file).toString().getBytes(StandardCharsets.UTF_8);
        bytes('L', path, "0777", new String[] {"0", "0"}, target);
      } else if (Files.isDirectory(file, LinkOption.NOFOLLOW_LINKS)) {
        bytes('K', path, "0755", owner(copy), new byte[0]);
      } else {
        boolean wanted = below.isEmpty() && !copy.mode().isEmpty();
        String mode = wanted ? copy.mode() : Files.isExecutable(file) ? "0755" : "0644";
        large(path, mode, owner(copy), file);
      }
    }
  }

  private static String join(String path, String below) {
    return below.isEmpty() ? path : (path.equals("/") ? "" : path) + "/" + below;
  }

  /** What another tree gave, moved to where this entry wants it. */
  void from(FileEntry.FromImage entry, InputStream records) throws IOException {
    boolean keep = entry.owner().equals("root:root");
    for (Optional<Head> next = read(records); next.isPresent(); next = read(records)) {
      Head head = next.get();
      boolean top = head.path().isEmpty();
      String mode =
          top && !entry.mode().isEmpty() && head.type() == 'F' ? entry.mode() : head.mode();
      String[] owner =
          keep || head.type() == 'L' ? new String[] {head.owner(), head.group()} : owner(entry);
      char type = head.type() == 'D' ? 'K' : head.type();
      head(type, relative(join(entry.path(), head.path())), mode, owner[0], owner[1], head.size());
      copyBytes(records, out, head.size());
    }
  }

  static InputStream open(Path file) throws IOException {
    return new BufferedInputStream(Files.newInputStream(file), 1 << 16);
  }

  /** The next head; empty at the end. */
  static Optional<Head> read(InputStream in) throws IOException {
    StringBuilder line = new StringBuilder();
    for (int one = in.read(); one != '\n'; one = in.read()) {
      if (one < 0) {
        if (line.isEmpty()) {
          return Optional.empty();
        }
        throw new EOFException("records end within a line");
      }
      line.append((char) one);
      if (line.length() > LONGEST_LINE) {
        throw new IOException("a record's line is too long");
      }
    }
    String[] part = line.toString().split(" ", -1);
    if (part.length != 7 || part[0].length() != 1) {
      throw new IOException("no record: " + line);
    }
    String path =
        part[1].equals("-")
            ? ""
            : new String(HexFormat.of().parseHex(part[1]), StandardCharsets.UTF_8);
    long size = Long.parseLong(part[5]);
    return Optional.of(
        new Head(
            part[0].charAt(0), path, part[2], part[3], part[4], size, Long.parseLong(part[6])));
  }

  static void copyBytes(InputStream in, OutputStream out, long size) throws IOException {
    byte[] part = new byte[1 << 16];
    for (long left = size; left > 0; ) {
      int got = in.read(part, 0, (int) Math.min(part.length, left));
      if (got < 0) {
        throw new EOFException("records end within a file");
      }
      out.write(part, 0, got);
      left -= got;
    }
  }

  @Override
  public void close() throws IOException {
    out.close();
  }
}
