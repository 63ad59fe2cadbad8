package org.heddle.engine;

import java.util.List;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;

/** A map of the state that is copied when it is first written to. */
final class Table<K, V> {
  private SortedMap<K, V> map;
  private boolean copied;

  Table(SortedMap<K, V> map) {
    this.map = map;
  }

  Optional<V> find(K key) {
    return Optional.ofNullable(map.get(key));
  }

  V get(K key) {
    return find(key).orElseThrow(() -> new IllegalStateException("no record of " + key));
  }

  /** The values as they are now, in order of their keys. */
  List<V> values() {
    return List.copyOf(map.values());
  }

  void put(K key, V value) {
    if (value.equals(map.get(key))) {
      return;
    }
    own().put(key, value);
  }

  void remove(K key) {
    if (map.containsKey(key)) {
      own().remove(key);
    }
  }

  private SortedMap<K, V> own() {
    if (!copied) {
      map = new TreeMap<>(map);
      copied = true;
    }
    return map;
  }

  boolean changed() {
    return copied;
  }

  SortedMap<K, V> map() {
    return map;
  }
}
