package org.heddle.planner.order;

import java.util.Arrays;
import java.util.HashMap;
import java.util.Map;

/**
 * Amounts that tasks take at their start and give back at their end: room of each resource on each
 * host, places for actions at once, rates of links, what a capacity rule leaves. Each account knows
 * the tasks that gave what is free, oldest first; who takes it waits for those. As no chunk is
 * taken twice, a plan stays right when actions last longer or shorter than planned.
 */
final class Accounts {
  private static final int NONE = -1;

  private final long[] free;

  /** Below zero in the origin: given back amounts fill this up first. */
  private final Map<Integer, Debt> debts = new HashMap<>();

  private final int[] first;
  private final int[] last;

  private long[] chunkAmount = new long[64];
  private int[] chunkGiver = new int[64];
  private int[] chunkNext = new int[64];
  private int chunks;

  /** What an account lacks, and who has given towards it: all who take later wait for these. */
  private static final class Debt {
    private long left;
    private final Givers givers = new Givers();
  }

  /** A growing list of task positions. */
  static final class Givers {
    private int[] positions = new int[8];
    private int size;

    void add(int position) {
      if (size == positions.length) {
        positions = Arrays.copyOf(positions, size * 2);
      }
      positions[size++] = position;
    }

    void addAll(Givers others) {
      for (int i = 0; i < others.size; i++) {
        add(others.positions[i]);
      }
    }

    void clear() {
      size = 0;
    }

    /** In ascending order, each once. */
    int[] distinct() {
      if (size == 0) {
        return EMPTY;
      }
      Arrays.sort(positions, 0, size);
      int kept = 1;
      for (int i = 1; i < size; i++) {
        if (positions[i] != positions[kept - 1]) {
          positions[kept++] = positions[i];
        }
      }
      return Arrays.copyOf(positions, kept);
    }

    private static final int[] EMPTY = {};
  }

  Accounts(long[] free) {
    this.free = free.clone();
    first = new int[free.length];
    last = new int[free.length];
    Arrays.fill(first, NONE);
    Arrays.fill(last, NONE);
    for (int a = 0; a < free.length; a++) {
      if (free[a] < 0) {
        Debt debt = new Debt();
        debt.left = -free[a];
        debts.put(a, debt);
      } else if (free[a] > 0) {
        append(a, free[a], NONE);
      }
    }
  }

  long free(int account) {
    return free[account];
  }

  boolean has(int account, long amount) {
    return amount <= 0 || free[account] >= amount;
  }

  void reserve(int account, long amount) {
    free[account] -= amount;
  }

  void unreserve(int account, long amount) {
    free[account] += amount;
  }

  /** Settles what was reserved: adds those who gave it. */
  void take(int account, long amount, Givers waits) {
    if (amount <= 0) {
      return;
    }
    Debt debt = debts.isEmpty() ? null : debts.get(account);
    if (debt != null) {
      waits.addAll(debt.givers);
    }
    long left = amount;
    while (left > 0) {
      int chunk = first[account];
      if (chunk == NONE) {
        throw new IllegalStateException("account " + account + " lacks what was reserved of it");
      }
      long part = Math.min(left, chunkAmount[chunk]);
      if (chunkGiver[chunk] != NONE) {
        waits.add(chunkGiver[chunk]);
      }
      chunkAmount[chunk] -= part;
      left -= part;
      if (chunkAmount[chunk] == 0) {
        first[account] = chunkNext[chunk];
        if (first[account] == NONE) {
          last[account] = NONE;
        }
      }
    }
  }

  void give(int account, long amount, int giver) {
    if (amount <= 0) {
      return;
    }
    free[account] += amount;
    long left = amount;
    Debt debt = debts.isEmpty() ? null : debts.get(account);
    if (debt != null && debt.left > 0) {
      long part = Math.min(left, debt.left);
      debt.left -= part;
      left -= part;
      debt.givers.add(giver);
    }
    if (left > 0) {
      append(account, left, giver);
    }
  }

  private void append(int account, long amount, int giver) {
    if (chunks == chunkAmount.length) {
      chunkAmount = Arrays.copyOf(chunkAmount, chunks * 2);
      chunkGiver = Arrays.copyOf(chunkGiver, chunks * 2);
      chunkNext = Arrays.copyOf(chunkNext, chunks * 2);
    }
    chunkAmount[chunks] = amount;
    chunkGiver[chunks] = giver;
    chunkNext[chunks] = NONE;
    if (last[account] == NONE) {
      first[account] = chunks;
    } else {
      chunkNext[last[account]] = chunks;
    }
    last[account] = chunks++;
  }
}
