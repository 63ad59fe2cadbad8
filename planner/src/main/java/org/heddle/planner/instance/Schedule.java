package org.heddle.planner.instance;

import java.util.List;

/**
 * The timed plan: what is done when, and what waits for what. What a checker says of it holds for
 * the times given; an executor starts an action when all that it waits for has ended.
 *
 * @param actions in order of start; {@link TimedAction#waitsFor} are positions in this list
 */
public record Schedule(List<TimedAction> actions) {
  public static final Schedule EMPTY = new Schedule(List.of());

  public Schedule {
    actions = List.copyOf(actions);
  }

  /** When the last action ends. */
  public long endMs() {
    return actions.stream().mapToLong(TimedAction::endMs).max().orElse(0);
  }

  /** The sum of the ends of all actions: BtrPlace's objective; at most {@link Long#MAX_VALUE}. */
  public long sumOfEndsMs() {
    long sum = 0;
    for (TimedAction action : actions) {
      sum += Math.min(action.endMs(), Long.MAX_VALUE - sum);
    }
    return sum;
  }
}
