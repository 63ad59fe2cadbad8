package org.heddle.store.schedule;

import java.util.List;
import java.util.OptionalInt;

/**
 * One host sends items to another.
 *
 * @param number in its schedule, from 0 on
 * @param after moves that must have ended: what they bring is sent on, or a link was theirs
 * @param behind the move that brings the same items to the sender at the same time, if it passes
 *     them on as they come
 */
public record Move(
    int number,
    String from,
    String to,
    List<String> items,
    List<Integer> after,
    OptionalInt behind) {
  public Move {
    items = List.copyOf(items);
    after = List.copyOf(after);
    boolean earlier = after.stream().allMatch(other -> other < number);
    if (from.equals(to) || !earlier || behind.orElse(-1) >= number) {
      throw new IllegalArgumentException("move " + number + " cannot be");
    }
  }
}
