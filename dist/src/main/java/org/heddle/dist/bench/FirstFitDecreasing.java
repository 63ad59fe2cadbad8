package org.heddle.dist.bench;

import java.util.Arrays;
import java.util.Comparator;
import java.util.stream.IntStream;
import org.heddle.planner.instance.Instance;
import org.heddle.planner.instance.MachineState;

/**
 * The heuristic that the papers compare with: the biggest machine first (by memory, then CPU, or
 * the other way round), each on the first host with room, wherever it runs now.
 */
final class FirstFitDecreasing {
  private final Instance instance;
  private final int leading;
  private final long[][] free;
  private final int[] placement;

  /**
   * @param leading the resource by which machines are compared first
   */
  FirstFitDecreasing(Instance instance, int leading) {
    this.instance = instance;
    this.leading = leading;
    this.free = new long[instance.hosts()][instance.resources()];
    for (int h = 0; h < free.length; h++) {
      for (int r = 0; r < instance.resources(); r++) {
        free[h][r] = instance.usable(h, r);
      }
    }
    placement = new int[instance.machines()];
    for (int m = 0; m < placement.length; m++) {
      placement[m] = instance.wanted(m) == MachineState.SLEEPING ? instance.host(m) : -1;
    }
  }

  /** By machine: its host, -1 for those that have none; empty when not all fit. */
  int[] place() {
    int[] running =
        IntStream.range(0, instance.machines())
            .filter(m -> instance.wanted(m) == MachineState.RUNNING)
            .toArray();
    return place(running) ? placement.clone() : new int[0];
  }

  /** Adds machines; all or, when not all fit, none. */
  boolean place(int[] machines) {
    int placed = 0;
    int[] inOrder = Arrays.stream(machines).boxed().sorted(biggest()).mapToInt(m -> m).toArray();
    for (int m : inOrder) {
      int host = first(m);
      if (host < 0) {
        for (int i = 0; i < placed; i++) {
          use(inOrder[i], placement[inOrder[i]], 1);
          placement[inOrder[i]] = -1;
        }
        return false;
      }
      placement[m] = host;
      use(m, host, -1);
      placed++;
    }
    return true;
  }

  private Comparator<Integer> biggest() {
    return (one, other) -> {
      for (int r = 0; r < instance.resources(); r++) {
        int resource = (leading + r) % instance.resources();
        int bySize = Long.compare(instance.next(other, resource), instance.next(one, resource));
        if (bySize != 0) {
          return bySize;
        }
      }
      return Integer.compare(one, other);
    };
  }

  private int first(int m) {
    for (int h = 0; h < free.length; h++) {
      if (fits(m, h)) {
        return h;
      }
    }
    return -1;
  }

  private boolean fits(int m, int h) {
    for (int r = 0; r < instance.resources(); r++) {
      if (instance.next(m, r) > free[h][r]) {
        return false;
      }
    }
    return true;
  }

  private void use(int m, int h, int sign) {
    for (int r = 0; r < instance.resources(); r++) {
      free[h][r] += sign * instance.next(m, r);
    }
  }
}
