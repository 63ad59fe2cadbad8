package org.heddle.planner.instance;

import java.util.Arrays;
import java.util.stream.IntStream;

/** An immutable list of machine or host indices, in the order given; compared by content. */
public final class Indices {
  public static final Indices NONE = new Indices(new int[0]);

  private final int[] values;

  private Indices(int[] values) {
    this.values = values;
  }

  public static Indices of(int... values) {
    return values.length == 0 ? NONE : new Indices(values.clone());
  }

  /** The indices from {@code from} up to, but without, {@code to}. */
  public static Indices range(int from, int to) {
    return of(IntStream.range(from, to).toArray());
  }

  public int size() {
    return values.length;
  }

  public boolean isEmpty() {
    return values.length == 0;
  }

  public int at(int position) {
    return values[position];
  }

  /** Linear search; make a {@code boolean[]} or {@code BitSet} of it in loops. */
  public boolean contains(int value) {
    for (int each : values) {
      if (each == value) {
        return true;
      }
    }
    return false;
  }

  public IntStream stream() {
    return Arrays.stream(values);
  }

  /** A copy. */
  public int[] toArray() {
    return values.clone();
  }

  @Override
  public boolean equals(Object other) {
    return other instanceof Indices that && Arrays.equals(values, that.values);
  }

  @Override
  public int hashCode() {
    return Arrays.hashCode(values);
  }

  @Override
  public String toString() {
    return Arrays.toString(values);
  }
}
