package org.heddle.store.demand;

import java.io.BufferedReader;
import java.io.BufferedWriter;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.SequencedSet;
import org.heddle.store.ChunkId;
import org.heddle.store.ChunkRef;
import org.heddle.store.StoreException;

/**
 * The order in which the chunks of an image were first read, in this run and in earlier ones. Its
 * file is text: a first line, then a digest on each line; digests that the image has not are passed
 * over, so that the order of an old image serves the next one. Safe for threads.
 */
final class FirstUse {
  private static final String HEAD = "heddle order 1";

  private final IndexMap map;
  private final SequencedSet<ChunkId> order = new LinkedHashSet<>();
  private final BitSet seen = new BitSet();

  FirstUse(IndexMap map) {
    this.map = map;
  }

  /** Something of this entry is read. */
  synchronized void used(int entry) {
    if (!seen.get(entry)) {
      seen.set(entry);
      order.add(map.chunk(entry).id());
    }
  }

  /**
   * The chunks of the image in the order of an earlier run; none when there was none.
   *
   * @throws StoreException malformed: the file is something else
   */
  synchronized List<ChunkRef> load(Path file) throws IOException {
    int most = map.entries();
    try (BufferedReader lines = Files.newBufferedReader(file, StandardCharsets.UTF_8)) {
      if (!HEAD.equals(lines.readLine())) {
        throw malformed(file, "its first line is not '" + HEAD + "'");
      }
      for (String line = lines.readLine();
          line != null && order.size() < most;
          line = lines.readLine()) {
        order.add(ChunkId.parse(line));
      }
    } catch (NoSuchFileException none) {
      return List.of();
    } catch (IllegalArgumentException | java.nio.charset.CharacterCodingException noDigest) {
      throw malformed(file, String.valueOf(noDigest.getMessage()));
    }
    Map<ChunkId, ChunkRef> known = new HashMap<>();
    for (int i = 0; i < map.entries(); i++) {
      if (!map.hole(i) && order.contains(map.chunk(i).id())) {
        known.put(map.chunk(i).id(), map.chunk(i));
      }
    }
    order.retainAll(known.keySet());
    List<ChunkRef> chunks = new ArrayList<>();
    order.forEach(id -> chunks.add(known.get(id)));
    return chunks;
  }

  private static StoreException malformed(Path file, String why) {
    return new StoreException(
        StoreException.Kind.MALFORMED,
        file + " is no file with an order of chunks: " + why + "; remove it, or name another");
  }

  /** Replaces the file as a whole, unless nothing was read. */
  synchronized void save(Path file) throws IOException {
    if (order.isEmpty()) {
      return;
    }
    Path target = file.toAbsolutePath();
    Path fresh =
        target.resolveSibling("." + target.getFileName() + "." + ProcessHandle.current().pid());
    try {
      try (BufferedWriter lines = Files.newBufferedWriter(fresh, StandardCharsets.UTF_8)) {
        lines.write(HEAD + "\n");
        for (ChunkId id : order) {
          lines.write(id + "\n");
        }
      }
      Files.move(
          fresh, target, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
    } finally {
      Files.deleteIfExists(fresh);
    }
  }
}
