package org.heddle.store.transfer;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.heddle.store.Block;
import org.heddle.store.ChunkId;
import org.heddle.store.ChunkRef;
import org.heddle.store.Effort;
import org.heddle.store.Store;
import org.heddle.store.StoreWriter;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class SenderTest {
  private static final Random RANDOM = new Random(71);

  @TempDir private Path folder;

  private static byte[] noise(int length) {
    byte[] noise = new byte[length];
    RANDOM.nextBytes(noise);
    return noise;
  }

  private static ChunkRef chunk(byte[] data) {
    return new ChunkRef(ChunkId.hash(data, 0, data.length), data.length);
  }

  private static Block block(byte[] first, byte[] second) throws IOException {
    byte[] both = java.util.Arrays.copyOf(first, first.length + second.length);
    System.arraycopy(second, 0, both, first.length, second.length);
    return Block.of(both, List.of(chunk(first), chunk(second)), Effort.FAST);
  }

  @Test
  void aChunkThatLiesInTwoBlocksIsSentOnceAndTheReceiverIsContent() throws IOException {
    byte[] twice = noise(5000);
    byte[] unwanted = noise(60_000);
    byte[] wanted = noise(60_000);
    Store store = Store.openOrCreate(folder.resolve("s"));
    try (StoreWriter writer = store.writer()) {
      writer.addBlock(block(twice, unwanted));
      writer.addBlock(block(twice, wanted));
      writer.flush();
    }
    List<ChunkRef> asked = List.of(chunk(twice), chunk(wanted));
    Expected expected = new Expected("server", asked);
    List<ChunkRef> came = new ArrayList<>();
    Sender.send(
        store,
        asked,
        false,
        block -> {
          expected.check(block);
          came.addAll(block.chunks());
        });
    assertThat(came).containsExactlyInAnyOrderElementsOf(asked);
  }
}
