package org.heddle.store.schedule;

import java.util.ArrayList;
import java.util.List;
import java.util.OptionalInt;

/**
 * Moves in an order in which they can be begun.
 *
 * @param name of the way they were found, for a person
 */
public record Schedule(String name, List<Move> moves) {
  public Schedule {
    moves = List.copyOf(moves);
    for (int i = 0; i < moves.size(); i++) {
      if (moves.get(i).number() != i) {
        throw new IllegalArgumentException("moves are numbered from 0 on");
      }
    }
  }

  /** Collects moves. */
  static final class Draft {
    private final List<Move> moves = new ArrayList<>();

    int add(String from, String to, List<String> items, List<Integer> after) {
      moves.add(new Move(moves.size(), from, to, items, after, OptionalInt.empty()));
      return moves.size() - 1;
    }

    int addBehind(String from, String to, List<String> items, int source) {
      OptionalInt behind = source < 0 ? OptionalInt.empty() : OptionalInt.of(source);
      moves.add(new Move(moves.size(), from, to, items, List.of(), behind));
      return moves.size() - 1;
    }

    Schedule named(String name) {
      return new Schedule(name, moves);
    }
  }
}
