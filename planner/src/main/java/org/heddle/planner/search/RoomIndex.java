package org.heddle.planner.search;

import java.util.Arrays;

/**
 * Hosts by the room that they have left of the two scarcest resources, so that a tight fit is found
 * without looking at all hosts.
 */
final class RoomIndex {
  private static final int LEVELS = 32;

  private final Dense dense;
  private final long[] room;
  private final int[] key = new int[2];
  private final long[] step = new long[2];
  private final int[] bucketOf;
  private final int[] first = new int[LEVELS * LEVELS];
  private final int[] next;
  private final int[] previous;

  RoomIndex(Dense dense, long[] room) {
    this.dense = dense;
    this.room = room;
    bucketOf = new int[dense.hosts];
    next = new int[dense.hosts];
    previous = new int[dense.hosts];
    Arrays.fill(first, -1);
    chooseKeys();
    for (int h = 0; h < dense.hosts; h++) {
      bucketOf[h] = bucket(h);
      link(h);
    }
  }

  private void chooseKeys() {
    double[] scarcity = new double[dense.resources];
    long[] largest = new long[dense.resources];
    for (int r = 0; r < dense.resources; r++) {
      double asked = 0;
      for (int u = 0; u < dense.units; u++) {
        asked += dense.demand[u * dense.resources + r];
      }
      double sum = 1;
      for (int h = 0; h < dense.hosts; h++) {
        sum += dense.usable[h * dense.resources + r];
        largest[r] = Math.max(largest[r], dense.usable[h * dense.resources + r]);
      }
      scarcity[r] = asked / sum;
    }
    key[0] = best(scarcity, -1);
    key[1] = best(scarcity, key[0]);
    for (int k = 0; k < 2; k++) {
      step[k] = key[k] < 0 ? 1 : largest[key[k]] / LEVELS + 1;
    }
  }

  private static int best(double[] scarcity, int without) {
    int best = -1;
    for (int r = 0; r < scarcity.length; r++) {
      if (r != without && (best < 0 || scarcity[r] > scarcity[best])) {
        best = r;
      }
    }
    return best;
  }

  private int bucket(int host) {
    return level(host, 0) * LEVELS + level(host, 1);
  }

  private int level(int host, int k) {
    if (key[k] < 0) {
      return 0;
    }
    long have = room[host * dense.resources + key[k]];
    return have <= 0 ? 0 : (int) (have / step[k]);
  }

  /** The room of the host is another now. */
  void changed(int host) {
    int bucket = bucket(host);
    if (bucket != bucketOf[host]) {
      unlink(host);
      bucketOf[host] = bucket;
      link(host);
    }
  }

  private void link(int host) {
    int bucket = bucketOf[host];
    next[host] = first[bucket];
    previous[host] = -1;
    if (first[bucket] >= 0) {
      previous[first[bucket]] = host;
    }
    first[bucket] = host;
  }

  private void unlink(int host) {
    if (previous[host] >= 0) {
      next[previous[host]] = next[host];
    } else {
      first[bucketOf[host]] = next[host];
    }
    if (next[host] >= 0) {
      previous[next[host]] = previous[host];
    }
  }

  /** What {@link #tightest} asks of a host that has room. */
  interface Accepts {
    boolean test(int host);
  }

  /**
   * A host with the least room left over of those that fit and are accepted, the first of several;
   * -1 if none is.
   */
  int tightest(State state, int unit, Accepts accepts) {
    int from0 = start(unit, 0);
    int from1 = start(unit, 1);
    for (int sum = from0 + from1; sum <= 2 * (LEVELS - 1); sum++) {
      int best = -1;
      double bestScore = 0;
      for (int a = Math.max(from0, sum - LEVELS + 1); a <= Math.min(LEVELS - 1, sum - from1); a++) {
        for (int h = first[a * LEVELS + sum - a]; h >= 0; h = next[h]) {
          if (!state.fits(unit, h)) {
            continue;
          }
          double score = score(h);
          boolean better = best < 0 || score < bestScore || (score == bestScore && h < best);
          if (better && state.rulesAllow(unit, h) && accepts.test(h)) {
            best = h;
            bestScore = score;
          }
        }
      }
      if (best >= 0) {
        return best;
      }
    }
    return -1;
  }

  private int start(int unit, int k) {
    if (key[k] < 0) {
      return 0;
    }
    return (int) Math.min(LEVELS - 1L, dense.demand[unit * dense.resources + key[k]] / step[k]);
  }

  private double score(int host) {
    double score = 0;
    for (int k = 0; k < 2; k++) {
      if (key[k] >= 0) {
        score += (double) room[host * dense.resources + key[k]] / step[k];
      }
    }
    // hosts that are off line now come last
    return dense.instance.online(host) ? score : score + 4 * LEVELS;
  }
}
