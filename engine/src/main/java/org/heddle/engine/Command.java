package org.heddle.engine;

import org.heddle.model.HostId;
import org.heddle.model.Operation;
import org.heddle.planner.Limits;
import org.heddle.planner.Problem;

/** What the world shall do, a closed sum. Each is safe to send again. */
public sealed interface Command {
  /** Answered by {@link Event.PlanFound} with the same request number. */
  record FindPlan(long request, Problem problem, Limits limits) implements Command {}

  /** Answered by {@link Event.OperationEnded} with the same id. */
  record Execute(String operation, HostId host, Operation what) implements Command {}

  /**
   * Answered by {@link Event.HostReported} with the same version. An answer that does not come is
   * asked for again.
   */
  record Inspect(HostId host, long version) implements Command {}
}
