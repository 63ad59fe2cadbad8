package org.heddle.planner.instance;

import java.util.function.IntConsumer;
import java.util.function.IntUnaryOperator;

/**
 * Items grouped by a small key (a machine, a host), in order of item; items of key -1 are left out.
 */
final class ByKey {
  private final int[] first;
  private final int[] items;

  ByKey(int keys, int count, IntUnaryOperator keyOf) {
    first = new int[keys + 1];
    for (int i = 0; i < count; i++) {
      int key = keyOf.applyAsInt(i);
      if (key >= 0) {
        first[key + 1]++;
      }
    }
    for (int k = 0; k < keys; k++) {
      first[k + 1] += first[k];
    }
    items = new int[first[keys]];
    int[] next = first.clone();
    for (int i = 0; i < count; i++) {
      int key = keyOf.applyAsInt(i);
      if (key >= 0) {
        items[next[key]++] = i;
      }
    }
  }

  int size(int key) {
    return first[key + 1] - first[key];
  }

  int at(int key, int position) {
    return items[first[key] + position];
  }

  void forEach(int key, IntConsumer action) {
    for (int i = first[key]; i < first[key + 1]; i++) {
      action.accept(items[i]);
    }
  }
}
