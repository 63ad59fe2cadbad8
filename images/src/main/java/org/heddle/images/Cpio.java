package org.heddle.images;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.util.Locale;
import java.util.Optional;

/**
 * Writes an initrd: the format "newc" of cpio, as the kernel's
 * Documentation/driver-api/early-userspace/buffer-format.rst has it. Everything belongs to root and
 * has one time, inodes count up: equal files are equal bytes.
 */
final class Cpio {
  private static final int FOLDER = 0040000;
  private static final int LINK = 0120000;
  private static final int FILE = 0100000;

  private final OutputStream out;
  private long written;
  private int inode;

  private Cpio(OutputStream out) {
    this.out = out;
  }

  /** Turns records into an archive; what lies at the path "boot" is left out when asked for. */
  static void write(InputStream records, OutputStream out, boolean withoutBoot) throws IOException {
    Cpio cpio = new Cpio(out);
    for (Optional<Records.Head> next = Records.read(records);
        next.isPresent();
        next = Records.read(records)) {
      Records.Head head = next.get();
      boolean boot = head.path().equals("boot") || head.path().startsWith("boot/");
      if (head.path().isEmpty() || (withoutBoot && boot)) {
        Records.copyBytes(records, OutputStream.nullOutputStream(), head.size());
      } else {
        cpio.entry(head, records);
      }
    }
    cpio.header("TRAILER!!!", 0, 0, 1);
    cpio.pad(512);
  }

  private void entry(Records.Head head, InputStream records) throws IOException {
    int type = head.type() == 'D' ? FOLDER : head.type() == 'L' ? LINK : FILE;
    int mode = type | Integer.parseInt(head.mode(), 8);
    header(head.path(), mode, head.size(), type == FOLDER ? 2 : 1);
    Records.copyBytes(records, out, head.size());
    written += head.size();
    pad(4);
  }

  private void header(String name, int mode, long size, int links) throws IOException {
    if (size > 0xFFFF_FFFFL) {
      throw new IOException(name + " is too large for an initrd");
    }
    byte[] path = name.getBytes(StandardCharsets.UTF_8);
    String head =
        String.format(
            Locale.ROOT,
            "070701%08X%08X%08X%08X%08X%08X%08X%08X%08X%08X%08X%08X%08X",
            mode == 0 ? 0 : ++inode,
            mode,
            0,
            0,
            links,
            0,
            size,
            0,
            0,
            0,
            0,
            path.length + 1,
            0);
    out.write(head.getBytes(StandardCharsets.US_ASCII));
    out.write(path);
    out.write(0);
    written += head.length() + path.length + 1;
    pad(4);
  }

  private void pad(int to) throws IOException {
    while (written % to != 0) {
      out.write(0);
      written++;
    }
  }
}
