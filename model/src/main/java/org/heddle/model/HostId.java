package org.heddle.model;

/** The name of a host, unique in the grid. Ordered by name. */
public record HostId(String value) implements Comparable<HostId> {
  public HostId {
    Names.check("host name", value);
  }

  @Override
  public int compareTo(HostId other) {
    return value.compareTo(other.value);
  }

  @Override
  public String toString() {
    return value;
  }
}
