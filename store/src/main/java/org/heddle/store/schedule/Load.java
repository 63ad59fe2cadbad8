package org.heddle.store.schedule;

import java.util.Collection;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.SequencedMap;

/**
 * What is to be moved.
 *
 * @param items bytes of each item that no other item has
 * @param common bytes that all items have too, sent once to a place whatever the number of items
 */
public record Load(SequencedMap<String, Long> items, long common) {
  public Load {
    items = Collections.unmodifiableSequencedMap(new LinkedHashMap<>(items));
    if (common < 0 || items.values().stream().anyMatch(bytes -> bytes < 0)) {
      throw new IllegalArgumentException("fewer than no bytes");
    }
  }

  /** Bytes of these items for a place that has some item, or none. */
  double bytes(Collection<String> which, boolean hasSome) {
    double sum = hasSome || which.isEmpty() ? 0 : common;
    for (String item : which) {
      sum += own(item);
    }
    return sum;
  }

  private long own(String item) {
    Long bytes = items.get(item);
    if (bytes == null) {
      throw new IllegalArgumentException("no item " + item);
    }
    return bytes;
  }
}
