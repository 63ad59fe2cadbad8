package org.heddle.planner;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.heddle.model.MachineId;

/** Finds sequences that go round in a circle: no order of actions keeps them all. */
public final class Sequences {
  private Sequences() {}

  /**
   * Sequences of which none can be left out without the others having an order, the last one of the
   * rules first; empty when all can be kept.
   */
  public static List<Rule> circle(List<Rule> rules) {
    List<Rule> rest = rules.stream().filter(rule -> rule.form() == Rule.Form.SEQUENCE).toList();
    if (!circular(rest)) {
      return List.of();
    }
    List<Rule> needed = new ArrayList<>();
    while (!circular(needed)) {
      int last = shortest(rest, needed) - 1;
      needed.add(rest.get(last));
      rest = rest.subList(0, last);
    }
    return List.copyOf(needed);
  }

  /** The rules without every sequence that closes a circle with those before it. */
  static List<Rule> opened(List<Rule> rules) {
    List<Rule> open = rules;
    for (List<Rule> circle = circle(open); !circle.isEmpty(); circle = circle(open)) {
      List<Rule> fewer = new ArrayList<>(open);
      fewer.remove(fewer.lastIndexOf(circle.getFirst()));
      open = fewer;
    }
    return open;
  }

  /** How many of the first rules are in a circle with those needed. */
  private static int shortest(List<Rule> rules, List<Rule> needed) {
    int without = 0;
    int with = rules.size();
    while (with - without > 1) {
      int middle = (without + with) >>> 1;
      List<Rule> some = new ArrayList<>(rules.subList(0, middle));
      some.addAll(needed);
      if (circular(some)) {
        with = middle;
      } else {
        without = middle;
      }
    }
    return with;
  }

  /** Whether somebody is left when those go, again and again, who come after nobody. */
  private static boolean circular(List<Rule> sequences) {
    Map<MachineId, List<MachineId>> after = new HashMap<>();
    Map<MachineId, Integer> waits = new HashMap<>();
    for (Rule rule : sequences) {
      List<MachineId> machines = rule.machines().isEmpty() ? List.of() : rule.machines().getFirst();
      for (int i = 1; i < machines.size(); i++) {
        after.computeIfAbsent(machines.get(i - 1), _ -> new ArrayList<>()).add(machines.get(i));
        waits.putIfAbsent(machines.get(i - 1), 0);
        waits.merge(machines.get(i), 1, Integer::sum);
      }
    }
    Deque<MachineId> free = new ArrayDeque<>();
    waits.forEach((machine, many) -> {
      if (many == 0) {
        free.add(machine);
      }
    });
    int gone = 0;
    while (!free.isEmpty()) {
      gone++;
      for (MachineId next : after.getOrDefault(free.remove(), List.of())) {
        if (waits.merge(next, -1, Integer::sum) == 0) {
          free.add(next);
        }
      }
    }
    return gone < waits.size();
  }
}
