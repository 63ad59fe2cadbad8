package org.heddle.planner.order;

import java.util.ArrayList;
import java.util.List;

/** Tasks that start together, mostly a single one. */
final class Unit implements Comparable<Unit> {
  final List<Task> tasks;

  /** Whether the tasks shall end together instead of starting together. */
  final boolean endTogether;

  /**
   * Bounds of actions at once per host and link do not count: the tasks are bound to each other.
   */
  final boolean beyondLimits;

  /** Goes first where it is higher. */
  double priority;

  /** Barriers it still waits for. */
  int barriers;

  /** Positions of tasks that passed barriers for it. */
  final List<Integer> passed = new ArrayList<>(0);

  /** The queue it stands in, or -1. */
  int queue = -1;

  private final int number;

  Unit(List<Task> tasks, boolean endTogether, boolean beyondLimits, int number) {
    this.tasks = List.copyOf(tasks);
    this.endTogether = endTogether;
    this.beyondLimits = beyondLimits;
    this.number = number;
  }

  boolean single() {
    return tasks.size() == 1;
  }

  Task task() {
    return tasks.getFirst();
  }

  int number() {
    return number;
  }

  @Override
  public int compareTo(Unit other) {
    int byPriority = Double.compare(other.priority, priority);
    return byPriority != 0 ? byPriority : Integer.compare(number, other.number);
  }
}
