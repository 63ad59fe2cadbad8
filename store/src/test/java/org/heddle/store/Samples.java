package org.heddle.store;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Arrays;
import java.util.Random;

/** Contents and stores for tests; everything random comes from the caller's seed. */
final class Samples {
  private Samples() {}

  /** Like an image: text, noise and zeros in stretches that begin at multiples of 4 KiB. */
  static byte[] image(Random random, int pages) {
    byte[] data = new byte[pages * 4096];
    for (int at = 0; at < data.length; ) {
      int length = Math.min(data.length - at, 4096 * (1 + random.nextInt(24)));
      switch (random.nextInt(3)) {
        case 0 -> System.arraycopy(noise(random, length), 0, data, at, length);
        case 1 -> text(random, data, at, length);
        default -> {}
      }
      at += length;
    }
    return data;
  }

  private static void text(Random random, byte[] data, int at, int length) {
    for (int i = at; i < at + length; i++) {
      data[i] = (byte) "etaoin shrdlu\n".charAt(random.nextInt(14));
    }
  }

  /** Some bytes changed, some put in, some taken out. */
  static byte[] edited(Random random, byte[] data) {
    byte[] edited = data.clone();
    for (int i = 0; i < 1 + random.nextInt(4) && edited.length > 0; i++) {
      int at = random.nextInt(edited.length);
      int length = Math.min(edited.length - at, 1 + random.nextInt(3000));
      edited =
          switch (random.nextInt(3)) {
            case 0 -> join(edited, at, noise(random, length), at + length);
            case 1 -> join(edited, at, noise(random, length), at);
            default -> join(edited, at, new byte[0], at + length);
          };
    }
    return edited;
  }

  static byte[] noise(Random random, int length) {
    byte[] noise = new byte[length];
    random.nextBytes(noise);
    return noise;
  }

  private static byte[] join(byte[] data, int until, byte[] between, int from) {
    ByteBuffer joined = ByteBuffer.allocate(until + between.length + data.length - from);
    return joined.put(data, 0, until).put(between).put(data, from, data.length - from).array();
  }

  static Path file(Path folder, String name, byte[] data) throws IOException {
    return Files.write(folder.resolve(name), data);
  }

  /** A file of this size with data at the end only. */
  static Path sparse(Path file, long size, byte[] end) throws IOException {
    try (FileChannel channel =
        FileChannel.open(file, StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE)) {
      channel.write(ByteBuffer.wrap(end), size - end.length);
    }
    return file;
  }

  static MakeReport make(Store store, Path file, String name) throws IOException {
    try (StoreWriter writer = store.writer()) {
      return new Maker(writer, Progress.NONE).make(file, name, true);
    }
  }

  static ExtractReport extract(Store store, String name, Path file) throws IOException {
    try (IndexReader index = store.index(name)) {
      return new Extractor(store, Progress.NONE).extract(index, file);
    }
  }

  static ExtractReport update(Store store, String name, Path file) throws IOException {
    try (IndexReader index = store.index(name)) {
      return new Extractor(store, Progress.NONE).update(index, file);
    }
  }

  /** The contents behind an index. */
  static byte[] contents(Store store, String name) throws IOException {
    try (IndexReader index = store.index(name)) {
      byte[] data = new byte[Math.toIntExact(index.info().fileSize())];
      for (var entry = index.next(); entry.isPresent(); entry = index.next()) {
        if (entry.get() instanceof Entry.Data(ChunkRef chunk)) {
          byte[] bytes = store.read(chunk.id());
          int at = Math.toIntExact(index.position()) - bytes.length;
          System.arraycopy(bytes, 0, data, at, bytes.length);
        }
      }
      return data;
    }
  }

  static void assertHolds(Store store, String name, byte[] expected, String seed)
      throws IOException {
    assertThat(Arrays.equals(contents(store, name), expected))
        .as("contents of %s, %s", name, seed)
        .isTrue();
  }
}
