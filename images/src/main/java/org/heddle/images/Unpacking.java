package org.heddle.images;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.regex.Pattern;

/**
 * Takes what is in a file from elsewhere out of what it is packed in: compressed disks, and the one
 * disk of a tar that has nothing but files beside it (as Debian's and Google's cloud images come,
 * and appliances of VMware).
 */
final class Unpacking {
  /** A disk in a tar that is compressed, and that once more. */
  private static final int DEEPEST = 3;

  /** Of a tar's list: a tree's is longer, and is no disk's. */
  private static final int LISTED = 1 << 16;

  private static final Pattern DISK =
      Pattern.compile("(\\./)?[A-Za-z0-9._+~-]+\\.(?i:raw|img|qcow2|vmdk|vhd|vhdx|vdi)");

  private final String name;
  private final Import.Place place;
  private int files;

  /**
   * For one file.
   *
   * @param name what it is called in messages
   */
  Unpacking(String name, Import.Place place) {
    this.name = name;
    this.place = place;
  }

  /** A file that is what it is. */
  record Found(Path file, Content content) {}

  /**
   * What is in it: a disk, squashfs, or a tar that is a tree; the latter may be packed by gzip or
   * zstd, as it came.
   */
  Found find(Path file) throws IOException, InterruptedException, FarmException {
    return find(file, 0);
  }

  private Found find(Path file, int depth) throws IOException, InterruptedException, FarmException {
    Content content = Content.of(file, depth == 0 ? name : "what is packed in " + name);
    if (depth > DEEPEST) {
      throw FarmException.invalid(name + " is packed too many times; unpack it");
    }
    return switch (content) {
      case QCOW2, VHDX, VMDK, VDI, VHD, RAW, SQUASHFS -> new Found(file, content);
      case TAR -> tar(file, depth);
      case GZIP -> packed(file, content, List.of("gzip", "-dc"), depth);
      case XZ -> {
        Assembly.need("xz", "xz-utils");
        yield packed(file, content, List.of("xz", "-dc", "--memlimit-decompress=1GiB"), depth);
      }
      case BZIP2 -> {
        Assembly.need("bzip2", "bzip2");
        yield packed(file, content, List.of("bzip2", "-dc"), depth);
      }
      case ZSTD -> {
        Assembly.need("zstd", "zstd");
        yield packed(file, content, List.of("zstd", "-dcq"), depth);
      }
      case CDROM, VMDK_PARTS -> throw new IllegalStateException("was refused");
    };
  }

  private Found packed(Path file, Content by, List<String> words, int depth)
      throws IOException, InterruptedException, FarmException {
    Path out = out(words, file);
    Found inside = find(out, depth + 1);
    boolean tree = inside.content() == Content.TAR && inside.file().equals(out);
    if (tree && (by == Content.GZIP || by == Content.ZSTD)) {
      Files.delete(out);
      return new Found(file, by);
    }
    if (!inside.file().equals(out)) {
      Files.delete(out);
    }
    return inside;
  }

  private Found tar(Path file, int depth) throws IOException, InterruptedException, FarmException {
    List<String> members = members(file);
    List<String> disks = members.stream().filter(one -> DISK.matcher(one).matches()).toList();
    boolean tree = members.stream().anyMatch(one -> one.replaceFirst("^\\./", "").contains("/"));
    if (tree || disks.isEmpty()) {
      return new Found(file, Content.TAR);
    }
    if (disks.size() > 1) {
      throw FarmException.invalid(
          name
              + " has several disks; unpack it, and take each by itself: "
              + String.join(", ", disks));
    }
    Path out = out(List.of("tar", "-xOf", "-", "--", disks.getFirst()), file);
    return find(out, depth + 1);
  }

  /** Those that its list begins with; all of it is read, so that it is whole. */
  private List<String> members(Path file) throws IOException, InterruptedException, FarmException {
    ByteArrayOutputStream list = new ByteArrayOutputStream();
    OutputStream begin =
        new OutputStream() {
          @Override
          public void write(int one) {
            write(new byte[] {(byte) one}, 0, 1);
          }

          @Override
          public void write(byte[] from, int offset, int length) {
            list.write(from, offset, Math.min(length, LISTED - list.size()));
          }
        };
    run(List.of("tar", "-tf", "-"), file, begin);
    return list.toString(StandardCharsets.UTF_8).lines().toList();
  }

  /** What a program makes of a file, in another one. */
  private Path out(List<String> words, Path file)
      throws IOException, InterruptedException, FarmException {
    Path to = place.work().resolve("unpacked-" + files++);
    try (Landing landing = new Landing(to, "what is packed in " + name, place.bounds())) {
      try {
        run(words, file, landing);
      } finally {
        landing.check();
      }
    }
    return to;
  }

  private void run(List<String> words, Path file, OutputStream out)
      throws IOException, InterruptedException, FarmException {
    Command.Ended ended = Command.of(words).reading(file).run(out, place.log());
    if (!ended.well()) {
      throw FarmException.invalid(
          name
              + " is damaged: "
              + words.getFirst()
              + " says: "
              + Command.lastLines(ended.errors(), 3));
    }
  }
}
