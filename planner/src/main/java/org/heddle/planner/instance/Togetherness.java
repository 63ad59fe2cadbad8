package org.heddle.planner.instance;

import java.util.HashMap;
import java.util.Map;

/** How many machines of which group are in which part; part -1 is outside of all. */
final class Togetherness {
  private record Place(int part, int group) {}

  private final Map<Place, Integer> counts = new HashMap<>();
  private final Map<Integer, Integer> partsOfGroup = new HashMap<>();
  private final Map<Integer, Integer> groupsInPart = new HashMap<>();

  /** Groups in several parts, parts with several groups, and machines outside. */
  private int wrong;

  void change(int part, int group, int by) {
    int before = counts.merge(new Place(part, group), by, Integer::sum) - by;
    int after = before + by;
    if (part < 0) {
      wrong += by;
    }
    if (before == 0 && after > 0) {
      present(part, group, 1);
    } else if (before > 0 && after == 0) {
      present(part, group, -1);
    }
  }

  private void present(int part, int group, int by) {
    wrong -= excess(partsOfGroup, group);
    partsOfGroup.merge(group, by, Integer::sum);
    wrong += excess(partsOfGroup, group);
    if (part >= 0) {
      wrong -= excess(groupsInPart, part);
      groupsInPart.merge(part, by, Integer::sum);
      wrong += excess(groupsInPart, part);
    }
  }

  private static int excess(Map<Integer, Integer> counts, int key) {
    return counts.getOrDefault(key, 0) > 1 ? 1 : 0;
  }

  boolean holds() {
    return wrong == 0;
  }
}
