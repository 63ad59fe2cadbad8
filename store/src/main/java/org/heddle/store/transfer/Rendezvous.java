package org.heddle.store.transfer;

import java.nio.charset.StandardCharsets;
import java.util.Collection;
import java.util.Comparator;
import java.util.List;
import java.util.TreeMap;
import org.heddle.store.ChunkId;

/**
 * Splits chunks among the hosts of a site so that all agree without talking, and that one that
 * fails leaves its share to all others evenly: rendezvous hashing (highest random weight), Thaler
 * and Ravishankar, "Using Name-Based Mappings to Increase Hit Rates", IEEE/ACM ToN 1998. Pure.
 */
public final class Rendezvous {
  private Rendezvous() {}

  /**
   * All members, the one that should fetch the chunk first.
   *
   * @param members their names, the same on all hosts; their order does not matter
   */
  public static List<String> ranking(ChunkId chunk, Collection<String> members) {
    TreeMap<ChunkId, String> byWeight = new TreeMap<>(Comparator.reverseOrder());
    for (String member : members) {
      byte[] name = (chunk + " " + member).getBytes(StandardCharsets.UTF_8);
      byWeight.put(ChunkId.hash(name, 0, name.length), member);
    }
    return List.copyOf(byWeight.values());
  }
}
