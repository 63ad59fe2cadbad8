package org.heddle.planner.search;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.heddle.planner.instance.Indices;
import org.jspecify.annotations.Nullable;

/** Parts of the hosts, as rules ask for them; rules with the same parts share one. */
final class Partition {
  /** The part of each host, -1 where it is in none. */
  final int[] partOf;

  /** Hosts that are in a part, one bit each; null when all are. */
  final long @Nullable [] inside;

  private final List<Indices> parts;
  private final long[] @Nullable [] bits;

  private Partition(List<Indices> parts, int hosts) {
    this.parts = parts;
    partOf = new int[hosts];
    Arrays.fill(partOf, -1);
    int count = 0;
    for (int p = 0; p < parts.size(); p++) {
      for (int h : parts.get(p).toArray()) {
        count += partOf[h] < 0 ? 1 : 0;
        partOf[h] = p;
      }
    }
    long[] all = null;
    if (count < hosts) {
      all = new long[(hosts + 63) / 64];
      for (int h = 0; h < hosts; h++) {
        all[h >> 6] |= partOf[h] >= 0 ? 1L << h : 0;
      }
    }
    inside = all;
    bits = new long[parts.size()][];
  }

  /** The hosts of a part, one bit each. */
  long[] bits(int part) {
    long[] known = bits[part];
    if (known == null) {
      known = new long[(partOf.length + 63) / 64];
      for (int h : parts.get(part).toArray()) {
        known[h >> 6] |= 1L << h;
      }
      bits[part] = known;
    }
    return known;
  }

  /**
   * Finds partitions again; hashes little of them, because there are many constraints and hosts.
   */
  static final class Known {
    private final Map<Long, List<Partition>> byHash = new HashMap<>();

    Partition of(List<Indices> parts, int hosts) {
      long hash = parts.size();
      for (Indices part : parts) {
        hash = 31 * hash + part.size();
        hash = 31 * hash + (part.isEmpty() ? -1 : part.at(part.size() / 2));
      }
      List<Partition> same = byHash.computeIfAbsent(hash, _ -> new ArrayList<>());
      for (Partition each : same) {
        if (each.parts.equals(parts)) {
          return each;
        }
      }
      Partition made = new Partition(parts, hosts);
      same.add(made);
      return made;
    }
  }
}
