package org.heddle.model;

/** The name of a vjob, unique in the grid. Ordered by name. */
public record VjobId(String value) implements Comparable<VjobId> {
  public VjobId {
    Names.check("vjob name", value);
  }

  @Override
  public int compareTo(VjobId other) {
    return value.compareTo(other.value);
  }

  @Override
  public String toString() {
    return value;
  }
}
