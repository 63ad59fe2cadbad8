package org.heddle.planner;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.heddle.model.Action;
import org.heddle.model.HostId;
import org.jspecify.annotations.Nullable;

/** Actions that start together, and how far they are in the timetable. Mutable. */
final class Task {
  final VjobView vjob;
  final List<Move> moves;

  /** Has to end before this one starts. */
  final @Nullable Task before;

  /** Steps that it became, once started. */
  final List<Integer> steps = new ArrayList<>();

  /** The second half of a migration that goes through a third host. */
  final boolean bounced;

  long endMs;
  boolean ended;

  Task(VjobView vjob, List<Move> moves, @Nullable Task before, boolean bounced) {
    this.vjob = vjob;
    this.moves = List.copyOf(moves);
    this.before = before;
    this.bounced = bounced;
  }

  Task(VjobView vjob, List<Move> moves, @Nullable Task before) {
    this(vjob, moves, before, false);
  }

  /**
   * One action as the timetable sees it.
   *
   * @param index of the machine in its vjob
   */
  record Move(Action action, int index, long durationMs, String why) {
    /** The host on which it takes room when it starts. */
    Optional<HostId> takes() {
      return switch (action) {
        case Action.Boot boot -> Optional.of(boot.on());
        case Action.Resume resume -> Optional.of(resume.to());
        case Action.Migrate migrate -> Optional.of(migrate.to());
        case Action.Suspend _, Action.Shutdown _ -> Optional.empty();
      };
    }

    /** The host on which it gives room back when it ends. */
    Optional<HostId> frees() {
      return switch (action) {
        case Action.Suspend suspend -> Optional.of(suspend.on());
        case Action.Shutdown shutdown -> Optional.of(shutdown.on());
        case Action.Migrate migrate -> Optional.of(migrate.from());
        case Action.Boot _, Action.Resume _ -> Optional.empty();
      };
    }
  }

  long[] demand(Move move) {
    return Floor.amounts(vjob.slots().get(move.index()).demand());
  }

  boolean mayStart() {
    return before == null || before.ended;
  }

  /** Those that only give room back start at once. */
  boolean takesRoom() {
    return moves.stream().anyMatch(move -> move.takes().isPresent());
  }

  /** A migration that has not started; alone in its task. */
  Optional<Action.Migrate> migration() {
    return moves.size() == 1 && moves.getFirst().action() instanceof Action.Migrate migrate
        ? Optional.of(migrate)
        : Optional.empty();
  }

  boolean comesTo(HostId host) {
    return moves.stream().anyMatch(move -> move.takes().filter(host::equals).isPresent());
  }
}
