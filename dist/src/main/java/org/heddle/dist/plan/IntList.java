package org.heddle.dist.plan;

import java.util.Arrays;

/** Growing list of ints. */
final class IntList {
  private int[] values = new int[16];
  private int size;

  void add(int value) {
    if (size == values.length) {
      values = Arrays.copyOf(values, size * 2);
    }
    values[size++] = value;
  }

  int size() {
    return size;
  }

  int at(int position) {
    return values[position];
  }

  int[] toArray() {
    return Arrays.copyOf(values, size);
  }
}
