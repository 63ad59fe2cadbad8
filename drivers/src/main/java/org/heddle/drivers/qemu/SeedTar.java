package org.heddle.drivers.qemu;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.ByteArrayOutputStream;
import java.util.SortedMap;

/**
 * The seed as a tar archive (POSIX.1-1988 ustar): the same bytes for the same files, sorted, owned
 * by root, without a time.
 */
final class SeedTar {
  private static final int BLOCK = 512;
  private static final int NAME = 100;

  private SeedTar() {}

  static byte[] of(SortedMap<String, String> files) {
    ByteArrayOutputStream tar = new ByteArrayOutputStream();
    files.forEach((name, text) -> {
      byte[] content = text.getBytes(UTF_8);
      tar.writeBytes(header(name, content.length));
      tar.writeBytes(content);
      tar.writeBytes(new byte[(BLOCK - content.length % BLOCK) % BLOCK]);
    });
    tar.writeBytes(new byte[2 * BLOCK]);
    return tar.toByteArray();
  }

  private static byte[] header(String name, int size) {
    if (name.getBytes(UTF_8).length > NAME) {
      throw new IllegalArgumentException("seed file name '" + name + "': use at most 100 bytes");
    }
    byte[] header = new byte[BLOCK];
    put(header, 0, name);
    put(header, 100, "0000600\0");
    put(header, 108, "0000000\0");
    put(header, 116, "0000000\0");
    put(header, 124, "%011o\0".formatted(size));
    put(header, 136, "00000000000\0");
    put(header, 148, "        ");
    put(header, 156, "0");
    put(header, 257, "ustar\00000");
    put(header, 265, "root");
    put(header, 297, "root");
    int sum = 0;
    for (byte b : header) {
      sum += b & 0xff;
    }
    put(header, 148, "%06o\0 ".formatted(sum));
    return header;
  }

  private static void put(byte[] header, int offset, String text) {
    byte[] bytes = text.getBytes(text.chars().allMatch(c -> c < 128) ? US_ASCII : UTF_8);
    System.arraycopy(bytes, 0, header, offset, bytes.length);
  }
}
