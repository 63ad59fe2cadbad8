package org.heddle.engine;

import java.util.Comparator;
import java.util.List;
import org.heddle.engine.GridState.HostRecord;
import org.heddle.engine.GridState.VjobRecord;
import org.heddle.model.SavedState;
import org.heddle.model.VjobSpec;
import org.heddle.model.VjobState;
import org.heddle.planner.Problem.Target;
import org.heddle.planner.Problem.Wish;

/**
 * Higher priority first, then first come first served. A vjob that comes later in this order is
 * suspended when an earlier one needs its room, and resumed when there is room again.
 */
public final class PriorityPolicy implements Policy {
  @Override
  public List<Wish> wishes(GridState state, long nowMs) {
    return state.vjobs().values().stream()
        .filter(vjob -> vjob.state() != VjobState.TERMINATED)
        .sorted(
            Comparator.comparingInt((VjobRecord vjob) -> -vjob.spec().priority())
                .thenComparingLong(VjobRecord::sequence))
        .map(vjob -> wish(state, vjob, nowMs))
        .toList();
  }

  private static Wish wish(GridState state, VjobRecord vjob, long nowMs) {
    return new Wish(
        vjob.spec().name(),
        vjob.spec().members().stream().map(VjobSpec.Member::id).toList(),
        target(state, vjob, nowMs));
  }

  private static Target target(GridState state, VjobRecord vjob, long nowMs) {
    if (vjob.broken()) {
      return Target.RESET;
    }
    return switch (vjob.wanted()) {
      case END -> Target.END;
      case SLEEP -> Target.SLEEP;
      case RUN -> mayStart(state, vjob, nowMs) ? Target.RUN : Target.SLEEP;
    };
  }

  /** Not while it is backing off, nor while a part of its saved state is out of reach. */
  private static boolean mayStart(GridState state, VjobRecord vjob, long nowMs) {
    return switch (vjob.state()) {
      case WAITING -> vjob.notBeforeMs() <= nowMs;
      case SLEEPING ->
          vjob.notBeforeMs() <= nowMs
              && vjob.saved().values().stream().allMatch(saved -> reachable(state, saved));
      case STARTING, RUNNING, SUSPENDING, RESUMING, STOPPING, TERMINATED -> true;
    };
  }

  private static boolean reachable(GridState state, SavedState saved) {
    HostRecord host = state.hosts().get(saved.host());
    return host != null && host.online();
  }
}
