package org.heddle.model;

/** The name of a site, unique in the grid. Ordered by name. */
public record SiteId(String value) implements Comparable<SiteId> {
  public SiteId {
    Names.check("site name", value);
  }

  @Override
  public int compareTo(SiteId other) {
    return value.compareTo(other.value);
  }

  @Override
  public String toString() {
    return value;
  }
}
