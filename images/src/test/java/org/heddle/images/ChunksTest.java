package org.heddle.images;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Random;
import org.heddle.store.Effort;
import org.heddle.store.Maker;
import org.heddle.store.Store;
import org.heddle.store.StoreWriter;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class ChunksTest {
  private static final int BYTES = 8 << 20;

  @TempDir Path folder;

  /** Images are stored once and sent often. */
  @Test
  void imagesAreKeptSmallerThanWhatIsStoredInPassing() throws IOException {
    Path image = Files.writeString(folder.resolve("image"), text(), StandardCharsets.US_ASCII);
    Path plain = folder.resolve("plain");
    try (StoreWriter writer = Store.openOrCreate(plain).writer(Effort.FAST)) {
      new Maker(writer, (_, _) -> {}).make(image, "image", true);
    }
    Chunks chunks = new Chunks(folder.resolve("kept"));

    chunks.put("image", image);

    assertThat(Below.bytes(folder.resolve("kept"))).isLessThan(Below.bytes(plain) * 95 / 100);
    chunks.get("image", folder.resolve("back"));
    assertThat(folder.resolve("back")).hasSameBinaryContentAs(image);
  }

  @Test
  void chunksThatNothingNeedsGo() throws IOException {
    Path image = Files.writeString(folder.resolve("image"), text(), StandardCharsets.US_ASCII);
    Chunks chunks = new Chunks(folder.resolve("kept"));
    chunks.put("image", image);
    chunks.remove("image");
    chunks.collect();
    assertThat(Below.bytes(folder.resolve("kept"))).isLessThan(BYTES / 100);
  }

  /** Sentences that come again far from where they were. */
  private static String text() {
    Random random = new Random(7);
    String[] sentences = new String[50_000];
    for (int i = 0; i < sentences.length; i++) {
      StringBuilder sentence = new StringBuilder();
      for (int word = 0; word < 5; word++) {
        sentence.append(Long.toString(random.nextLong(1L << 40), 36)).append(' ');
      }
      sentences[i] = sentence.toString();
    }
    StringBuilder text = new StringBuilder();
    while (text.length() < BYTES) {
      text.append(sentences[random.nextInt(sentences.length)]);
    }
    return text.toString();
  }
}
