package org.heddle.store;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * What a store's {@code format} file says.
 *
 * @param quota most bytes; 0: as much as the disk holds
 */
record StoreSettings(long quota) {
  private static final String FIRST = "heddle store 1";
  private static final Pattern FORM =
      Pattern.compile("(" + FIRST + "\nquota (\\d{1,18})\n)check ([0-9a-f]{64})\n");
  private static final int LONGEST = 200;

  StoreSettings {
    if (quota < 0) {
      throw new IllegalArgumentException("a quota cannot be negative: " + quota);
    }
  }

  void write(Layout layout, Disk disk) throws IOException {
    Path fresh = layout.format().resolveSibling("format.new");
    disk.delete(fresh);
    try (Disk.Output out = disk.create(fresh)) {
      String told = FIRST + "\nquota " + quota + "\n";
      String text = told + "check " + digest(told) + "\n";
      out.write(ByteBuffer.wrap(text.getBytes(StandardCharsets.US_ASCII)));
      out.sync();
    }
    disk.rename(fresh, layout.format());
    disk.syncFolder(layout.folder());
  }

  static StoreSettings read(Layout layout) throws IOException {
    String text = "";
    if (Files.size(layout.format()) <= LONGEST) {
      text = Files.readString(layout.format(), StandardCharsets.ISO_8859_1);
    }
    Matcher match = FORM.matcher(text);
    if (!match.matches() || !match.group(3).equals(digest(match.group(1)))) {
      throw StoreException.malformed(
          layout.format() + " is not of a store that this program reads ('" + FIRST + "')");
    }
    return new StoreSettings(Long.parseLong(match.group(2)));
  }

  private static String digest(String text) {
    byte[] bytes = text.getBytes(StandardCharsets.US_ASCII);
    return ChunkId.hash(bytes, 0, bytes.length).toString();
  }
}
