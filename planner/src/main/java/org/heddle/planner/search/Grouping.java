package org.heddle.planner.search;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.function.IntPredicate;

/** Puts machines that have to be together into one unit; units in order of their first machine. */
final class Grouping {
  /** By machine, -1 for those that do not run. */
  final int[] unitOf;

  /** Machines of each unit. */
  final int[][] members;

  private final int[] root;

  /**
   * @param together sets of machines that run and have to be on one host
   */
  Grouping(int machines, IntPredicate runs, List<int[]> together) {
    root = new int[machines];
    Arrays.setAll(root, m -> m);
    for (int[] set : together) {
      for (int i = 1; i < set.length; i++) {
        join(set[0], set[i]);
      }
    }
    int[] size = new int[machines];
    for (int m = 0; m < machines; m++) {
      if (runs.test(m)) {
        size[find(m)]++;
      }
    }
    unitOf = new int[machines];
    Arrays.fill(unitOf, -1);
    members = fill(runs, size);
  }

  private int[][] fill(IntPredicate runs, int[] size) {
    int[] unitOfRoot = new int[root.length];
    Arrays.fill(unitOfRoot, -1);
    int[] filled = new int[root.length];
    List<int[]> all = new ArrayList<>();
    for (int m = 0; m < root.length; m++) {
      if (runs.test(m)) {
        int top = find(m);
        if (unitOfRoot[top] < 0) {
          unitOfRoot[top] = all.size();
          all.add(new int[size[top]]);
        }
        unitOf[m] = unitOfRoot[top];
        all.get(unitOf[m])[filled[top]++] = m;
      }
    }
    return all.toArray(new int[0][]);
  }

  private int find(int machine) {
    int m = machine;
    while (root[m] != m) {
      root[m] = root[root[m]];
      m = root[m];
    }
    return m;
  }

  private void join(int a, int b) {
    int x = find(a);
    int y = find(b);
    root[Math.max(x, y)] = Math.min(x, y);
  }
}
