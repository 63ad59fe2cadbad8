package org.heddle.planner.search;

import java.util.Arrays;
import java.util.TreeMap;

/**
 * Demands and rooms on a coarse integer grid, so that all sets of machines that fit into some room
 * can be priced by one knapsack table. Rounding demands up keeps every pattern feasible, rounding
 * them down keeps the relaxation a lower bound; where the common divisor of a resource is coarse
 * enough, both are exact.
 */
final class Grid {
  /** Largest table; beyond, steps get coarser. */
  private static final int MAX_CELLS = 6_000;

  /** Largest table times types, so that the table of prefixes stays in cache and memory. */
  private static final long MAX_PREFIX = 3_000_000;

  private static final int MAX_DIMENSIONS = 3;

  final int[] kept;
  final long[] step;
  final int[] size;
  final int[] stride;
  final int cells;
  final boolean exact;

  /** Type of each machine, -1 for machines that are not in the exchange. */
  final int[] typeOf;

  final int types;
  final int[][] level;
  final int[] shift;

  /** Machines of each type, at least 1. */
  final int[] population;

  private final int resources;

  Grid(Exchange exchange, boolean roundUp) {
    resources = exchange.dense.resources;
    int[] machines = machines(exchange);
    kept = binding(exchange, machines);
    long[] largest = new long[kept.length];
    long[] divisor = new long[kept.length];
    measure(exchange, machines, largest, divisor);
    step = divisor.clone();
    typeOf = new int[exchange.dense.units];
    int[][] found = coarsen(exchange, machines, largest, roundUp);
    exact = Arrays.equals(step, divisor) && kept.length == resources;
    size = sizes(largest);
    stride = new int[kept.length];
    int product = 1;
    for (int r = kept.length - 1; r >= 0; r--) {
      stride[r] = product;
      product *= size[r];
    }
    cells = product;
    types = found.length;
    level = found;
    shift = new int[types];
    population = new int[types];
    for (int t = 0; t < types; t++) {
      for (int r = 0; r < kept.length; r++) {
        shift[t] += level[t][r] * stride[r];
      }
    }
    for (int m : machines) {
      population[typeOf[m]]++;
    }
  }

  /** The cell of this room, or -1 if it is negative in some resource. */
  int cell(long[] room) {
    int cell = 0;
    for (int r = 0; r < kept.length; r++) {
      long have = room[kept[r]];
      if (have < 0) {
        return -1;
      }
      cell += (int) Math.min(have / step[r], size[r] - 1L) * stride[r];
    }
    for (long have : room) {
      if (have < 0) {
        return -1;
      }
    }
    return cell;
  }

  /** Whether a machine of the type fits into the room of the cell. */
  boolean fits(int type, int cell) {
    for (int r = 0; r < kept.length; r++) {
      if ((cell / stride[r]) % size[r] < level[type][r]) {
        return false;
      }
    }
    return true;
  }

  /** Whether units of the type need no room worth counting: they are left out of account. */
  boolean weightless(int type) {
    return shift[type] == 0;
  }

  /** The largest share of the largest host that a unit of the type takes. */
  double bulk(int type) {
    double bulk = 0;
    for (int r = 0; r < kept.length; r++) {
      bulk = Math.max(bulk, (double) level[type][r] / size[r]);
    }
    return bulk;
  }

  private static int[] machines(Exchange exchange) {
    int count = exchange.pending.length;
    for (int[] present : exchange.present) {
      count += present.length;
    }
    int[] all = Arrays.copyOf(exchange.pending, count);
    int at = exchange.pending.length;
    for (int[] present : exchange.present) {
      System.arraycopy(present, 0, all, at, present.length);
      at += present.length;
    }
    return all;
  }

  /** The resources that are used most, of those that are used at all. */
  private int[] binding(Exchange exchange, int[] machines) {
    double[] use = new double[resources];
    Integer[] order = new Integer[resources];
    for (int r = 0; r < resources; r++) {
      order[r] = r;
      double asked = 0;
      double room = 1;
      for (int m : machines) {
        asked += exchange.dense.demand[m * resources + r];
      }
      for (int h = 0; h < exchange.dense.hosts; h++) {
        room += Math.max(0, exchange.free[h * resources + r]);
      }
      use[r] = asked / room;
    }
    Arrays.sort(order, (a, b) -> Double.compare(use[b], use[a]));
    int count = 0;
    while (count < Math.min(resources, MAX_DIMENSIONS) && use[order[count]] > 0) {
      count++;
    }
    int[] result = new int[count];
    for (int i = 0; i < count; i++) {
      result[i] = order[i];
    }
    Arrays.sort(result);
    return result;
  }

  private void measure(Exchange exchange, int[] machines, long[] largest, long[] divisor) {
    for (int r = 0; r < kept.length; r++) {
      long most = 0;
      for (int h = 0; h < exchange.dense.hosts; h++) {
        most = Math.max(most, exchange.free[h * resources + kept[r]]);
      }
      long common = 0;
      for (int m : machines) {
        common = gcd(common, exchange.dense.demand[m * resources + kept[r]]);
      }
      largest[r] = most;
      divisor[r] = Math.max(1, common);
    }
  }

  private int[] sizes(long[] largest) {
    int[] result = new int[kept.length];
    for (int r = 0; r < kept.length; r++) {
      result[r] = (int) Math.min(Integer.MAX_VALUE / 2, largest[r] / step[r] + 1);
    }
    return result;
  }

  /** Doubles the finest step until table and types are few enough; answers the types. */
  private int[][] coarsen(Exchange exchange, int[] machines, long[] largest, boolean roundUp) {
    while (true) {
      int[] tried = sizes(largest);
      double product = 1;
      int finest = 0;
      for (int r = 0; r < tried.length; r++) {
        product *= tried[r];
        finest = tried[r] > tried[finest] ? r : finest;
      }
      if (product <= MAX_CELLS || tried[finest] <= 2) {
        int[][] found = classify(exchange, machines, roundUp);
        if (found.length * product <= MAX_PREFIX || tried[finest] <= 2) {
          return found;
        }
      }
      step[finest] *= 2;
    }
  }

  private int[][] classify(Exchange exchange, int[] machines, boolean roundUp) {
    TreeMap<int[], Integer> index = new TreeMap<>(Arrays::compare);
    for (int m : machines) {
      index.putIfAbsent(levels(exchange, m, roundUp), 0);
    }
    int[][] found = index.keySet().toArray(new int[0][]);
    int next = 0;
    for (int[] levels : found) {
      index.put(levels, next++);
    }
    Arrays.fill(typeOf, -1);
    for (int m : machines) {
      Integer type = index.get(levels(exchange, m, roundUp));
      typeOf[m] = type == null ? -1 : type;
    }
    return found;
  }

  private int[] levels(Exchange exchange, int machine, boolean roundUp) {
    int[] levels = new int[kept.length];
    for (int r = 0; r < levels.length; r++) {
      long asked = exchange.dense.demand[machine * resources + kept[r]];
      levels[r] =
          (int) Math.min(Integer.MAX_VALUE, (roundUp ? asked + step[r] - 1 : asked) / step[r]);
    }
    return levels;
  }

  private static long gcd(long a, long b) {
    return b == 0 ? a : gcd(b, a % b);
  }
}
