package org.heddle.dist.bench;

import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.heddle.store.ChunkId;

/**
 * The measure of the content based transfer of images published before: which share of the blocks
 * of 4 KiB with content ("hot") of one image the other has too, wherever it has them.
 */
final class HotBlocks {
  private static final int BLOCK = 4096;

  private HotBlocks() {}

  /** In percent: of the first that the second has, of the second that the first has. */
  record Shares(double first, double second) {}

  static Shares of(Path first, Path second) throws IOException {
    List<ChunkId> a = blocks(first);
    List<ChunkId> b = blocks(second);
    return new Shares(share(a, new HashSet<>(b)), share(b, new HashSet<>(a)));
  }

  private static double share(List<ChunkId> blocks, Set<ChunkId> other) {
    return 100.0 * blocks.stream().filter(other::contains).count() / Math.max(1, blocks.size());
  }

  private static List<ChunkId> blocks(Path image) throws IOException {
    List<ChunkId> blocks = new ArrayList<>();
    byte[] zeros = new byte[BLOCK];
    try (InputStream in = Files.newInputStream(image)) {
      byte[] piece = new byte[BLOCK << 8];
      for (int count = in.readNBytes(piece, 0, piece.length);
          count > 0;
          count = in.readNBytes(piece, 0, piece.length)) {
        for (int at = 0; at < count; at += BLOCK) {
          int length = Math.min(BLOCK, count - at);
          if (!java.util.Arrays.equals(piece, at, at + length, zeros, 0, length)) {
            blocks.add(ChunkId.hash(piece, at, length));
          }
        }
      }
    }
    return blocks;
  }
}
