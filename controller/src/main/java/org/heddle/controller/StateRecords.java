package org.heddle.controller;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.function.Function;
import org.heddle.api.Json;
import org.heddle.controller.store.KeyValueStore;
import org.heddle.controller.store.KeyValueStore.Change;
import org.heddle.controller.store.KeyValueStore.Entry;
import org.heddle.engine.GridState;
import org.heddle.model.HostId;
import org.heddle.model.MachineId;
import org.heddle.model.VjobId;

/** The grid's state as records by key, so that a step stores just what it changed. */
final class StateRecords {
  private static final String ROOT = "state/";
  private static final String COUNTERS = ROOT + "counters";
  private static final String CURRENT = ROOT + "current";
  private static final String RULEBOOK = ROOT + "rulebook";
  private static final String HOSTS = ROOT + "hosts/";
  private static final String VJOBS = ROOT + "vjobs/";
  private static final String MACHINES = ROOT + "machines/";
  private static final String OPERATIONS = ROOT + "operations/";
  private static final String HISTORY = ROOT + "history/";

  private StateRecords() {}

  /** What must be put and deleted to get from one state to the other. */
  static List<Change> difference(GridState before, GridState after) {
    List<Change> changes = new ArrayList<>();
    compare(changes, COUNTERS, single(before.counters()), single(after.counters()));
    compare(changes, HOSTS, before.hosts(), after.hosts());
    compare(changes, VJOBS, before.vjobs(), after.vjobs());
    compare(changes, MACHINES, before.machines(), after.machines());
    compare(changes, OPERATIONS, before.operations(), after.operations());
    compare(changes, CURRENT, optional(before.current()), optional(after.current()));
    compare(changes, HISTORY, history(before), history(after));
    compare(changes, RULEBOOK, single(before.rulebook()), single(after.rulebook()));
    return changes;
  }

  /** What is stored; the empty state when nothing is. A state without a rulebook has no rules. */
  static GridState load(KeyValueStore store) {
    List<Entry> entries = store.range(ROOT).entries();
    Optional<GridState.Counters> counters =
        find(entries, COUNTERS, GridState.Counters.class).values().stream().findFirst();
    if (counters.isEmpty()) {
      return GridState.EMPTY;
    }
    return new GridState(
        counters.get(),
        keyed(find(entries, HOSTS, GridState.HostRecord.class), HostId::new),
        keyed(find(entries, VJOBS, GridState.VjobRecord.class), VjobId::new),
        keyed(find(entries, MACHINES, GridState.MachineRecord.class), MachineId::parse),
        find(entries, OPERATIONS, GridState.OperationRecord.class),
        find(entries, CURRENT, GridState.SwitchRecord.class).values().stream().findFirst(),
        List.copyOf(find(entries, HISTORY, GridState.SwitchRecord.class).values()),
        find(entries, RULEBOOK, GridState.Rulebook.class).values().stream()
            .findFirst()
            .orElse(GridState.Rulebook.EMPTY));
  }

  /** A number as part of a key, so that keys sort as numbers do. */
  static String number(long number) {
    return String.format("%019d", number);
  }

  private static <K> void compare(
      List<Change> changes, String prefix, Map<K, ?> before, Map<K, ?> after) {
    for (Map.Entry<K, ?> entry : after.entrySet()) {
      if (!entry.getValue().equals(before.get(entry.getKey()))) {
        changes.add(new Change.Put(prefix + entry.getKey(), Json.write(entry.getValue())));
      }
    }
    for (K key : before.keySet()) {
      if (!after.containsKey(key)) {
        changes.add(new Change.Delete(prefix + key));
      }
    }
  }

  private static Map<String, ?> single(Object record) {
    return Map.of("", record);
  }

  private static Map<String, ?> optional(Optional<?> record) {
    return record.isEmpty() ? Map.of() : single(record.get());
  }

  private static Map<String, ?> history(GridState state) {
    SortedMap<String, GridState.SwitchRecord> byKey = new TreeMap<>();
    for (GridState.SwitchRecord ended : state.history()) {
      byKey.put(number(ended.id()), ended);
    }
    return byKey;
  }

  private static <T> SortedMap<String, T> find(List<Entry> entries, String prefix, Class<T> type) {
    SortedMap<String, T> found = new TreeMap<>();
    for (Entry entry : entries) {
      if (entry.key().startsWith(prefix)) {
        found.put(entry.key().substring(prefix.length()), Json.read(entry.value(), type));
      }
    }
    return found;
  }

  private static <K, T> SortedMap<K, T> keyed(SortedMap<String, T> found, Function<String, K> key) {
    SortedMap<K, T> map = new TreeMap<>();
    found.forEach((name, record) -> map.put(key.apply(name), record));
    return map;
  }
}
