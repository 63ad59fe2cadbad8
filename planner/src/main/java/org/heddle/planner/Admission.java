package org.heddle.planner;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;
import org.heddle.model.HostId;
import org.heddle.model.MachineId;
import org.heddle.model.VjobId;
import org.jspecify.annotations.Nullable;

/**
 * Decides which vjobs get room, in their order of precedence: a vjob is admitted when a placement
 * is found for all its machines together with all machines of those admitted before it, whatever
 * runs now. Then the cheapest placement found for all admitted is taken.
 */
final class Admission {
  private final Floor floor;
  private final Packer packer;
  private final Map<Item.Form, Integer> forms = new HashMap<>();

  /** Forms of the machines of vjobs that found no room; the same again finds none either. */
  private final Set<List<Integer>> hopeless = new HashSet<>();

  private final SortedMap<VjobId, String> refused = new TreeMap<>();
  private Assignment current;

  Admission(Floor floor, Limits limits) {
    this.floor = floor;
    this.packer = new Packer(floor, limits);
    this.current = new Assignment(List.of(), floor);
  }

  /** Reasons, for those that were not admitted. */
  SortedMap<VjobId, String> refused() {
    return refused;
  }

  /** The host of each machine of each admitted vjob. */
  SortedMap<MachineId, HostId> admit(List<VjobView> candidates) {
    Map<VjobId, List<Item>> items = new HashMap<>();
    List<Item> all = new ArrayList<>();
    for (VjobView vjob : candidates) {
      List<Item> own = items(vjob);
      items.put(vjob.id(), own);
      all.addAll(own);
    }
    current = packer.keepFirst(new Assignment(all, floor));
    if (!current.complete()) {
      current = new Assignment(List.of(), floor);
      for (VjobView vjob : candidates) {
        admitOne(vjob, items.getOrDefault(vjob.id(), List.of()));
      }
    }
    return places(packer.cheapest(current));
  }

  private List<Item> items(VjobView vjob) {
    List<Item> items = new ArrayList<>();
    for (int i = 0; i < vjob.size(); i++) {
      items.add(new Item(vjob.machine(i), vjob.slots().get(i), floor, forms));
    }
    return items;
  }

  private void admitOne(VjobView vjob, List<Item> items) {
    Assignment wider = place(items);
    if (wider != null) {
      current = wider;
      return;
    }
    refused.put(vjob.id(), new NoRoom(floor, packer, current).words(items));
  }

  /** The admitted ones and these, or null. */
  private @Nullable Assignment place(List<Item> items) {
    List<Item> together = new ArrayList<>(current.items());
    together.addAll(items);
    Assignment beside = packer.keepFirst(current.extended(together, floor));
    if (beside.complete()) {
      return beside;
    }
    List<Integer> signature =
        items.stream().map(item -> item.form).sorted(Comparator.naturalOrder()).toList();
    if (hopeless.contains(signature)) {
      return null;
    }
    Assignment anew = packer.place(together);
    if (anew == null) {
      hopeless.add(signature);
    }
    return anew;
  }

  private SortedMap<MachineId, HostId> places(Assignment a) {
    SortedMap<MachineId, HostId> places = new TreeMap<>();
    for (int i = 0; i < a.items().size(); i++) {
      places.put(a.items().get(i).id, floor.id(a.host(i)));
    }
    return places;
  }
}
